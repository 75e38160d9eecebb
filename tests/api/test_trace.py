"""What was around a trip: every scan before and after it, the first-out, and the last eight."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from bench import LAB, PLANT, TURNING, Bench, command, state_in
from recording import recorded

from controller.api.app import make_app
from controller.api.journal import Journal
from controller.api.mailbox import Mailbox
from controller.api.papers import Papers
from controller.api.stream import Stream
from controller.api.trace import COLUMNS, SCANS_AFTER, SCANS_BEFORE, TRACES_KEPT, Traces
from controller.core.batch import Step
from controller.core.commands import CommandName
from controller.core.recipe import MillPulse
from controller.core.signals import NAN, Signal
from controller.core.states import State
from controller.edge.recipefile import load_recipe
from controller.packaged import packaged_file
from controller.records.reader import RecordReader
from sim.faults.parse import parse_fault
from sim.world import Operator, World, new_mill

TURNS = state_in(State.RUNNING, MillPulse, Step.ON, outputs=TURNING)
T, STATE = COLUMNS.index("t_s"), COLUMNS.index("state")


def run_of(traces: Traces, state: Any = TURNS) -> Bench:
    """A bench whose scans are all noted."""
    run = Bench(state)
    scan = run._scan

    def noted(*args: Any) -> Any:
        decision = scan(*args)
        traces.note(decision, run.image)
        return decision

    run._scan = noted  # type: ignore[method-assign]
    return run


def test_a_trip_in_a_virtual_batch_has_600_scans_before_it_and_300_after() -> None:
    recipe = load_recipe(packaged_file("recipes", "bm-05.toml"), LAB)
    world, operator, traces = World(new_mill(recipe, LAB, 0), PLANT), Operator(recipe), Traces()
    world.inject([parse_fault("estop_pressed@150")], PLANT)
    scans = []
    while world.now_s < 200.0:
        decision = world.step(operator.commands(world))
        traces.note(decision, world.image)
        scans.append((decision.state.now_s, tuple(world.image.values), decision.outputs))
    (trace,) = traces.all()
    assert trace.first_out == "ESTOP"
    body = trace.to_json()
    assert body["complete"] and body["scans"] == SCANS_BEFORE + 1 + SCANS_AFTER == 901
    rows = body["rows"]
    assert [row[T] for row in rows] == [round(0.1 * n, 3) for n in range(-600, 301)]
    assert {row[STATE] for row in rows[:600]} <= {"IDLE", "STARTING", "RUNNING"}
    assert {row[STATE] for row in rows[600:]} <= {"ABORTING", "ABORTED"}
    estop = COLUMNS.index("estop_healthy")
    assert [row[estop] for row in rows[598:602]] == [1.0, 1.0, 0.0, 0.0]
    first, o2 = round((trace.process_s - 60.0) * 10), COLUMNS.index("o2_ppm")
    for n, row in enumerate(rows):
        _, values, outputs = scans[first + n]
        assert len(row) == len(COLUMNS)
        assert row[o2] == ("above" if values[Signal.O2_PPM] == math.inf else round(values[20], 6))
        assert row[COLUMNS.index("out.argon_flow_slpm")] == outputs.argon_flow_slpm


def test_a_trip_soon_after_the_start_has_what_there_was() -> None:
    traces = Traces()
    run = run_of(traces)
    run.see(seconds=1.0)
    run.see({Signal.ESTOP_HEALTHY: 0.0, Signal.O2_PPM: NAN, Signal.H2S_PPM: math.inf})
    body = traces.all()[0].to_json()
    assert (body["scans"], body["complete"]) == (11, False)
    assert body["rows"][-1][COLUMNS.index("o2_ppm")] is None
    assert body["rows"][-1][COLUMNS.index("h2s_ppm")] == "above"
    run.see(seconds=40.0)
    assert traces.all()[0].to_json()["scans"] == 11 + SCANS_AFTER
    assert traces.all()[0].to_json()["complete"]


def test_the_first_out_is_in_the_trace_and_an_abort_by_a_person_has_none() -> None:
    traces = Traces()
    run = run_of(traces)
    run.see({}, command(CommandName.ABORT))
    run.state = replace(TURNS, now_s=run.state.now_s)
    run.see({Signal.POWDER_PROBE_C: 70.0}, seconds=2.0)
    found = [(trace.n, trace.first_out, trace.cause) for trace in traces.all()]
    assert found == [(1, None, "abort by tester"), (2, "POWDER_HOT", "POWDER_WARM, POWDER_HOT")]


def test_the_last_eight_traces_are_kept() -> None:
    traces = Traces()
    run = run_of(traces)
    for _ in range(TRACES_KEPT + 3):
        run.state = replace(TURNS, now_s=run.state.now_s)
        run.see({Signal.ESTOP_HEALTHY: 0.0})
    assert [trace.n for trace in traces.all()] == list(range(4, TRACES_KEPT + 4))
    assert traces.of(3) is None and traces.of(4) is not None


async def _get(journal: Journal, *paths: str) -> list[httpx.Response]:
    app = make_app(
        equipment=LAB,
        mailbox=Mailbox(asyncio.get_running_loop()),
        journal=journal,
        stream=Stream(),
        health=dict,
        metrics=bytes,
        papers=Papers(RecordReader(Path("/nonexistent")), PLANT),
    )
    door = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=door, base_url="http://door") as client:
        return [await client.get(path) for path in paths]


def test_the_door_lists_traces_and_gives_out_one(tmp_path: Path) -> None:
    journal, run = Journal(recorded(tmp_path)), Bench(TURNS)
    for changes in ({}, {Signal.ESTOP_HEALTHY: 0.0}):
        journal.note(run.see(changes), run.image)
    paths = ("/v1/traces", "/v1/traces/1", "/v1/traces/2", "/v1/traces/0")
    listed, one, none, wrong = asyncio.run(_get(journal, *paths))
    (summary,) = listed.json()
    assert summary["first_out"] == "ESTOP" and summary["utc"].endswith("Z")
    assert {"columns", "rows"} == set(one.json()) - set(summary)
    assert one.json()["columns"] == list(COLUMNS) and len(one.json()["rows"]) == 2
    assert none.status_code == 404 and "no trace 2" in none.json()["reasons"][0]
    assert wrong.status_code == 422
