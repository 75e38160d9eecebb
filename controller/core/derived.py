"""What the rows need beyond the signals: how well the plant follows, and how long things take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from controller.core.batch import Position, Step, Verdict
from controller.core.hands import NOBODY, Mode
from controller.core.limits import Limits
from controller.core.matrix.row import Arm
from controller.core.outputs import Outputs
from controller.core.recipe import LeakTest
from controller.core.signals import DriveState, Signal
from controller.core.state import ScanState
from controller.core.states import State
from controller.core.watch import Watch, stands_still

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

GETTING_READY: Final = (State.STARTING, State.RESUMING, State.RESTARTING)
RUN_DOWN_STATES: Final = (State.HOLDING, State.STOPPING)
_PASSIVE: Final = (State.IDLE, State.RESETTING, State.ABORTING, State.ABORTED)
_NO_BATCH: Final = (*_PASSIVE, State.COMPLETE, State.STOPPED)
_RUN_STATES: Final = (State.RUNNING, State.PAUSING, State.COMPLETING)
FLOW_ERROR_BASE_SLPM: Final = 0.5
_NONE: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)


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


def derived_values(
    state: ScanState, watch: Watch, x: Sequence[float], now_s: float
) -> tuple[float, ...]:
    """The values of `Derived`, in its order. NaN where the plant's answer is UNKNOWN."""
    limits, sent, trust = state.matrix.limits, state.outputs, watch.trust
    rotor_rpm, follow_rpm = x[_ROTOR], watch.follow_rpm
    run, flow_slpm = sent.run, sent.argon_flow_slpm
    behind_rpm, moved_rpm = abs(follow_rpm - watch.mark_rpm), abs(follow_rpm - rotor_rpm)
    return (
        rotor_rpm - _ceiling_rpm(watch.peak_rpm, limits),
        _underspeed_rpm(sent, follow_rpm, rotor_rpm, limits) if run else 0.0,
        _unless(x[_DRIVE_STATE], _RUNNING) if run else 0.0,
        abs(x[_FLOW] - flow_slpm)
        / (flow_slpm if flow_slpm > FLOW_ERROR_BASE_SLPM else FLOW_ERROR_BASE_SLPM),
        abs(x[_SUPPLY] - sent.supply_open),
        abs(x[_EXHAUST] + sent.exhaust_shut - 1.0),
        *(_NONE if run and state.state in _RUN_STATES else _overdue(state, watch, now_s)),
        0.0 if watch.credit else 1.0,
        _unless(x[_PERMIT], 1.0) if _permit_is_due(state) else 0.0,
        *_verdicts(state.position),
        abs(x[_FLOW_SP] - flow_slpm),
        trust.worst if trust.loose else 0.0,
        trust.stands_s,
        moved_rpm if moved_rpm < behind_rpm else behind_rpm,
        x[_JAR] - x[_POWDER],
        now_s - state.entered_s if state.state is State.PAUSED else 0.0,
        0.0 if state.hands is NOBODY else float(len(state.hands.bypasses)),
    )


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
    """Whether the contactor has been seen made and must stay so: driven, or resting in pulses."""
    sent = state.outputs
    return sent.run or (sent.run_permit and state.position.step is Step.OFF)


def _unless(value: float, expected: float) -> float:
    """0 when the plant does what it was asked for, 1 when not, NaN when UNKNOWN."""
    if value == expected:
        return 0.0
    return 1.0 if value == value else value


def _overdue(state: ScanState, watch: Watch, now_s: float) -> tuple[float, ...]:
    equipment = state.equipment
    in_state_s = now_s - state.entered_s
    running_down = state.state in RUN_DOWN_STATES
    slow = running_down and (
        (state.outputs.spins and in_state_s > equipment.run_down_s)
        or in_state_s > equipment.run_down_s + equipment.coast_s
    )
    turning = (
        not state.outputs.spins
        and now_s - watch.last_spin_s > equipment.coast_s
        and not stands_still(watch, equipment, now_s)
    )
    return (
        1.0 if turning else 0.0,
        1.0 if slow else 0.0,
        in_state_s if state.state is State.HELD else 0.0,
        in_state_s if state.state in GETTING_READY else 0.0,
    )


def _verdicts(position: Position) -> tuple[float, ...]:
    verdict = position.verdict
    if verdict is Verdict.GOING or position.step is Step.DONE:
        return _NONE
    return (
        float(verdict is Verdict.TIME_LIMIT),
        float(verdict is Verdict.LEAKS),
        float(verdict is Verdict.LEAK_INCONCLUSIVE),
        float(verdict is Verdict.SLOPE_TOO_STEEP),
    )
