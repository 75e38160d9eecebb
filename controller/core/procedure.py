"""What each state does: runs the phases, runs the blade down, keeps cover, and says when done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from controller.core.batch import Batch, Position, Step, Totals
from controller.core.events import Event, EventKind
from controller.core.labels import phase_label
from controller.core.phases import NOTHING, Demand, Scene, enter, run_phase
from controller.core.recipe import MillHold, MillPulse, Phase, ProveInert
from controller.core.signals import DriveState, Signal
from controller.core.state import ScanState
from controller.core.states import State
from controller.core.watch import Watch, stands_still

RESET_PULSE_S: Final = 1.0
_RESTS: Final = (Step.BEGIN, Step.ENABLE, Step.OFF)
_DONE: Final = Step.DONE
_RUNNING: Final = State.RUNNING
_PAUSING: Final = State.PAUSING
_COMPLETING: Final = State.COMPLETING
_RUNS: Final = frozenset((_RUNNING, _PAUSING, _COMPLETING))


@dataclass(slots=True, init=False)
class Progress:
    """What a state's action leads to in this scan. `done` asks for STATE_COMPLETE."""

    position: Final[Position]
    totals: Final[Totals]
    watch: Final[Watch]
    demand: Final[Demand]
    done: Final[bool]

    def __init__(
        self,
        position: Position,
        totals: Totals,
        watch: Watch,
        demand: Demand,
        done: bool,
    ) -> None:
        self.position = position
        self.totals = totals
        self.watch = watch
        self.demand = demand
        self.done = done


def act(state: ScanState, x: Sequence[float], events: list[Event]) -> Progress:
    """One scan of the current state. A state entered in this very scan is not done in it."""
    current, position = state.state, state.position
    if current in _RUNS:
        return _run(state, x, events)
    watch, totals, now_s = state.watch, state.totals, state.now_s
    fresh = now_s == state.entered_s
    demand, done = NOTHING, False
    if current is State.STARTING:
        done = not fresh and _equipment_ready(x)
        if done:
            position = enter(Position(mill_index=_batch(state).first_mill), 0, totals.process_s)
            events.append(_phase_event(EventKind.PHASE_STARTED, state, position, now_s))
    elif current in (State.HOLDING, State.STOPPING):
        demand = _cover(state)
        done = _came_to_rest(state)
    elif current in (State.HELD, State.PAUSED, State.RESUMING, State.STOPPED, State.COMPLETE):
        demand = _cover(state)
        done = current is State.RESUMING and not fresh and _equipment_ready(x)
        if done:
            position = replace(position, again=True)
        if done and isinstance(_batch(state).phases[position.index], MillHold | MillPulse):
            # The run permit was off meanwhile: prove it again before the next edge.
            position = replace(position, step=Step.ENABLE, step_began_s=totals.process_s)
    elif current is State.RESTARTING:
        demand, done = _cover(state), not fresh and _equipment_ready(x)
        if done:
            position = _where_to_go_on(state)
            events.append(_phase_event(EventKind.PHASE_STARTED, state, position, now_s))
    elif current is State.ABORTING:
        rest = stands_still(watch, state.equipment, now_s)
        done = rest or now_s - watch.last_spin_s > state.equipment.coast_s
    elif current is State.RESETTING:
        done = now_s - state.entered_s >= RESET_PULSE_S
    return Progress(position, totals, watch, demand, done)


def _batch(state: ScanState) -> Batch:
    if state.batch is None:
        raise AssertionError(f"{state.state.value} without a batch")
    return state.batch


def _equipment_ready(x: Sequence[float]) -> bool:
    return (
        x[Signal.LID_CLOSED] == 1.0
        and x[Signal.LID_LOCKED] == 1.0
        and x[Signal.DRIVE_FAULT_CODE] == 0.0
        and x[Signal.DRIVE_STATE] < DriveState.RUNNING
        and x[Signal.ARGON_FLOW_SLPM] == x[Signal.ARGON_FLOW_SLPM]
    )


def _came_to_rest(state: ScanState) -> bool:
    return state.outputs.rotor_rpm == 0.0 and stands_still(
        state.watch, state.equipment, state.now_s
    )


