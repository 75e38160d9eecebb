"""From what the state asks for to a whole output image; the gate has the last word after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from controller.core.alarms import AlarmState
from controller.core.matrix.row import Priority
from controller.core.outputs import DEAD, Outputs
from controller.core.phases import Demand
from controller.core.signals import Signal
from controller.core.state import ScanState
from controller.core.states import State
from controller.core.watch import stands_still

_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_H2S: Final = int(Signal.H2S_PPM)
_DEAD_STATES: Final = frozenset((State.IDLE, State.RESETTING))
_TRIP_STATES: Final = frozenset((State.ABORTING, State.ABORTED))
_RELEASABLE: Final = frozenset((State.IDLE, State.COMPLETE, State.STOPPED, State.ABORTED))
_RESETTING: Final = State.RESETTING


def wanted_outputs(state: ScanState, demand: Demand, x: Sequence[float], dt_s: float) -> Outputs:
    """The image that this state and demand ask for, before the gate."""
    current = state.state
    unlock = state.release is not None and current in _RELEASABLE
    if current in _TRIP_STATES or current in _DEAD_STATES:
        rotor_rpm, permit = 0.0, False
        flow = _trip_flow_slpm(state, x) if current in _TRIP_STATES else 0.0
    else:
        rotor_rpm = _ramped(state, demand, dt_s)
        permit = demand.permit or rotor_rpm > 0.0
        flow = demand.argon_flow_slpm
    # An open vessel gets no argon: people stand in front of it. With the lid UNKNOWN a batch that
    # is under way keeps its cover.
    lid_closed = x[_LID_CLOSED]
    if unlock or lid_closed == 0.0 or (current in _RELEASABLE and lid_closed != 1.0):
        flow = 0.0
    fault_reset = current is _RESETTING
    shut = demand.exhaust_shut and current not in _TRIP_STATES
    beacon = rotor_rpm > 0.0 or (
        current not in _DEAD_STATES and not stands_still(state.watch, state.equipment, state.now_s)
    )
    horn = bool(state.alarms) and _calls(state)
    sent = state.outputs
    # The quiet case is the same image again: say so without making a new one.
    if (
        sent.rotor_rpm == rotor_rpm
        and sent.argon_flow_slpm == flow
        and sent.run_permit is permit
        and sent.exhaust_shut is shut
        and sent.lid_unlock is unlock
        and sent.vent_open is unlock
        and sent.drive_fault_reset is fault_reset
        and sent.beacon is beacon
        and sent.horn is horn
        and not sent.cooling_shut
        and sent.run is (rotor_rpm > 0.0)
        and sent.supply_open is (flow > 0.0)
    ):
        return sent
    out = Outputs(
        run=rotor_rpm > 0.0,
        rotor_rpm=rotor_rpm,
        run_permit=permit,
        argon_flow_slpm=flow,
        supply_open=flow > 0.0,
        exhaust_shut=shut,
        vent_open=unlock,
        lid_unlock=unlock,
        drive_fault_reset=fault_reset,
        beacon=beacon,
        horn=horn,
    )
    return DEAD if out == DEAD else out


def _ramped(state: ScanState, demand: Demand, dt_s: float) -> float:
    """The next speed set point on the way to the demanded speed."""
    rpm = state.outputs.rotor_rpm
    if demand.rotor_rpm == rpm:
        return rpm
    if demand.rotor_rpm > rpm:
        rate = min(demand.ramp_rpm_per_s, state.equipment.ramp_up_max_rpm_per_s)
        return min(demand.rotor_rpm, rpm + rate * dt_s)
    return max(demand.rotor_rpm, rpm - state.equipment.ramp_down_rpm_per_s * dt_s)


def _trip_flow_slpm(state: ScanState, x: Sequence[float]) -> float:
    """TRIP image: purge until H2S is proven low, then cover; none when argon itself is the danger.

    Such a danger shuts the argon once it is confirmed, and what is shut stays so until none of them
    is left: one may come as another goes. Nothing was ever filled with argon before a batch began.
    """
    if state.batch is None or state.batch.started_s is None:
        return 0.0
    rows = state.matrix.rows
    flows = state.outputs.supply_open
    if any(rows[v.row].shuts_argon and (v.confirmed or not flows) for v in state.violations):
        return 0.0
    if x[_LID_CLOSED] != 1.0:
        return 0.0
    if x[_H2S] <= state.matrix.limits.h2s_open_ppm:
        return state.equipment.cover_flow_slpm
    return state.equipment.trip_purge_flow_slpm


def _calls(state: ScanState) -> bool:
    """The horn sounds while an alarm of the highest priority is not acknowledged."""
    rows = state.matrix.rows
    return any(
        alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED)
        and rows[alarm.row].priority is Priority.P1
        for alarm in state.alarms
    )
