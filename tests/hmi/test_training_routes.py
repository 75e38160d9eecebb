"""Faults for training go to a simulated mill only, by those who may, and are on the record."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pagesite import Site, run
from pydantic import ValidationError

from controller.core.roles import Role
from controller.edge.plantfile import load_plant
from controller.packaged import packaged_file
from hmi.training.routes import FAULT
from sim.mill import Mill
from sim.parameters import LAB
from sim.training import Trainer, serve_training

PLANT = load_plant(packaged_file("deploy", "lab-0.5l.toml"))


def tell(it: Site, *, simulated: bool) -> None:
    """The controller's newest snapshot, as far as it matters here."""
    it.services.hub.publish(json.dumps({"simulated": simulated}).encode())


def with_simulator(
    tmp_path: Path, check: Callable[[Site, list[float], Trainer], Awaitable[None]]
) -> None:
    """A page that knows the way to a simulator, whose plant time is a list of one number."""
    path, clock = tmp_path / "training.sock", [100.0]
    trainer = Trainer(Mill(LAB, seed=1, charge=None), PLANT, lambda: clock[0])

    async def checked(it: Site) -> None:
        object.__setattr__(it.services, "training", path)
        server = await serve_training(trainer, path)
        assert server is not None
        async with server:
            await check(it, clock, trainer)

    run(checked)


def test_a_supervisor_puts_a_fault_in_watches_and_heals(tmp_path: Path) -> None:
    async def check(it: Site, clock: list[float], trainer: Trainer) -> None:
        await it.sign_in("Sue", Role.SUPERVISOR)
        tell(it, simulated=True)
        answer = await it.post("/api/training/faults", {"fault": "o2_stuck@5-60"})
        assert (answer.status_code, answer.json()) == (201, {"text": "o2_stuck@5-60"})
        (coming,) = (await it.http.get("/api/training")).json()["faults"]
        assert (coming["active"], coming["begins_s"], coming["ends_s"]) == (False, 5.0, 60.0)
        clock[0] += 20.0
        trainer(trainer.mill)
        (there,) = (await it.http.get("/api/training")).json()["faults"]
        assert (there["active"], there["begins_s"], there["ends_s"]) == (True, None, 40.0)
        await it.post("/api/training/faults", {"fault": "leak@0:0.5"})
        assert len(trainer.active) == 2
        assert (await it.send("DELETE", "/api/training/faults", {})).status_code == 200
        assert (await it.http.get("/api/training")).json() == {"faults": []}
        told = [(entry["action"], entry["user"], entry["about"]) for entry in it.told()[-3:]]
        assert told == [
            ("training.fault", "Sue", "o2_stuck@5-60"),
            ("training.fault", "Sue", "leak@0:0.5"),
            ("training.healed", "Sue", ""),
        ]

    with_simulator(tmp_path, check)


@pytest.mark.parametrize("simulated", [False, None])
def test_a_mill_that_does_not_say_that_it_is_simulated_gets_no_fault(
    tmp_path: Path, simulated: bool | None
) -> None:
    async def check(it: Site, clock: list[float], trainer: Trainer) -> None:
        await it.sign_in("Sue", *Role)
        if simulated is not None:
            tell(it, simulated=simulated)
        refused = await it.post("/api/training/faults", {"fault": "o2_nan"})
        assert (refused.status_code, refused.json()["error"]) == (403, "not_simulated")
        assert not trainer.active and not trainer.coming

    with_simulator(tmp_path, check)


def test_a_silent_controller_does_not_count_as_simulated(tmp_path: Path) -> None:
    async def check(it: Site, clock: list[float], trainer: Trainer) -> None:
        hub = it.services.hub
        tell(it, simulated=True)
        assert hub.simulated
        hub._frame_at_s = hub._monotonic_s() - 6.0
        assert not hub.simulated

    with_simulator(tmp_path, check)


@pytest.mark.parametrize("fault", ["no_such_fault", "o2_stuck@60-5", "scan_stalled:3"])
def test_what_cannot_be_done_is_said_why(tmp_path: Path, fault: str) -> None:
    async def check(it: Site, clock: list[float], trainer: Trainer) -> None:
        await it.sign_in("Sue", Role.ADMIN)
        tell(it, simulated=True)
        refused = await it.post("/api/training/faults", {"fault": fault})
        assert refused.status_code == 400 and len(refused.json()["text"]) > 20
        assert not trainer.active

    with_simulator(tmp_path, check)


def test_without_a_simulator_the_page_says_so(tmp_path: Path) -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Sue", Role.MAINTENANCE)
        tell(it, simulated=True)
        answer = await it.http.get("/api/training")
        assert (answer.status_code, answer.json()["error"]) == (403, "no_training")
        object.__setattr__(it.services, "training", tmp_path / "gone.sock")
        assert (await it.http.get("/api/training")).status_code == 503

    run(check)


@pytest.mark.parametrize("text", ["", "O2", "a b", "x" * 200, "o2\n", "o2;rm", "o2@1@2" * 30])
def test_a_message_that_is_no_fault_does_not_reach_the_simulator(text: str) -> None:
    with pytest.raises(ValidationError):
        FAULT.validate_python({"fault": text})