def _cover(state: ScanState) -> Demand:
    """Cover gas once a batch has filled the vessel with argon; with the phase's own sweep if more.

    Before the first argon there is nothing to keep.
    """
    if state.batch is None or state.batch.started_s is None:
        return NOTHING
    flow = state.equipment.cover_flow_slpm
    if state.state not in (State.STOPPED, State.COMPLETE):
        phase = state.batch.phases[state.position.index]
        flow = max(flow, getattr(phase, "argon_flow_slpm", 0.0))
    return Demand(argon_flow_slpm=flow)


def _run(state: ScanState, x: Sequence[float], events: list[Event]) -> Progress:
    batch, before, current = _batch(state), state.position, state.state
    totals, watch, now_s = state.totals, state.watch, state.now_s
    if current is _RUNNING and before.index >= batch.cool_down_index:
        return Progress(before, totals, watch, _cover(state), done=True)
    if current is _COMPLETING and before.index < batch.cool_down_index:
        before = enter(before, batch.cool_down_index, totals.process_s)
        events.append(_phase_event(EventKind.PHASE_STARTED, state, before, now_s))
    phase = batch.phases[before.index]
    scene = Scene(batch, totals, watch, state.matrix.limits, x, now_s, totals.process_s)
    position, demand = run_phase(phase, before, scene)
    pausing = current is _PAUSING
    if pausing and before.step in _RESTS and position.step is Step.ON:
        # A pause begins no other pulse.
        position = replace(before, verdict=position.verdict)
        demand = Demand(argon_flow_slpm=demand.argon_flow_slpm)
    if position.pulses != before.pulses or position.verdict is not before.verdict:
        events.append(_step_event(phase, position, now_s))
    if position.step is not _DONE:
        rests = pausing and position.step in _RESTS and _came_to_rest(state)
        return Progress(position, totals, watch, demand, rests)
    return _phase_ended(state, position, demand, events)


def _phase_ended(
    state: ScanState, position: Position, demand: Demand, events: list[Event]
) -> Progress:
    batch, watch, totals, now_s = _batch(state), state.watch, state.totals, state.now_s
    phase = batch.phases[position.index]
    events.append(_phase_event(EventKind.PHASE_ENDED, state, position, now_s))
    following = position.index + 1
    if isinstance(phase, ProveInert):
        watch = replace(watch, credit=True)
        events.append(Event(EventKind.PURGE_CREDIT, now_s, "Atmosphere proven", {"credit": True}))
        following = position.mill_index
    elif isinstance(phase, MillHold | MillPulse):
        position = replace(position, mill_index=following)
        totals = replace(totals, dose_revolutions=0.0, dose_on_time_s=0.0, dose_energy_j=0.0)
    if following >= len(batch.phases):
        return Progress(position, totals, watch, demand, done=True)
    position = enter(position, following, totals.process_s)
    events.append(_phase_event(EventKind.PHASE_STARTED, state, position, now_s))
    return Progress(position, totals, watch, demand, state.state is State.PAUSING)


def _where_to_go_on(state: ScanState) -> Position:
    """Hold rule: the same dose goes on; without purge credit the purge comes first; a test or a
    proof that was cut off is repeated whole.
    """
    batch, position = _batch(state), state.position
    index = position.index
    if not state.watch.credit and index > batch.purge_index:
        index = batch.purge_index
    if position.index >= batch.cool_down_index:
        index = position.index
    return replace(enter(position, index, state.totals.process_s), again=True)


def _phase_event(kind: EventKind, state: ScanState, position: Position, now_s: float) -> Event:
    phase = _batch(state).phases[position.index]
    data: dict[str, str | float | bool | list[str] | None] = {
        "index": float(position.index),
        "type": phase.type,
    }
    if kind is EventKind.PHASE_ENDED:
        data["leak_rate_mbar_l_s"] = position.leak_rate_mbar_l_s
        data["o2_slope_ppm_per_min"] = position.o2_slope_ppm_per_min
        data["pulses"] = float(position.pulses)
    return Event(kind, now_s, phase_label(phase), data)


def _step_event(phase: Phase, position: Position, now_s: float) -> Event:
    return Event(
        EventKind.STEP,
        now_s,
        f"{phase_label(phase)}: {position.step.value}",
        {"pulses": float(position.pulses), "verdict": position.verdict.name},
    )
