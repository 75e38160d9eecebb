"""The scan as a whole: pure, in time, and safe for any input whatever."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import pytest
from bench import LAB, SHORT, TURNING, Bench, charge, command, image, kinds, load, state_in
from hypothesis import example, given, settings
from hypothesis import strategies as st

from controller.core.batch import Step
from controller.core.commands import Command, CommandName
from controller.core.limits import limits_for
from controller.core.matrix import rows
from controller.core.matrix.row import Arm, Reaction, Row
from controller.core.outputs import DEAD
from controller.core.recipe import CoolDown, LeakTest, MillHold, MillPulse, ProveInert, Purge
from controller.core.scan import scan
from controller.core.signals import NAN, UNKNOWN_IMAGE, Signal
from controller.core.state import ScanState, initial_state
from controller.core.states import State
from sim.prove.checker import Checker

PERIOD_S = 0.1
TRIPPED = (State.ABORTING, State.ABORTED)
LIMITS = limits_for(LAB, SHORT.atmosphere)
ROWS = [row for row in rows(LIMITS) if isinstance(row.source, Signal)]


def spinning(state: State = State.RUNNING) -> Bench:
    """At speed in the middle of a pulse."""
    return Bench(state_in(state, MillPulse, Step.ON, outputs=TURNING))


# The first image, and what nobody has measured.


def test_the_first_image_is_dead_and_stays_so_until_something_is_asked_for() -> None:
    """I10: nothing known, nothing done, however long."""
    state = initial_state(LAB)
    assert state.outputs is DEAD
    for number in range(1, 1200):
        decision = scan(state, UNKNOWN_IMAGE, (), number * PERIOD_S, PERIOD_S)
        state = decision.state
        # The horn and its alarm: standstill is not proven within the coast time.
        assert replace(decision.outputs, horn=False) == DEAD
    assert state.state is State.IDLE


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_an_image_of_nothing_turns_nothing_and_unlocks_nothing(state: State) -> None:
    """I1, I2, I5, I14: all devices silent, in every state."""
    before = state_in(state, MillPulse, Step.ON, outputs=TURNING)
    out = scan(before, UNKNOWN_IMAGE, (), PERIOD_S, PERIOD_S).outputs
    assert not out.spins and not out.lid_unlock
    assert not out.supply_open and not out.exhaust_shut


# Pure, and in time.


def test_the_same_arguments_give_the_same_decision() -> None:
    before = state_in(State.RUNNING, MillPulse, Step.ON, outputs=TURNING)
    x = image({Signal.LID_CLOSED: 0.0})
    kept = copy.deepcopy(x)
    commands = (command(CommandName.HOLD), command(CommandName.ACK))
    first = scan(before, x, commands, 5.0, PERIOD_S)
    second = scan(before, x, commands, 5.0, PERIOD_S)
    assert (first.outputs, first.events, first.results) == (
        second.outputs,
        second.events,
        second.results,
    )
    assert replace(first.state, matrix=before.matrix) == replace(second.state, matrix=before.matrix)
    assert [v for v in x.values if v == v] == [v for v in kept.values if v == v]
    assert before.state is State.RUNNING and before.outputs is TURNING


def test_a_quiet_scan_sends_the_very_same_image() -> None:
    bench = spinning()
    first = bench.see(seconds=3.0).outputs
    assert bench.see().outputs is first and bench.see().events == []


@pytest.mark.parametrize("gap_s", [0.0, 0.05, 0.1, 0.2, 0.3, 5.0, 3600.0, -3.0, -1e9], ids=str)
def test_time_counts_for_two_periods_at_most_and_never_backwards(gap_s: float) -> None:
    """I24: a scan that was late, a clock that was set, a machine that slept."""
    bench = spinning()
    bench.see(seconds=1.0)
    before = bench.state
    after = bench.see(now_s=before.now_s + gap_s).state
    counted_s = after.totals.process_s - before.totals.process_s
    assert counted_s == pytest.approx(min(max(gap_s, 0.0), 0.2))
    assert after.totals.revolutions - before.totals.revolutions == pytest.approx(
        50.0 * counted_s, abs=1e-6
    )
    rise_rpm = after.outputs.rotor_rpm - before.outputs.rotor_rpm
    assert rise_rpm <= 0.2 * 600.0 + 1e-6


@pytest.mark.parametrize(
    ("phase", "step"),
    [(Purge, Step.DWELL), (ProveInert, Step.DWELL), (LeakTest, Step.MEASURE)],
    ids=str,
)
def test_no_step_is_skipped_to_catch_up(phase: type, step: Step) -> None:
    """I24: a machine that slept for an hour has not dwelt for an hour."""
    bench = Bench(state_in(State.RUNNING, phase, step, credit=False))
    bench.see()
    bench.see(now_s=3600.0)
    assert bench.state.position.step is step


def test_a_day_of_time_is_a_count_of_scans() -> None:
    """Confirm times do not drift: far from zero a row is confirmed in its very scan too."""
    for began in (0, 863_999, 8_640_001):
        bench = Bench(state_in(State.RUNNING, MillPulse, Step.ON, outputs=TURNING))
        bench.scans = began
        bench.state = replace(bench.state, now_s=bench.now_s)
        hot = {Signal.JAR_C: 61.0}
        states = [bench.see(hot).state.state for _ in range(12)]
        assert states.index(State.ABORTING) == 10, began


# Every row, through the whole scan, while the blade turns.

BEYOND = [
    (row, value)
    for row in ROWS
    for value in (
        *([math.nextafter(row.low, -math.inf)] if math.isfinite(row.low) else []),
        *([math.nextafter(row.high, math.inf), math.inf] if math.isfinite(row.high) else []),
        NAN,
    )
    if row.armed & ~(Arm.HELD | Arm.STARTING | Arm.TRIPPED | Arm.LEAK_TEST)
]


@pytest.mark.parametrize(
    ("row", "value"), BEYOND, ids=[f"{row.id}:{value:g}" for row, value in BEYOND]
)
def test_a_cause_has_its_effect_in_its_scan_while_the_blade_turns(row: Row, value: float) -> None:
    """I7, I23: a trip takes the drive off in the scan that confirms it, a hold leads it down."""
    bench = spinning()
    bench.see(seconds=2.0)
    unknown = value != value
    asked = row.on_unknown if unknown else row.reaction
    confirm_s = row.unknown_confirm_s if unknown else row.confirm_s
    if math.isinf(confirm_s):
        return
    for _ in range(round(max(confirm_s / PERIOD_S, row.confirm_scans)) + 1):
        before = bench.state
        decision = bench.see({row.source: value})
        # Another row may be quicker with a hold; the trip comes in its own scan all the same.
        if asked is not Reaction.TRIP and decision.state.state is not State.RUNNING:
            break
        assert decision.outputs.rotor_rpm <= 3000.0
    index = next(i for i, r in enumerate(before.matrix.rows) if r.id == row.id)
    state, out = decision.state, decision.outputs
    if asked is Reaction.TRIP:
        assert state.state is State.ABORTING and not out.spins
    elif asked is Reaction.STOP:
        assert state.state is State.STOPPING and out.rotor_rpm < 3000.0
    elif asked is Reaction.HOLD:
        assert state.state in (State.HOLDING, State.STOPPING, State.ABORTING)
        assert out.rotor_rpm < 3000.0
    elif state.state is State.RUNNING:
        assert any(alarm.row == index and alarm.active for alarm in state.alarms)
    if state.state is not State.RUNNING:
        assert any(alarm.active for alarm in state.alarms)
        (move,) = kinds(decision.events, "transition")
        assert move.data["cause"]


def test_a_value_that_only_flickers_does_nothing() -> None:
    """L5: three bad samples of a gas, of a temperature or of a flow do not stop a batch."""
    bench = spinning()
    bench.see(seconds=2.0)
    for signal, value in (
        (Signal.O2_PPM, 500.0),
        (Signal.H2O_PPM, 500.0),
        (Signal.H2S_PPM, 60.0),
        (Signal.POWDER_PROBE_C, 61.0),
        (Signal.JAR_C, 61.0),
        (Signal.TORQUE_NM, 2.0),
        (Signal.COOLING_FLOW_LPM, 0.0),
        (Signal.ROOM_H2S_PPM, 8.0),
        (Signal.ROOM_O2_PERCENT, 10.0),
        (Signal.VESSEL_PRESSURE_MBAR_G, 4.0),
    ):
        bench.see({signal: value}, seconds=0.3)
        bench.see(seconds=0.5)
        assert bench.state.state is State.RUNNING, signal.name
        assert not kinds(bench.events, "alarm_raised"), signal.name


@pytest.mark.parametrize("state", [s for s in State if s not in (State.IDLE, State.RESETTING)])
def test_the_emergency_stop_is_a_trip_in_every_active_state(state: State) -> None:
    """I7, O12."""
    phase = CoolDown if state in (State.COMPLETE, State.STOPPED) else MillPulse
    bench = Bench(state_in(state, phase, Step.OFF))
    for value in (0.0, NAN):
        decision = bench.see({Signal.ESTOP_HEALTHY: value})
        assert decision.state.state in TRIPPED and not decision.outputs.spins


def test_releasing_the_emergency_stop_alone_does_nothing() -> None:
    """I8, I9, O12."""
    bench = spinning()
    bench.see({Signal.ESTOP_HEALTHY: 0.0})
    bench.see(seconds=300.0)
    assert bench.state.state is State.ABORTED and not bench.outputs.spins
    assert not bench.see({}, command(CommandName.RESTART)).results[0].accepted
    assert not bench.see({}, command(CommandName.START)).results[0].accepted


# The trip image.


def test_a_trip_purges_until_h2s_is_low_and_keeps_cover_then() -> None:
    """I6: in ABORTED too."""
    bench = spinning()
    bench.see({Signal.H2S_PPM: 60.0}, seconds=1.2)
    assert bench.state.state is State.ABORTING
    assert bench.outputs.argon_flow_slpm == LAB.trip_purge_flow_slpm
    bench.see({Signal.H2S_PPM: 5.1}, seconds=100.0)
    assert bench.state.state is State.ABORTED
    assert bench.outputs.argon_flow_slpm == LAB.trip_purge_flow_slpm
    assert bench.see({Signal.H2S_PPM: NAN}).outputs.argon_flow_slpm == LAB.trip_purge_flow_slpm
    assert bench.see({Signal.H2S_PPM: 5.0}).outputs.argon_flow_slpm == LAB.cover_flow_slpm
    assert not bench.outputs.exhaust_shut


@pytest.mark.parametrize(
    "changes",
    [
        {Signal.ROOM_O2_PERCENT: 17.0},
        {Signal.ROOM_H2S_PPM: 6.0},
        {Signal.VESSEL_PRESSURE_MBAR_G: 300.0},
        {Signal.ROOM_H2S_PPM: 6.0, Signal.H2S_PPM: 60.0},
    ],
    ids=str,
)
def test_gas_in_the_room_and_pressure_win_over_the_purge(changes: dict[Signal, float]) -> None:
    """I5: also when the detector then fails, and until it says that it is over."""
    bench = spinning()
    bench.see(changes, seconds=2.0)
    assert bench.state.state in TRIPPED
    lost = dict.fromkeys(changes, NAN)
    for found in (changes, lost):
        for _ in range(100):
            out = bench.see(found).outputs
            assert not out.supply_open and not out.exhaust_shut and out.argon_flow_slpm == 0.0
    assert bench.see(seconds=5.0).outputs.supply_open


def test_an_open_vessel_gets_no_argon() -> None:
    """H6: people stand in front of it."""
    for state in (State.ABORTED, State.COMPLETE, State.STOPPED):
        bench = Bench(state_in(state, CoolDown, Step.DONE))
        assert bench.see().outputs.supply_open
        for value in (0.0, NAN):
            assert not bench.see({Signal.LID_CLOSED: value}).outputs.supply_open


# Any input whatever.

START: list[ScanState] = [
    state_in(State.IDLE, LeakTest, Step.BEGIN),
    state_in(State.RUNNING, LeakTest, Step.FILL, credit=False),
    state_in(State.RUNNING, Purge, Step.SWEEP, credit=False),
    state_in(State.RUNNING, ProveInert, Step.DWELL, credit=False),
    state_in(State.RUNNING, MillHold, Step.ON, outputs=TURNING),
    state_in(State.RUNNING, MillPulse, Step.ON, outputs=TURNING),
    state_in(State.RUNNING, MillPulse, Step.OFF),
    state_in(State.PAUSING, MillPulse, Step.ON, outputs=TURNING),
    state_in(State.PAUSED, MillPulse, Step.OFF),
    state_in(State.HOLDING, MillPulse, Step.ON, outputs=TURNING),
    state_in(State.HELD, MillPulse, Step.ON),
    state_in(State.STOPPING, MillPulse, Step.ON, outputs=TURNING),
    state_in(State.COMPLETING, CoolDown, Step.WAIT, outputs=TURNING),
    state_in(State.COMPLETE, CoolDown, Step.DONE),
    state_in(State.ABORTING, MillPulse, Step.ON),
    state_in(State.ABORTED, MillPulse, Step.ON),
]
VALUES: dict[Signal, list[float]] = {
    Signal.LID_CLOSED: [0.0],
    Signal.LID_LOCKED: [0.0],
    Signal.ESTOP_HEALTHY: [0.0],
    Signal.RUN_PERMIT_FEEDBACK: [0.0, 1.0],
    Signal.STANDSTILL: [0.0, 1.0],
    Signal.DRIVE_STATE: [0.0, 1.0, 3.0, 7.0],
    Signal.DRIVE_FAULT_CODE: [21.0],
    Signal.ROTOR_RPM: [0.0, 100.0, 3000.0, 13_000.0, -100.0],
    Signal.TORQUE_NM: [1.3],
    Signal.MOTOR_C: [101.0, 121.0],
    Signal.VESSEL_PRESSURE_MBAR_G: [-5.0, 0.0, 3.0, 60.0, 200.0, 295.0],
    Signal.AMBIENT_PRESSURE_MBAR_ABS: [900.0],
    Signal.ARGON_SUPPLY_BAR_G: [0.0, 10.0],
    Signal.ARGON_FLOW_SLPM: [0.0, 9.0],
    Signal.SUPPLY_VALVE_OPEN: [0.0, 1.0],
    Signal.EXHAUST_VALVE_OPEN: [0.0, 1.0],
    Signal.SAMPLE_FLOW_SLPM: [0.0, 0.25],
    Signal.O2_PPM: [11.0, 60.0, 25_000.0, math.inf],
    Signal.H2O_PPM: [11.0, 120.0],
    Signal.H2S_PPM: [6.0, 60.0],
    Signal.ROOM_O2_PERCENT: [19.0, 17.0],
    Signal.ROOM_H2S_PPM: [2.0, 6.0],
    Signal.JAR_C: [40.0, 61.0],
    Signal.POWDER_PROBE_C: [40.0, 47.0, 61.0],
    Signal.COOLING_FLOW_LPM: [0.0],
    Signal.MAINS_HEALTHY: [0.0],
}
CHANGE = st.sampled_from([(s, v) for s, values in VALUES.items() for v in [*values, NAN]])
CHANGES = st.lists(CHANGE, max_size=4).map(dict)
NAMES = st.lists(st.sampled_from(CommandName), max_size=3)
LENGTH_S = st.sampled_from([0.1, 0.1, 0.3, 1.0, 6.0, 15.0])


def commanded(name: CommandName) -> Command:
    if name is CommandName.LOAD:
        return load()
    return charge() if name is CommandName.CHARGE else command(name)


@settings(max_examples=250)
@example(
    state_in(State.COMPLETING, CoolDown, Step.WAIT, outputs=TURNING),
    [({Signal.VESSEL_PRESSURE_MBAR_G: NAN}, [], 0.1)],
)
@example(
    state_in(State.RUNNING, LeakTest, Step.FILL),
    [({Signal.ROOM_H2S_PPM: 6.0}, [], 6.0), ({Signal.ROOM_O2_PERCENT: 17.0}, [], 0.1)],
)
@example(  # the purge credit is lost, and the gas comes up while the blade runs down
    state_in(State.RUNNING, MillHold, Step.ON, outputs=TURNING),
    [({Signal.VESSEL_PRESSURE_MBAR_G: -5.0, Signal.H2S_PPM: 60.0}, [], 6.0)],
)
@example(  # neither of the two has its confirm time
    state_in(State.RUNNING, LeakTest, Step.FILL),
    [({Signal.ROOM_O2_PERCENT: 17.0}, [], 1.0), ({Signal.ROOM_H2S_PPM: 6.0}, [], 1.0)],
)
@given(st.sampled_from(START), st.lists(st.tuples(CHANGES, NAMES, LENGTH_S), max_size=12))
def test_whatever_is_measured_and_asked_for_every_invariant_holds(
    start: ScanState, steps: list[tuple[dict[Signal, float], list[CommandName], float]]
) -> None:
    """All that a controller can promise alone: I1 to I5, I7 to I9, I11, I13, I19, I22, I23."""
    bench, invariants = Bench(start), Checker(LAB)
    invariants.take_over(start)
    for changes, names, seconds in steps:
        commands = tuple(commanded(name) for name in names)
        for _ in range(round(seconds / PERIOD_S)):
            decision = bench.see(changes, *commands)
            invariants.check(bench.scans, bench.now_s, bench.image, commands, decision)
            commands = ()
    assert not invariants.breaches, [str(breach) for breach in invariants.breaches[:5]]
