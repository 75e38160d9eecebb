"""What the rows need beyond the signals: how well the plant follows, and how long things take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from controller.core.batch import Batch, Position, Step, Verdict
from controller.core.hands import NOBODY, Mode
from controller.core.limits import Limits
from controller.core.matrix.row import Arm
from controller.core.outputs import Outputs
from controller.core.recipe import LeakTest
from controller.core.signals import DriveState, Signal
from controller.core.state import ScanState
from controller.core.states import State
from controller.core.twin import deviation
from controller.core.watch import Watch, stands_still, turns_on

_ROTOR: Final = int(Signal.ROTOR_RPM)
_DRIVE_STATE: Final = int(Signal.DRIVE_STATE)
_PERMIT: Final = int(Signal.RUN_PERMIT_FEEDBACK)
_FLOW: Final = int(Signal.ARGON_FLOW_SLPM)
_FLOW_SP: Final = int(Signal.ARGON_FLOW_SP_SLPM)
_SUPPLY: Final = int(Signal.SUPPLY_VALVE_OPEN)
_EXHAUST: Final = int(Signal.EXHAUST_VALVE_OPEN)
_JAR: Final = int(Signal.JAR_C)
_POWDER: Final = int(Signal.POWDER_PROBE_C)
_RUNNING: Final = float(DriveState.RUNNING)

GETTING_READY: Final = frozenset((State.STARTING, State.RESUMING, State.RESTARTING))
RUN_DOWN_STATES: Final = frozenset((State.HOLDING, State.STOPPING))
_PASSIVE: Final = (State.IDLE, State.RESETTING, State.ABORTING, State.ABORTED)
_NO_BATCH: Final = (*_PASSIVE, State.COMPLETE, State.STOPPED)
_RUN_STATES: Final = frozenset((State.RUNNING, State.PAUSING, State.COMPLETING))
FLOW_ERROR_BASE_SLPM: Final = 0.5
_GOING: Final = Verdict.GOING
_HELD: Final = State.HELD
_PAUSED: Final = State.PAUSED


def _state_arms(state: State) -> int:
    arms = Arm(0)
    if state not in _PASSIVE:
        arms |= Arm.ACTIVE
    if state not in _NO_BATCH:
        arms |= Arm.BATCH
    if state in _RUN_STATES:
        arms |= Arm.RUN
    if state in RUN_DOWN_STATES:
        arms |= Arm.HOLDING
    if state is State.HELD:
        arms |= Arm.HELD
    if state is State.PAUSED:
        arms |= Arm.PAUSED
    if state in GETTING_READY:
        arms |= Arm.STARTING
    if state in (State.ABORTING, State.ABORTED):
        arms |= Arm.TRIPPED
    return int(arms)


STATE_ARMS: Final = {state: _state_arms(state) for state in State}

_ACTIVE: Final = int(Arm.ACTIVE)
_BATCH: Final = int(Arm.BATCH)
_TURNING: Final = int(Arm.TURNING)
_INERT: Final = int(Arm.INERT)
_COVER: Final = int(Arm.COVER)
_LEAK: Final = int(Arm.LEAK_TEST)
_NOT_LEAK: Final = int(Arm.NOT_LEAK_TEST)
_RUN: Final = int(Arm.RUN)
_MILL: Final = int(Arm.MILL)
_FLOW_ARM: Final = int(Arm.FLOW)


def arms_of(state: ScanState, watch: Watch, now_s: float) -> int:
    """Which rows count in this scan, as bits of `Arm`."""
    arms = STATE_ARMS[state.state]
    if state.hands is not NOBODY:
        arms |= _arms_by_hand(state)
    if not arms & _ACTIVE:
        return arms
    sent = state.outputs
    if sent.run or sent.run_permit or not stands_still(watch, state.equipment, now_s):
        arms |= _TURNING
    if sent.supply_open and sent.argon_flow_slpm > 0.0:
        arms |= _FLOW_ARM
    if arms & _BATCH and watch.credit:
        arms |= _INERT
    batch = state.batch
    if batch is None:
        return arms | _NOT_LEAK
    index = state.position.index
    if arms & _BATCH and index > batch.purge_index:
        arms |= _COVER
    if not arms & _RUN:
        return arms | _NOT_LEAK
    if batch.mills[index] is not None:
        return arms | _NOT_LEAK | _MILL
    return arms | (_LEAK if isinstance(batch.phases[index], LeakTest) else _NOT_LEAK)


def _arms_by_hand(state: ScanState) -> int:
    """By hand the rows count as in a batch: in IDLE and ABORTED too, and more for the blade."""
    hands, resting = state.hands, state.state in (State.IDLE, State.ABORTED)
    manual = hands.mode is Mode.MANUAL and state.state is State.IDLE
    arms = _ACTIVE if manual or (resting and hands.busy) else 0
    if manual and (state.outputs.spins or hands.turns):
        arms |= _BATCH | _COVER | _MILL
    return arms


def derived_values(state: ScanState, watch: Watch, x: Sequence[float], now_s: float) -> list[float]:
    """The values of `Derived`, in its order. NaN where the plant's answer is UNKNOWN."""
    limits, sent, trust, batch = state.matrix.limits, state.outputs, watch.trust, state.batch
    rotor_rpm, follow_rpm, flow_slpm = x[_ROTOR], watch.follow_rpm, x[_FLOW]
    run, sent_slpm = sent.run, sent.argon_flow_slpm
    turning = slow = held_s = starting_s = 0.0
    if not run or state.state not in _RUN_STATES:
        turning, slow, held_s, starting_s = _overdue(state, watch, now_s)
    timed_out = leaks = inconclusive = steep = 0.0
    if state.position.verdict is not _GOING:
        timed_out, leaks, inconclusive, steep = _verdicts(state.position)
    behind_rpm, moved_rpm = abs(follow_rpm - watch.mark_rpm), abs(follow_rpm - rotor_rpm)
    return [
        rotor_rpm - _ceiling_rpm(watch.peak_rpm, limits),
        _underspeed_rpm(sent, follow_rpm, rotor_rpm, limits) if run else 0.0,
        _unless(x[_DRIVE_STATE], _RUNNING) if run else 0.0,
        abs(flow_slpm - sent_slpm)
        / (sent_slpm if sent_slpm > FLOW_ERROR_BASE_SLPM else FLOW_ERROR_BASE_SLPM),
        abs(x[_SUPPLY] - (1.0 if sent.supply_open else 0.0)),
        abs(x[_EXHAUST] - (0.0 if sent.exhaust_shut else 1.0)),
        turning,
        slow,
        held_s,
        starting_s,
        0.0 if watch.credit else 1.0,
        _unless(x[_PERMIT], 1.0) if run or _permit_is_due(state) else 0.0,
        timed_out,
        leaks,
        inconclusive,
        steep,
        abs(x[_FLOW_SP] - sent_slpm),
        float(trust.worst) if trust.loose else 0.0,
        trust.stands_s,
        moved_rpm if moved_rpm < behind_rpm else behind_rpm,
        x[_JAR] - x[_POWDER],
        now_s - state.entered_s if state.state is _PAUSED else 0.0,
        0.0 if state.hands is NOBODY else float(len(state.hands.bypasses)),
        0.0 if batch is None or batch.band is None else _band_deviation(state, batch, x),
    ]


