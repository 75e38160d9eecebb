"""Bypasses: by role, with a reason and an end, one for each danger, never a trip (I23, H16)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench import (
    BATCH,
    CHARGE,
    LAB,
    MILL_HOLD,
    SHORT,
    TURNING,
    Bench,
    charge,
    command,
    kinds,
    load,
    state_in,
)
from byhand import MILL, idle_bench, must, order

from controller.core.commands import CommandName, Comment, Handover, Topic
from controller.core.hands import NOBODY
from controller.core.interlocks import matrix_for
from controller.core.limits import Limits
from controller.core.matrix import rows
from controller.core.matrix.row import Bypass, Reaction, Row
from controller.core.recipe import MillHold
from controller.core.roles import Role
from controller.core.signals import Signal
from controller.core.state import initial_state
from controller.core.states import State

NO_COOLING = {Signal.COOLING_FLOW_LPM: 0.1}
COOLING = {"row": "COOLING_LOST", "minutes": 10.0, "reason": "flow meter fails, chiller watched"}
ROWS = rows(Limits())
LONG_HOLD = replace(MILL_HOLD, end_revolutions=None, end_on_time_s=3_600.0, time_limit_s=7_200.0)
LONG = replace(
    BATCH, recipe=replace(SHORT, phases=(*SHORT.phases[:3], LONG_HOLD, *SHORT.phases[4:]))
)
BYPASSABLE = [row for row in ROWS if row.bypass is not None]


def milling() -> Bench:
    bench = Bench(state_in(State.RUNNING, MillHold, outputs=TURNING, batch=LONG))
    bench.see(seconds=1.0)
    return bench


def shown(bench: Bench) -> set[str]:
    return {bench.state.matrix.rows[a.row].id for a in bench.state.alarms if a.active}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_no_row_that_trips_can_be_bypassed(row: Row) -> None:
    """Whatever its data say, and whoever asks with every role."""
    trips = Reaction.TRIP in (row.reaction, row.on_unknown)
    free = replace(row, bypass=Bypass(Role.SUPERVISOR, 30.0))
    assert free.may_be_bypassed is not trips
    result = order(idle_bench(), CommandName.BYPASS, row=row.id, minutes=5.0, reason="test")
    assert result.accepted is (row.bypass is not None and not trips)


def test_a_trip_stays_a_trip_in_the_matrix_too() -> None:
    everything = tuple(row.id for row in ROWS)
    for before, after in zip(ROWS, matrix_for(LAB, bypassed=everything).rows, strict=True):
        if before.bypass is None:
            assert (after.reaction, after.on_unknown) == (before.reaction, before.on_unknown)
        else:
            assert after.reaction is after.on_unknown is Reaction.WARN


@pytest.mark.parametrize("row", BYPASSABLE, ids=lambda row: row.id)
@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_only_the_role_of_the_row_may_bypass_it(row: Row, role: Role) -> None:
    """I21."""
    wanted = row.bypass
    assert wanted is not None
    more = {"row": row.id, "minutes": wanted.max_min, "reason": "test"}
    result = order(idle_bench(), CommandName.BYPASS, roles=frozenset({role}), **more)
    assert result.accepted is (role is wanted.role), result.reasons


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"row": "NOTHING"}, "no row"),
        ({"minutes": 0.5}, "from 1 to 60 min"),
        ({"minutes": 60.1}, "from 1 to 60 min"),
        ({"minutes": float("nan")}, "from 1 to 60 min"),
        ({"reason": "  "}, "a reason"),
        ({"proved": False}, "password"),
    ],
)
def test_a_bypass_says_what_it_lacks(change: dict[str, object], says: str) -> None:
    result = order(idle_bench(), CommandName.BYPASS, **(COOLING | change))
    assert not result.accepted and any(says in reason for reason in result.reasons)


def test_a_bypassed_row_warns_and_the_batch_goes_on() -> None:
    bench = milling()
    must(bench, CommandName.BYPASS, **COOLING)
    bench.see(NO_COOLING, seconds=30.0)
    assert bench.state.state is State.RUNNING and bench.outputs.run
    assert shown(bench) == {"COOLING_LOST", "BYPASS_ACTIVE"}
    (told,) = kinds(bench.events, "bypass_set")
    assert told.data["reason"] == COOLING["reason"] and told.data["role"] == "maintenance"


def test_without_a_bypass_it_holds() -> None:
    bench = milling()
    bench.see(NO_COOLING, seconds=30.0)
    assert bench.state.state is not State.RUNNING


@pytest.mark.parametrize("end", ["time", "bypass.end"])
def test_the_row_reacts_again_when_the_bypass_ends(end: str) -> None:
    bench = milling()
    must(bench, CommandName.BYPASS, **(COOLING | {"minutes": 1.0}))
    bench.see(NO_COOLING, seconds=59.5)
    assert bench.state.state is State.RUNNING
    if end != "time":
        order(bench, CommandName.BYPASS_END, NO_COOLING, row="COOLING_LOST")
    bench.see(NO_COOLING, seconds=1.0)
    assert bench.state.state in (State.HOLDING, State.HELD)
    assert bench.state.hands is NOBODY
    (over,) = kinds(bench.events, "bypass_ended")
    assert over.data["row"] == "COOLING_LOST"


def test_a_held_batch_goes_on_under_a_bypass() -> None:
    """The cause still stands, but it only warns: it bars the restart no more."""
    bench = milling()
    stuck = {Signal.SUPPLY_VALVE_OPEN: 0.0}
    bench.see(stuck, seconds=20.0)
    assert bench.state.state is State.HELD
    bench.see(stuck, seconds=70.0)
    order(bench, CommandName.ACK, stuck)
    assert not order(bench, CommandName.RESTART, stuck).accepted
    valve = {"row": "SUPPLY_VALVE", "minutes": 20.0, "reason": "limit switch, flow is there"}
    assert order(bench, CommandName.BYPASS, stuck, **valve).accepted
    bench.see(stuck)
    result = order(bench, CommandName.RESTART, stuck)
    assert result.accepted, result.reasons
    bench.see(stuck, seconds=20.0)
    assert bench.state.state is State.RUNNING


def test_one_at_a_time_for_each_danger() -> None:
    bench = idle_bench()
    valve = {"minutes": 5.0, "reason": "limit switch"}
    must(bench, CommandName.BYPASS, row="SUPPLY_VALVE", **valve)
    for row in ("EXHAUST_VALVE", "SUPPLY_VALVE"):
        result = order(bench, CommandName.BYPASS, row=row, **valve)
        assert not result.accepted and "SUPPLY_VALVE" in result.reasons[0]
    must(bench, CommandName.BYPASS, **COOLING)
    must(bench, CommandName.BYPASS_END, row="SUPPLY_VALVE")
    assert not order(bench, CommandName.BYPASS_END, row="SUPPLY_VALVE").accepted
    must(bench, CommandName.BYPASS, row="EXHAUST_VALVE", **valve)
    assert bench.state.hands.bypassed == ("COOLING_LOST", "EXHAUST_VALVE")


def test_no_batch_starts_under_a_bypass() -> None:
    bench = idle_bench()
    bench.see({}, load(), charge(CHARGE))
    must(bench, CommandName.BYPASS, **COOLING)
    bench.see()
    must(bench, CommandName.ACK)
    result = order(bench, CommandName.START)
    assert not result.accepted
    assert any("COOLING_LOST by tester" in reason for reason in result.reasons)
    must(bench, CommandName.BYPASS_END, row="COOLING_LOST")
    result = order(bench, CommandName.START)
    assert not any("bypass" in reason for reason in result.reasons), result.reasons


def test_a_bypass_outlives_load_and_reset_with_the_same_rows() -> None:
    bench = idle_bench()
    must(bench, CommandName.BYPASS, **COOLING)
    bench.see({}, load())
    index = [row.id for row in bench.state.matrix.rows].index("COOLING_LOST")
    assert bench.state.matrix.rows[index].reaction is Reaction.WARN
    must(bench, CommandName.STOP)
    bench.see(seconds=1.0)
    must(bench, CommandName.RESET)
    bench.see(seconds=2.0)
    assert bench.state.state is State.IDLE and bench.state.batch is None
    assert bench.state.matrix.rows[index].reaction is Reaction.WARN
    bench.see(seconds=600.0)
    assert bench.state.matrix.rows[index].reaction is Reaction.HOLD


def test_a_new_controller_knows_no_bypass() -> None:
    """I10."""
    assert initial_state(MILL).hands.bypasses == ()


def test_there_is_none_in_maintenance() -> None:
    bench = idle_bench()
    must(bench, CommandName.MAINTENANCE, reason="blade")
    assert not order(bench, CommandName.BYPASS, **COOLING).accepted


def test_people_may_say_something_in_any_state() -> None:
    for state in State:
        bench = Bench(state_in(state, MillHold))
        said = Comment(text="blade 7 fitted", topic=Topic.BLADE_CHANGE)
        over = Handover(giver="tester", taker="late", note="cylinder at 40 bar")
        abort = command(CommandName.ABORT)
        decision = bench.see(
            {},
            command(CommandName.COMMENT, comment=said),
            command(CommandName.HANDOVER, handover=over),
            *([abort] if state not in (State.ABORTING, State.ABORTED) else []),
        )
        assert all(result.accepted for result in decision.results)
        (comment,) = kinds(bench.events, "comment")
        assert comment.data == {"user": "tester", "topic": "blade_change", "text": said.text}
        (handed,) = kinds(bench.events, "handover")
        assert (handed.data["from"], handed.data["to"]) == ("tester", "late")


@pytest.mark.parametrize(
    ("said", "proved", "why"),
    [
        (Handover(giver="early", taker="late"), True, "a signature of early or of late"),
        (Handover(giver="Tester", taker="tester "), True, "two people"),
        (Handover(giver="tester", taker="late"), False, "password"),
        (Handover(giver="early", taker="Tester"), True, ""),
    ],
)
def test_a_handover_is_signed_by_who_gives_the_mill_or_who_takes_it(
    said: Handover, proved: bool, why: str
) -> None:
    bench = Bench(state_in(State.RUNNING, MillHold))
    given = command(CommandName.HANDOVER, handover=said, proved=proved)
    result = bench.see({}, given).results[0]
    assert result.accepted is (why == "")
    assert why in " ".join(result.reasons)
    assert [event.data["user"] for event in kinds(bench.events, "handover")] == (
        [] if why else ["tester"]
    )
