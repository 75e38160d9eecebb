"""Simulations asked for from the page, in real processes: progress, results, cancel, faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from controller.errors import InputError
from hmi.workshop.bench import OVER, WAITING_MAX, Bench, Job, JobState
from sim.dryrun import dry_run

ROOT = Path(__file__).parents[2]
PLANT = ROOT / "deploy" / "lab-0.5l.toml"
TRAINING = (ROOT / "recipes" / "training.toml").read_text(encoding="utf-8")


def wanted(**changed: Any) -> dict[str, Any]:
    request = {"kind": "dry_run", "recipe_toml": TRAINING, "name": "training", "plant": str(PLANT)}
    return request | changed


def at_the_bench(check: Callable[[Bench], Awaitable[None]]) -> None:
    async def within() -> None:
        bench = Bench()
        work = asyncio.create_task(bench.work())
        try:
            await asyncio.wait_for(check(bench), 120.0)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    asyncio.run(within())


async def until(job: Job, *states: JobState) -> None:
    while job.state not in states:
        await asyncio.sleep(0.01)


def test_a_dry_run_from_the_page_is_the_dry_run_of_the_command_line() -> None:
    plant = load_plant(PLANT)
    recipe = load_recipe(ROOT / "recipes" / "training.toml", plant.equipment)
    direct = dry_run(recipe, plant, seed=5)

    async def check(bench: Bench) -> None:
        job = bench.submit("ann", wanted(seed=5))
        assert job.state is JobState.WAITING
        await until(job, *OVER)
        assert job.state is JobState.DONE, job.error
        assert job.result is not None
        assert job.result["log_sha256"] == direct.log.sha256
        assert job.result["simulated"] is True
        assert job.result["margins"][0]["label"] == "Powder temperature"
        columns = {c["signal"]: c["values"] for c in job.result["trend"]["columns"]}
        assert max(columns["rotor_rpm"]) == pytest.approx(3000.0, abs=10.0)
        assert job.summary()["outcome"] == "COMPLETE"
        assert "recipe_toml" not in job.summary()
        assert job.summary()["plant"] == "lab-0.5l.toml", "no path of the server"

    at_the_bench(check)


def test_what_is_wrong_with_a_request_is_told() -> None:
    async def check(bench: Bench) -> None:
        bad = bench.submit("ann", wanted(recipe_toml="[recipe]"))
        odd = bench.submit("ann", wanted(faults=["no_such_fault@3"]))
        await until(odd, *OVER)
        assert bad.state is odd.state is JobState.FAILED
        assert "[core] is missing" in bad.error
        assert "no_such_fault" in odd.error

    at_the_bench(check)


def test_a_cancelled_job_ends_its_process_and_the_next_one_is_done() -> None:
    async def check(bench: Bench) -> None:
        long = bench.submit("ann", wanted(kind="fault_matrix"))
        waiting = bench.submit("ann", wanted(kind="fault_matrix"))
        short = bench.submit("ben", wanted())
        await until(long, JobState.RUNNING)
        while long.progress["progress"] == 0.0:
            await asyncio.sleep(0.01)
        pid = bench.pid
        assert pid is not None
        niceness = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[16])
        assert niceness == 15, "it leaves the machine to the controller"
        bench.cancel(waiting.id)
        bench.cancel(long.id)
        await until(short, *OVER)
        assert (long.state, waiting.state) == (JobState.CANCELLED, JobState.CANCELLED)
        assert short.state is JobState.DONE
        assert not Path(f"/proc/{pid}").exists()
        assert bench.cancel(short.id).state is JobState.DONE, "what is over stays as it is"

    at_the_bench(check)


def test_the_line_is_bounded_and_so_is_what_is_kept() -> None:
    async def check(bench: Bench) -> None:
        running = bench.submit("ann", wanted(kind="fault_matrix"))
        await until(running, JobState.RUNNING)
        for _ in range(WAITING_MAX):
            bench.submit("ann", wanted())
        with pytest.raises(InputError, match="too many"):
            bench.submit("ann", wanted())
        with pytest.raises(InputError, match="no such"):
            bench.find("0")
        for job in bench.all():
            bench.cancel(job.id)

    at_the_bench(check)


def test_a_job_speaks_json_that_every_reader_takes() -> None:
    async def check(bench: Bench) -> None:
        job = bench.submit("ann", wanted(faults=["o2_nan@100"]))
        await until(job, *OVER)
        assert job.state is JobState.DONE, job.error
        json.dumps(job.result, allow_nan=False)

    at_the_bench(check)
