"""What people are shown never changes what the mill does, and what it does is never hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bench import LAB, TURNING, Bench, command, kinds, state_in
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.alarm_commands import ALARM_COMMANDS
from controller.core.alarms import AlarmState, Suppression
from controller.core.alarms.rules import REALARM_S
from controller.core.batch import Step
from controller.core.commands import Command, CommandName
from controller.core.matrix.row import Priority, Reaction
from controller.core.permissives import go_on_permissives, reset_permissives
from controller.core.recipe import MillPulse
from controller.core.roles import Role
from controller.core.signals import NAN, Signal
from controller.core.state import Decision
from controller.core.states import State
from controller.core.watch import stands_still

TURNS = state_in(State.RUNNING, MillPulse, Step.ON, outputs=TURNING)
ROWS = TURNS.matrix.rows
CAUSES = {
    "ESTOP": {Signal.ESTOP_HEALTHY: 0.0},
    "O2_HIGH": {Signal.O2_PPM: 45.0},
    "O2_HOLD": {Signal.O2_PPM: 80.0},
    "POWDER_HOT": {Signal.POWDER_PROBE_C: 70.0},
    "PRESSURE_TRIP": {Signal.VESSEL_PRESSURE_MBAR_G: 400.0},
    "COVER_LOST": {Signal.VESSEL_PRESSURE_MBAR_G: 2.0},
    "MAINS_LOST": {Signal.MAINS_HEALTHY: 0.0},
    "ROOM_O2_DANGER": {Signal.ROOM_O2_PERCENT: 15.0},
}
HIDE = {
    "shelved": (CommandName.SHELVE, {"minutes": 480.0}),
    "out of service": (CommandName.OUT_OF_SERVICE, {}),
}


def hide(how: str, row_id: str) -> Command:
    name, more = HIDE[how]
    return command(name, alarm=row_id, reason="test", **more)  # type: ignore[arg-type]


def shown(bench: Bench, row_id: str) -> AlarmState:
    found = [alarm for alarm in bench.state.alarms if ROWS[alarm.row].id == row_id]
    return found[0].state if found else AlarmState.NORMAL


PRIORITY_1 = [row.id for row in ROWS if row.priority is Priority.P1]
HIDDEN = [
    (row_id, how)
    for row_id in CAUSES
    for how in HIDE
    if (how, row_id in PRIORITY_1) != ("shelved", True)
]


@pytest.mark.parametrize(("row_id", "how"), HIDDEN)
def test_a_hidden_alarm_has_its_reaction_in_the_same_scan(row_id: str, how: str) -> None:
    """I7, I23: state, outputs and violations are the same in every scan; only the horn differs."""
    plain, hiding = Bench(TURNS), Bench(TURNS)
    plain.see()
    accepted = hiding.see({}, hide(how, row_id))
    assert accepted.results[0].accepted
    for _ in range(70):
        one, other = plain.see(CAUSES[row_id]), hiding.see(CAUSES[row_id])
        assert one.state.state is other.state.state
        assert one.state.violations == other.state.violations
        assert replace(one.outputs, horn=False) == replace(other.outputs, horn=False)
        raised = [
            {alarm.row for alarm in decision.state.alarms if alarm.active}
            for decision in (one, other)
        ]
        assert raised[0] == raised[1]
    assert shown(plain, row_id) is not AlarmState.NORMAL
    assert shown(hiding, row_id).value == how


@pytest.mark.parametrize("how", HIDE)
def test_hiding_and_showing_does_not_stand_in_for_an_acknowledgment(how: str) -> None:
    """I23: what a held batch waits for, it still waits for."""
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 80.0}, seconds=6.0)
    assert run.state.state is State.HOLDING
    run.see({}, hide(how, "O2_HOLD"))
    back = CommandName.UNSHELVE if how == "shelved" else CommandName.IN_SERVICE
    for decision in (
        run.see(),
        run.see({}, command(back, alarm="O2_HOLD")),
        run.see(),
    ):
        state = replace(decision.state, state=State.HELD)
        missing = {p.id for p in go_on_permissives(state, run.image) if not p.ok}
        assert "ACKNOWLEDGED" in missing
    assert shown(run, "O2_HOLD") is AlarmState.RETURNED


@pytest.mark.parametrize("how", HIDE)
def test_a_hidden_trip_is_reset_like_any_other(how: str) -> None:
    """I8: latch, first-out and the missing acknowledgment are still there."""
    run = Bench(TURNS)
    run.see({}, hide(how, "POWDER_HOT"))
    run.see({Signal.POWDER_PROBE_C: 70.0}, seconds=2.0)
    decision = run.see(seconds=1.0)
    alarm = next(a for a in decision.state.alarms if ROWS[a.row].id == "POWDER_HOT")
    assert alarm.latched and alarm.first_out and not alarm.acked
    state = replace(decision.state, state=State.ABORTED)
    assert not all(p.ok for p in reset_permissives(state, run.image))


def test_an_active_alarm_whose_value_is_lost_stays_active() -> None:
    """I23: lost communication clears nothing."""
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    assert shown(run, "O2_HIGH") is AlarmState.UNACKNOWLEDGED
    for _ in range(100):
        decision = run.see({Signal.O2_PPM: NAN})
        alarm = next(a for a in decision.state.alarms if ROWS[a.row].id == "O2_HIGH")
        assert alarm.active and alarm.unknown
    assert not [e for e in run.events if e.kind.value == "alarm_cleared"]


def test_a_warning_behind_its_own_trip_is_suppressed_and_comes_back() -> None:
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    run.see({Signal.O2_PPM: 80.0}, seconds=6.0)
    assert shown(run, "O2_HOLD") is AlarmState.UNACKNOWLEDGED
    assert shown(run, "O2_HIGH") is AlarmState.SUPPRESSED
    run.see({Signal.O2_PPM: 45.0}, seconds=0.2)
    assert shown(run, "O2_HIGH") is AlarmState.UNACKNOWLEDGED
    told = [e.kind.value for e in run.events if e.data.get("id") == "O2_HIGH"]
    assert told == ["alarm_raised", "alarm_suppressed", "alarm_unsuppressed"]


def test_a_leader_that_is_shelved_hides_no_consequence() -> None:
    run = Bench(TURNS)
    run.see({}, hide("shelved", "O2_HOLD"))
    run.see({Signal.O2_PPM: 80.0}, seconds=6.0)
    assert shown(run, "O2_HOLD") is AlarmState.SHELVED
    assert shown(run, "O2_HIGH") is AlarmState.UNACKNOWLEDGED


def test_a_one_shot_shelf_ends_with_the_return() -> None:
    run = Bench(TURNS)
    run.see({Signal.COOLING_FLOW_LPM: 2.0, Signal.O2_PPM: 45.0}, seconds=6.0)
    shelve = command(
        CommandName.SHELVE, alarm="O2_HIGH", minutes=60.0, reason="known", one_shot=True
    )
    run.see({Signal.O2_PPM: 45.0}, shelve, seconds=30.0)
    assert shown(run, "O2_HIGH") is AlarmState.SHELVED
    run.see(seconds=4.0)
    assert shown(run, "O2_HIGH") is AlarmState.SHELVED
    run.see(seconds=2.0)
    assert shown(run, "O2_HIGH") is AlarmState.NORMAL
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    assert shown(run, "O2_HIGH") is AlarmState.UNACKNOWLEDGED


def test_a_shelf_ends_with_its_time_to_the_scan() -> None:
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    shelve = command(CommandName.SHELVE, alarm="O2_HIGH", minutes=1.0, reason="known")
    run.see({Signal.O2_PPM: 45.0}, shelve)
    run.see({Signal.O2_PPM: 45.0}, seconds=59.9)
    assert shown(run, "O2_HIGH") is AlarmState.SHELVED
    run.see({Signal.O2_PPM: 45.0}, seconds=0.2)
    assert shown(run, "O2_HIGH") is AlarmState.UNACKNOWLEDGED


def test_an_acknowledged_danger_calls_again() -> None:
    run = Bench(state_in(State.STOPPED))
    danger = {Signal.ROOM_O2_PERCENT: 15.0}
    run.see(danger, seconds=2.0)
    run.see(danger, command(CommandName.ACK, alarms=("ROOM_O2_DANGER",)))
    assert not run.see(danger).outputs.horn
    run.scans += round(REALARM_S / run.period_s)
    run.see(danger)
    assert shown(run, "ROOM_O2_DANGER") is AlarmState.UNACKNOWLEDGED
    assert run.see(danger).outputs.horn
    assert [e for e in run.events if e.kind.value == "alarm_reminded"]


# Refusals.


def asked(run: Bench, name: CommandName, **more: object) -> tuple[bool, tuple[str, ...]]:
    result = run.see({Signal.O2_PPM: 45.0}, command(name, len(run.results), **more)).results[0]
    return result.accepted, result.reasons


OPERATES: dict[str, object] = {"roles": frozenset({Role.OPERATOR})}
GOOD = {"alarm": "O2_HIGH", "minutes": 10.0, "reason": "sensor is being changed"}


@pytest.mark.parametrize(
    ("name", "more", "reason"),
    [
        (CommandName.ACK, {"alarm": "H2S_HIGH"}, "there is no alarm H2S_HIGH"),
        (CommandName.ACK, {"alarms": ("O2_HIGH", "X")}, "there is no alarm X"),
        (CommandName.SHELVE, GOOD | {"alarm": "X"}, "there is no alarm X"),
        (CommandName.SHELVE, GOOD | {"alarm": "*"}, "there is no alarm *"),
        (CommandName.SHELVE, GOOD | {"reason": " "}, "a reason"),
        (CommandName.SHELVE, GOOD | {"minutes": 0.5}, "a time from 1 to 480 min"),
        (CommandName.SHELVE, GOOD | {"minutes": 481.0}, "a time from 1 to 480 min"),
        (CommandName.SHELVE, GOOD | {"minutes": NAN}, "a time from 1 to 480 min"),
        (
            CommandName.SHELVE,
            GOOD | {"alarm": "H2S_HIGH", "one_shot": True},
            "H2S_HIGH is not active: it has no return to wait for",
        ),
        (CommandName.UNSHELVE, {"alarm": "O2_HIGH"}, "O2_HIGH is not shelved"),
        (
            CommandName.OUT_OF_SERVICE,
            GOOD | OPERATES,
            "out_of_service needs the role maintenance; yours is operator",
        ),
        (CommandName.OUT_OF_SERVICE, GOOD | {"reason": ""}, "a reason"),
        (
            CommandName.IN_SERVICE,
            {"alarm": "O2_HIGH"},
            "O2_HIGH is not out of service",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    name: CommandName, more: dict[str, object], reason: str
) -> None:
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    before = run.state.alarms
    assert asked(run, name, **more) == (False, (reason,))
    assert run.state.alarms == before
    kind = ALARM_COMMANDS[name].value
    assert not kinds(run.events, kind)


def test_what_is_hidden_already_is_not_hidden_again() -> None:
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    assert asked(run, CommandName.SHELVE, **GOOD) == (True, ())
    assert asked(run, CommandName.SHELVE, **GOOD)[1] == ("O2_HIGH is shelved already",)
    out = {"alarm": "O2_HIGH", "reason": "cell is worn"}
    assert asked(run, CommandName.OUT_OF_SERVICE, **out) == (True, ())
    assert asked(run, CommandName.OUT_OF_SERVICE, **out)[1] == (
        "O2_HIGH is out of service already",
    )
    assert asked(run, CommandName.SHELVE, **GOOD)[1] == ("O2_HIGH is out of service already",)
    refused = asked(run, CommandName.IN_SERVICE, alarm="O2_HIGH", **OPERATES)
    assert refused[1] == ("in_service needs the role maintenance; yours is operator",)
    assert asked(run, CommandName.IN_SERVICE, alarm="O2_HIGH")[0]
    assert shown(run, "O2_HIGH") is AlarmState.UNACKNOWLEDGED


@pytest.mark.parametrize("row_id", PRIORITY_1)
def test_no_alarm_of_priority_1_is_shelved(row_id: str) -> None:
    """Its horn stops with the acknowledgment, and it calls again while it stays."""
    run = Bench(TURNS)
    accepted, reasons = asked(run, CommandName.SHELVE, **(GOOD | {"alarm": row_id}))
    assert not accepted
    assert reasons == (f"{row_id} is of priority 1: acknowledge it, the horn stops then",)
    assert shown(run, row_id) is not AlarmState.SHELVED


def test_every_trip_is_of_priority_1_so_no_latch_is_shelved_away() -> None:
    assert {row.id for row in ROWS if row.reaction is Reaction.TRIP} <= set(PRIORITY_1)


def test_each_command_tells_who_what_and_why() -> None:
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    for name, more in (
        (CommandName.ACK, {"alarms": ("O2_HIGH",)}),
        (CommandName.SHELVE, GOOD),
        (CommandName.UNSHELVE, {"alarm": "O2_HIGH"}),
        (CommandName.OUT_OF_SERVICE, GOOD),
        (CommandName.IN_SERVICE, {"alarm": "O2_HIGH"}),
    ):
        assert asked(run, name, **more) == (True, ())
        (event,) = kinds(run.events, ALARM_COMMANDS[name].value)
        assert event.data["id"] == "O2_HIGH" and event.data["user"] == "tester"
        if "reason" in more:
            assert event.data["reason"] == GOOD["reason"]
            assert str(GOOD["reason"]) in event.text


# Whatever happens.

STEP = st.one_of(
    st.sampled_from(sorted(CAUSES)).map(lambda row_id: ("see", CAUSES[row_id])),
    st.just(("see", {})),
    st.just(("see", {Signal.O2_PPM: NAN, Signal.POWDER_PROBE_C: NAN})),
    st.builds(
        lambda name, row_id, minutes, one_shot: (
            "command",
            command(
                name,
                alarm=row_id,
                minutes=minutes,
                one_shot=one_shot,
                reason="why",
            ),
        ),
        st.sampled_from([*ALARM_COMMANDS, CommandName.RESET, CommandName.RESTART]),
        st.sampled_from([*sorted(CAUSES), "DRIVE_NOT_RUNNING", "*"]),
        st.sampled_from([1.0, 2.0, 480.0]),
        st.booleans(),
    ),
)


def check(decision: Decision, before: Callable[[int], bool]) -> None:
    state = decision.state
    assert len(state.alarms) <= len(ROWS)
    assert len({alarm.row for alarm in state.alarms}) == len(state.alarms)
    confirmed = {v.row for v in state.violations if v.confirmed}
    assert {alarm.row for alarm in state.alarms if alarm.active} == confirmed
    listed = {ROWS[alarm.row].id for alarm in state.alarms if alarm.hidden is None}
    for alarm in state.alarms:
        row = ROWS[alarm.row]
        if alarm.active and not alarm.acked and row.priority is Priority.P1:
            calls = alarm.state is AlarmState.UNACKNOWLEDGED
            assert calls or (alarm.hidden is not None and alarm.hidden.reason)
        if alarm.suppression is Suppression.SUPPRESSED:
            assert alarm.hidden is not None
            assert alarm.hidden.reason.split()[2].rstrip(":") in listed, "its leader is in sight"
            assert not alarm.first_out
        if alarm.suppression is Suppression.SHELVED:
            assert alarm.hidden is not None and alarm.hidden.until_s <= state.now_s + 28_800.0
            assert alarm.hidden.user == "tester"
    reset = any(r.accepted and r.command_id.startswith("reset") for r in decision.results)
    latched = {alarm.row for alarm in state.alarms if alarm.latched}
    assert reset or all(row in latched for row in range(len(ROWS)) if before(row))


@settings(max_examples=40)
@given(st.lists(STEP, max_size=25))
def test_whatever_is_done_nothing_dangerous_is_out_of_sight(
    steps: list[tuple[str, dict[Signal, float] | Command]],
) -> None:
    """I8, I23: conditions and commands in any order, the list is true, reasoned and bounded."""
    run = Bench(TURNS)
    sees: dict[Signal, float] = {}
    for _, step in steps:
        commands: tuple[Command, ...] = ()
        if isinstance(step, Command):
            commands = (replace(step, id=f"{step.name.value}-{len(run.results)}"),)
        else:
            sees = step
        for number in range(25):
            before = {alarm.row for alarm in run.state.alarms if alarm.latched}
            decision = run.see(sees, *(commands if number == 0 else ()))
            check(decision, before.__contains__)


# A blade that may still turn: what says so, and what merely does not answer.

STILL_TURNING = "STILL_TURNING"
NOBODY_KNOWS = {Signal.STANDSTILL: NAN, Signal.DRIVE_STATE: NAN, Signal.ROTOR_RPM: NAN}
MOVES = [{Signal.STANDSTILL: 0.0}, {Signal.ROTOR_RPM: 400.0}, {Signal.ROTOR_RPM: -400.0}]


def at_rest() -> Bench:
    bench = Bench(state_in(State.IDLE))
    bench.see(seconds=LAB.coast_s)
    return bench


def test_a_device_that_does_not_answer_for_a_moment_is_not_a_blade_that_turns() -> None:
    """I2: the lid stays locked meanwhile; people are not sent to the emergency stop for nothing."""
    bench = at_rest()
    bench.see(NOBODY_KNOWS, seconds=LAB.coast_s - 1.0)
    assert not stands_still(bench.state.watch, LAB, bench.now_s)
    bench.see(seconds=LAB.standstill_proof_s + 1.0)
    assert stands_still(bench.state.watch, LAB, bench.now_s)
    assert shown(bench, STILL_TURNING) is AlarmState.NORMAL
    assert not kinds(bench.events, "alarm_raised")
    bench.see(NOBODY_KNOWS, seconds=LAB.coast_s + 1.0)
    assert shown(bench, STILL_TURNING) is AlarmState.UNACKNOWLEDGED


@pytest.mark.parametrize("moves", MOVES, ids=str)
def test_what_says_that_the_blade_moves_is_told_at_once_until_it_is_proven_still(
    moves: dict[Signal, float],
) -> None:
    """I2, I12."""
    bench = at_rest()
    bench.see(moves)
    assert shown(bench, STILL_TURNING) is AlarmState.UNACKNOWLEDGED
    bench.see(NOBODY_KNOWS, seconds=5.0)
    assert bench.state.watch.moved_s < bench.now_s
    assert shown(bench, STILL_TURNING) is AlarmState.UNACKNOWLEDGED
    bench.see(seconds=LAB.standstill_proof_s + 30.0)
    assert shown(bench, STILL_TURNING) is AlarmState.RETURNED