def _band_deviation(state: ScanState, batch: Batch, x: Sequence[float]) -> float:
    """Where anything is wrong at all, how far inside the band the worst value is counts too."""
    exact = bool(state.violations)
    return deviation(batch, state.position, state.totals.process_s, x, exact)


def _ceiling_rpm(set_point_rpm: float, limits: Limits) -> float:
    margin_rpm = limits.overspeed_margin_share * set_point_rpm
    least_rpm = limits.overspeed_margin_rpm
    return set_point_rpm + (margin_rpm if margin_rpm > least_rpm else least_rpm)


def _underspeed_rpm(sent: Outputs, follow_rpm: float, rotor_rpm: float, limits: Limits) -> float:
    """How far the rotor is below a slowly following set point, beyond the margin."""
    expected_rpm = sent.rotor_rpm if sent.rotor_rpm < follow_rpm else follow_rpm
    margin_rpm = limits.underspeed_margin_share * expected_rpm
    least_rpm = limits.underspeed_margin_rpm
    return expected_rpm - rotor_rpm - (margin_rpm if margin_rpm > least_rpm else least_rpm)


def _permit_is_due(state: ScanState) -> bool:
    """Whether the contactor has been seen made and must stay so, resting between pulses."""
    return state.outputs.run_permit and state.position.step is Step.OFF


def _unless(value: float, expected: float) -> float:
    """0 when the plant does what it was asked for, 1 when not, NaN when UNKNOWN."""
    if value == expected:
        return 0.0
    return 1.0 if value == value else value


def _overdue(state: ScanState, watch: Watch, now_s: float) -> tuple[float, float, float, float]:
    equipment, current = state.equipment, state.state
    in_state_s = now_s - state.entered_s
    spins = state.outputs.spins
    slow = current in RUN_DOWN_STATES and (
        (spins and in_state_s > equipment.run_down_s)
        or in_state_s > equipment.run_down_s + equipment.coast_s
    )
    turning = not spins and turns_on(watch, equipment, now_s)
    return (
        1.0 if turning else 0.0,
        1.0 if slow else 0.0,
        in_state_s if current is _HELD else 0.0,
        in_state_s if current in GETTING_READY else 0.0,
    )


def _verdicts(position: Position) -> tuple[float, float, float, float]:
    verdict = position.verdict
    if position.step is Step.DONE:
        return 0.0, 0.0, 0.0, 0.0
    return (
        float(verdict is Verdict.TIME_LIMIT),
        float(verdict is Verdict.LEAKS),
        float(verdict is Verdict.LEAK_INCONCLUSIVE),
        float(verdict is Verdict.SLOPE_TOO_STEEP),
    )
