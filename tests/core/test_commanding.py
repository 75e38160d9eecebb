"""What becomes of commands: the safer one wins, once in a scan, and a refusal names everything."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from bench import (
    CHARGE,
    LAB,
    SHORT,
    Bench,
    charge,
    command,
    kinds,
    load,
    state_in,
)

from controller.core.alarms import Alarm
from controller.core.batch import Step
from controller.core.commands import Command, CommandName, in_order
from controller.core.permissions import refusals
from controller.core.recipe import CoolDown, LeakTest, MillPulse
from controller.core.signals import NAN, Signal
from controller.core.state import Decision, initial_state
from controller.core.states import State, Trigger
from sim.prove.state_table import TABLE

SAFE = (CommandName.ABORT, CommandName.STOP, CommandName.HOLD)
MOVES = [name for name in CommandName if name.value in {t.value for t in Trigger}]
LEADS_TO = {
    CommandName.ABORT: State.ABORTING,
    CommandName.STOP: State.STOPPING,
    CommandName.HOLD: State.HOLDING,
}


def bench(state: State, phase: type = MillPulse, step: Step = Step.OFF) -> Bench:
    if state is State.IDLE:
        phase, step = LeakTest, Step.BEGIN
    return Bench(state_in(state, phase, step))


def answer(decision: Decision, name: CommandName) -> tuple[bool, tuple[str, ...]]:
    result = next(r for r in decision.results if r.command_id.startswith(name.value))
    return result.accepted, result.reasons


def moves(decision: Decision) -> list[str]:
    return [str(event.data["to"]) for event in kinds(decision.events, "transition")]


@pytest.mark.parametrize("name", MOVES, ids=lambda name: name.value)
@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_every_state_and_command_pair_has_its_outcome(state: State, name: CommandName) -> None:
    """I19: on a calm plant a command does what the table says, or is refused with a reason."""
    decision = bench(state).see({}, command(name))
    dest = TABLE.get((state, Trigger(name.value)))
    accepted, reasons = answer(decision, name)
    assert accepted is (dest is not None)
    if dest is not None:
        assert moves(decision) == [dest.value] and reasons == ()
        assert decision.state.version == 1
    else:
        assert reasons == refusals(command(name), state, 0, "")
        # What the state does by itself in this scan it still does.
        own = TABLE.get((state, Trigger.STATE_COMPLETE))
        assert moves(decision) in ([], [own.value if own else ""])


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@pytest.mark.parametrize(
    "names", list(itertools.permutations(MOVES[:1] + list(SAFE), 2)), ids=lambda names: str(names)
)
def test_the_safer_of_two_wins_whatever_came_first(
    state: State, names: tuple[CommandName, CommandName]
) -> None:
    """I22: abort over stop over hold over start; what the table does not know is nothing."""
    decision = bench(state).see({}, *[command(name) for name in names])
    possible = [n for n in SAFE if n in names and (state, Trigger(n.value)) in TABLE]
    if possible:
        assert moves(decision) == [LEADS_TO[possible[0]].value]
    elif CommandName.START in names and state is State.IDLE:
        assert moves(decision) == [State.STARTING.value]
    for name in names:
        assert answer(decision, name)[0] is (
            name in possible or (name is CommandName.START and not possible and state is State.IDLE)
        )


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@pytest.mark.parametrize("name", [CommandName.STOP, CommandName.ABORT], ids=lambda name: name.value)
def test_stop_wins_over_everything_else_in_the_box(state: State, name: CommandName) -> None:
    """I22: in every state, with every other command there is before it and behind it."""
    others = [command(other) for other in CommandName if other not in (*SAFE, CommandName.LOAD)]
    others += [load(), charge()]
    for box in ([command(name), *others], [*others, command(name)]):
        decision = bench(state).see({}, *box)
        assert len(decision.results) == len(box)
        if (state, Trigger(name.value)) in TABLE:
            assert moves(decision) == [LEADS_TO[name].value]
            refused = [r for r in decision.results if not r.command_id.startswith(name.value)]
            assert all(not r.accepted or r.command_id.startswith("ack") for r in refused)


def test_at_most_one_transition_in_a_scan_but_an_abort_may_follow() -> None:
    """I19: STARTING would be complete in this scan; the command has moved it already."""
    for name in (CommandName.HOLD, CommandName.STOP, CommandName.ABORT):
        run = bench(State.STARTING, LeakTest, Step.BEGIN)
        run.see()  # it is not fresh any more
        run.state = replace(run.state, state=State.STARTING, entered_s=-1.0)
        assert moves(run.see({}, command(name))) == [LEADS_TO[name].value]


@pytest.mark.parametrize("name", SAFE, ids=lambda name: name.value)
def test_a_trip_wins_over_any_command(name: CommandName) -> None:
    """I7, I22: the emergency stop is pressed in the scan in which a person holds or stops."""
    decision = bench(State.RUNNING).see({Signal.ESTOP_HEALTHY: 0.0}, command(name))
    assert moves(decision) == [State.ABORTING.value]
    assert answer(decision, name) == (True, ())


def test_a_stop_wins_over_a_hold_that_a_row_asks_for() -> None:
    """I22."""
    decision = bench(State.RUNNING).see({Signal.O2_PPM: NAN}, command(CommandName.STOP))
    assert moves(decision) == [State.STOPPING.value]


def test_a_start_in_the_scan_of_a_trip_is_refused() -> None:
    """I7, I9."""
    run = bench(State.HELD)
    decision = run.see({Signal.VESSEL_PRESSURE_MBAR_G: 300.0}, command(CommandName.RESTART))
    assert moves(decision) == [State.ABORTING.value]
    assert not answer(decision, CommandName.RESTART)[0]


def test_a_refused_command_lists_all_reasons_and_is_told() -> None:
    run = Bench(initial_state(LAB))
    bad = {Signal.LID_CLOSED: 0.0, Signal.ROOM_O2_PERCENT: NAN, Signal.O2_PPM: NAN}
    decision = run.see(bad, command(CommandName.START))
    accepted, reasons = answer(decision, CommandName.START)
    assert not accepted
    for piece in ("Recipe loaded", "Charge confirmed", "Lid closed", "Room O2: UNKNOWN", "O2"):
        assert any(piece in reason for reason in reasons), piece
    assert len(reasons) == len(set(reasons)) >= 6
    (event,) = kinds(decision.events, "command_refused")
    assert event.data["reasons"] == list(reasons) and event.data["user"] == "tester"
    assert decision.state.version == 0 and decision.state.state is State.IDLE


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_recipe_and_charge_are_taken_in_idle_only(state: State) -> None:
    for asked in (load(batch_id="B-2"), charge(replace(CHARGE, cam_lot="OTHER"))):
        run = bench(state)
        decision = run.see({}, asked)
        accepted, reasons = answer(decision, asked.name)
        assert accepted is (state is State.IDLE)
        if not accepted:
            assert reasons == (f"{asked.name.value} is for IDLE; the state is {state.value}",)
            assert run.state.batch is None or run.state.batch.id == "B-1"


def test_a_charge_needs_a_recipe_and_both_need_their_forms() -> None:
    run = Bench(initial_state(LAB))
    assert answer(run.see({}, charge()), CommandName.CHARGE) == (False, ("a loaded recipe",))
    empty = command(CommandName.LOAD)
    assert answer(run.see({}, empty), CommandName.LOAD) == (False, ("a recipe and a batch id",))
    run.see({}, load())
    empty = command(CommandName.CHARGE)
    assert answer(run.see({}, empty), CommandName.CHARGE) == (False, ("the charge form",))


@pytest.mark.parametrize("name", ["tester", " Tester "])
def test_nobody_checks_their_own_charge(name: str) -> None:
    run = bench(State.IDLE)
    own = charge(replace(CHARGE, checked_by=name))
    assert own.user == "tester"
    refused = (False, ("the second check is by another person",))
    assert answer(run.see({}, own), CommandName.CHARGE) == refused
    other = charge(replace(CHARGE, checked_by="second tester"))
    assert answer(run.see({}, other), CommandName.CHARGE) == (True, ())


def test_a_load_forgets_the_charge_the_credit_and_the_old_limits() -> None:
    """I4, I25: another recipe is another batch."""
    run = bench(State.IDLE)
    strict = replace(SHORT, atmosphere=replace(SHORT.atmosphere, o2_trip_ppm=15.0))
    decision = run.see({}, load(strict, "B-2"))
    state = decision.state
    assert state.batch is not None and state.batch.id == "B-2" and state.batch.charge is None
    assert not state.watch.credit and state.matrix.limits.o2_hold_ppm == 15.0


def test_load_charge_and_start_may_come_together() -> None:
    run = Bench(initial_state(LAB))
    run.see(seconds=70.0)
    decision = run.see({}, load(), charge(), command(CommandName.START))
    assert [result.accepted for result in decision.results] == [True, True, True]
    assert decision.state.state is State.STARTING
    assert decision.state.batch is not None
    assert decision.state.batch.started_s == run.now_s
    assert decision.state.batch.operator == "tester"


def test_the_same_command_twice_moves_once() -> None:
    """I9, I21: a double click on start is one start."""
    first, second = command(CommandName.START, 1), command(CommandName.START, 2)
    decision = bench(State.IDLE).see({}, first, second)
    assert [result.accepted for result in decision.results] == [True, False]
    assert moves(decision) == [State.STARTING.value]


def test_commands_are_looked_at_the_safest_first() -> None:
    names = [CommandName.START, CommandName.ACK, CommandName.HOLD, CommandName.STOP]
    names += [CommandName.PAUSE, CommandName.ABORT, CommandName.LOAD]
    ordered = [c.name for c in in_order(tuple(command(name) for name in names))]
    assert ordered[:5] == [
        CommandName.ABORT,
        CommandName.STOP,
        CommandName.HOLD,
        CommandName.PAUSE,
        CommandName.ACK,
    ]
    assert ordered[5:] == [CommandName.START, CommandName.LOAD]


def with_alarm(run: Bench, row_id: str, *, active: bool) -> Alarm:
    index = next(i for i, row in enumerate(run.state.matrix.rows) if row.id == row_id)
    found = Alarm(index, 0.0, active, False, latched=True, first_out=True, unknown=False)
    run.state = replace(run.state, alarms=(found,))
    return found


def test_an_acknowledgement_names_an_alarm_that_there_is() -> None:
    """I23."""
    run = bench(State.ABORTED)
    with_alarm(run, "POWDER_HOT", active=False)
    decision = run.see({}, command(CommandName.ACK, alarm="O2_HOLD"))
    assert not answer(decision, CommandName.ACK)[0]
    decision = run.see({}, command(CommandName.ACK, alarm="POWDER_HOT"))
    assert answer(decision, CommandName.ACK) == (True, ())
    assert decision.state.alarms[0].acked and decision.state.alarms[0].latched


def test_a_trip_is_reset_by_acknowledgement_and_reset_in_this_order() -> None:
    """I8: reset alone is refused, acknowledgement alone lets nothing go."""
    run = bench(State.ABORTED)
    with_alarm(run, "POWDER_HOT", active=False)
    assert not answer(run.see({}, command(CommandName.RESET)), CommandName.RESET)[0]
    run.see({}, command(CommandName.ACK))
    assert run.state.state is State.ABORTED and run.state.alarms[0].latched
    decision = run.see({}, command(CommandName.RESET, 2))
    assert moves(decision) == [State.RESETTING.value] and decision.state.alarms == ()
    assert not decision.outputs.spins


def test_acknowledgement_and_restart_may_come_in_one_scan() -> None:
    run = bench(State.HELD)
    found = with_alarm(run, "O2_HOLD", active=False)
    run.state = replace(run.state, alarms=(replace(found, latched=False, first_out=False),))
    decision = run.see({}, command(CommandName.RESTART), command(CommandName.ACK))
    assert [result.accepted for result in decision.results] == [True, True]
    assert moves(decision) == [State.RESTARTING.value]


RELEASABLE = {State.IDLE, State.COMPLETE, State.STOPPED, State.ABORTED}


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_the_lid_is_released_only_where_nothing_runs(state: State) -> None:
    """I2."""
    decision = bench(state, CoolDown, Step.DONE).see({}, command(CommandName.LID_RELEASE))
    assert answer(decision, CommandName.LID_RELEASE)[0] is (state in RELEASABLE)
    # At 31 mbar it vents first.
    assert decision.outputs.vent_open is (state in RELEASABLE)
    assert not decision.outputs.lid_unlock


@pytest.mark.parametrize(
    ("changes", "piece"),
    [
        ({Signal.H2S_PPM: 60.0}, "H2S"),
        ({Signal.H2S_PPM: NAN}, "H2S"),
        ({Signal.POWDER_PROBE_C: 40.0}, "Powder"),
        ({Signal.STANDSTILL: 0.0}, "Standstill"),
        ({Signal.SAMPLE_FLOW_SLPM: 0.0}, "Sample flow"),
    ],
    ids=str,
)
def test_a_release_that_could_not_come_is_refused_with_its_reasons(
    changes: dict[Signal, float], piece: str
) -> None:
    """I2: nobody waits at a lid in vain, and the purge of a trip goes on meanwhile."""
    run = bench(State.ABORTED, CoolDown, Step.DONE)
    decision = run.see(changes, command(CommandName.LID_RELEASE))
    accepted, reasons = answer(decision, CommandName.LID_RELEASE)
    assert not accepted and any(piece in reason for reason in reasons)
    assert not decision.outputs.vent_open and decision.outputs.supply_open


def test_a_release_ends_with_the_lid_opened_with_its_time_or_with_a_move() -> None:
    """I2."""
    vented = {Signal.VESSEL_PRESSURE_MBAR_G: 2.0}
    opened = {Signal.VESSEL_PRESSURE_MBAR_G: 0.0, Signal.LID_CLOSED: 0.0, Signal.LID_LOCKED: 0.0}
    run = bench(State.COMPLETE, CoolDown, Step.DONE)
    assert run.see(vented, command(CommandName.LID_RELEASE)).outputs.lid_unlock
    assert run.see(vented, seconds=119.0).outputs.lid_unlock
    assert not run.see(vented, seconds=2.0).outputs.lid_unlock
    assert run.see(vented, command(CommandName.LID_RELEASE, 2)).outputs.lid_unlock
    assert not run.see(opened).outputs.lid_unlock
    assert run.see(vented, command(CommandName.LID_RELEASE, 3)).outputs.lid_unlock
    assert not run.see(vented, command(CommandName.RESET)).outputs.lid_unlock
    ended = [event.data["opened"] for event in kinds(run.events, "lid")]
    assert ended == [False, True], "a move ends it with its own event"


def test_a_command_of_a_box_is_answered_once_each() -> None:
    box: list[Command] = [command(name, 7) for name in CommandName]
    decision = bench(State.RUNNING).see({}, *box)
    assert sorted(r.command_id for r in decision.results) == sorted(c.id for c in box)
