"""One scan: what was measured and asked for in, what the plant is told and what is recorded out.

Pure: the same call live against Modbus and in virtual time against the simulator. The order is
fixed: memory, rows, reactions and commands, the state's own work, outputs, the last gate, alarms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from controller.core import alarms as alarm_book
from controller.core.alarms.log import logged
from controller.core.batch import Batch, Position, Totals
from controller.core.by_hand import tended, turn_of, with_hands
from controller.core.commanding import Mind, obey
from controller.core.commands import Command
from controller.core.derived import arms_of, derived_values
from controller.core.events import Event, EventKind
from controller.core.gate import Turn, gated
from controller.core.hands import NOBODY, Mode
from controller.core.health import HEALTHY, Health
from controller.core.images import wanted_outputs
from controller.core.interlocks import matrix_for
from controller.core.limits import Limits
from controller.core.matrix.row import Derived, Own, Reaction, Row
from controller.core.outputs import Outputs
from controller.core.permissions import RELEASE_STATES
from controller.core.permissives import unlock_permissives
from controller.core.phases import NOTHING, Demand
from controller.core.procedure import act
from controller.core.signals import Image, Signal
from controller.core.state import Decision, ScanState
from controller.core.states import State, Trigger
from controller.core.totals import added
from controller.core.trust import Trust, doubts, trusted
from controller.core.twin import outside
from controller.core.watch import watched

MAX_DT_PERIODS: Final = 2.0
RELEASE_LIMIT_S: Final = 120.0
_REACTION: Final = {
    Reaction.HOLD: Trigger.HOLD,
    Reaction.STOP: Trigger.STOP,
    Reaction.TRIP: Trigger.ABORT,
}
_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_IDLE: Final = State.IDLE
_ABORTED: Final = State.ABORTED
_NOT_BY_HAND: Final = Turn.NOT
_MAINTENANCE: Final = Mode.MAINTENANCE


def scan(
    before: ScanState,
    image: Image,
    commands: tuple[Command, ...],
    now_s: float,
    period_s: float,
) -> Decision:
    """Decides one scan at process time `now_s`; `period_s` is the nominal process time of a scan.

    Time never counts for more than two periods: what was missed is not caught up (I24).
    """
    dt_s, longest_s = now_s - before.now_s, MAX_DT_PERIODS * period_s
    if not 0.0 <= dt_s <= longest_s:
        dt_s = min(max(dt_s, 0.0), longest_s)
    events: list[Event] = []
    state, reaction = _observed(before, image, now_s, dt_s, period_s, events)
    mind = Mind(state, image, events, period_s)
    if state.hands is not NOBODY:
        tended(mind, image, dt_s)
    if commands or reaction is not None:
        obey(mind, commands, reaction)
    demand = _work(mind, image)
    outputs = _outputs(mind.state, demand, image, dt_s)
    state = mind.state
    if state.violations or state.alarms or state.alarm_log.busy:
        _alarms(mind)
        state = mind.state
    if outputs is not state.outputs:
        state = state.having(state.position, state.totals, state.watch, outputs)
    return Decision(state, outputs, events, mind.results)


def _observed(
    before: ScanState,
    image: Image,
    now_s: float,
    dt_s: float,
    period_s: float,
    events: list[Event],
) -> tuple[ScanState, Trigger | None]:
    """The state with this image taken in, and what the rows ask for."""
    x = image.values
    equipment, matrix, sent, earlier = before.equipment, before.matrix, before.outputs, before.watch
    trust = trusted(earlier.trust, image, sent, now_s)
    if trust is not earlier.trust:
        _tell_doubts(earlier.trust, trust, matrix.limits, now_s, events)
    watch = watched(earlier, x, sent, matrix.limits, now_s, dt_s, equipment.run_down_s, trust)
    if earlier.credit and not watch.credit:
        events.append(Event(EventKind.PURGE_CREDIT, now_s, "Purge credit lost", {"credit": False}))
    arms = arms_of(before, watch, now_s)
    extended = [*x, *derived_values(before, watch, x, now_s), *image.health]
    violations = matrix.evaluate(extended, arms, before.violations, now_s, period_s)
    state = ScanState(
        equipment,
        matrix,
        now_s,
        before.state,
        before.version,
        before.entered_s,
        before.batch,
        before.position,
        added(before, x, dt_s),
        watch,
        violations,
        before.alarms,
        before.alarm_log,
        before.release,
        sent,
        before.hands,
        before.crashed,
    )
    if not violations:
        return state, None
    return state, _REACTION.get(matrix.reaction(violations) or Reaction.WARN)


def _tell_doubts(
    before: Trust, after: Trust, limits: Limits, now_s: float, events: list[Event]
) -> None:
    for text in doubts(before, after, limits.still_reading_limit_s):
        events.append(Event(EventKind.DOUBT, now_s, text))


def _work(mind: Mind, image: Image) -> Demand:
    """Runs the state's own action and, when it is done, completes the state."""
    state = mind.state
    if state.release is not None:
        _tend_release(mind, image)
        state = mind.state
    if state.state is _IDLE or state.state is _ABORTED:
        return NOTHING
    progress = act(state, image.values, mind.events)
    if (
        progress.position is not state.position
        or progress.watch is not state.watch
        or progress.totals is not state.totals
    ):
        mind.state = state.having(progress.position, progress.totals, progress.watch, state.outputs)
    if progress.done and not mind.moved:
        mind.fire(Trigger.STATE_COMPLETE, "state complete")
        if mind.state.state is State.IDLE:
            _forget_batch(mind)
    return progress.demand


def _tend_release(mind: Mind, image: Image) -> None:
    """A release ends when the lid has been opened, when its time is over, or the state moved."""
    state = mind.state
    if state.release is None:
        return
    opened = image.values[_LID_CLOSED] == 0.0
    expired = state.now_s - state.release.since_s > RELEASE_LIMIT_S
    if opened or expired or state.state not in RELEASE_STATES:
        text = "Lid opened" if opened else "Lid release ended"
        mind.events.append(Event(EventKind.LID, state.now_s, text, {"opened": opened}))
        mind.state = replace(state, release=None)


def _forget_batch(mind: Mind) -> None:
    """Back in IDLE: the control recipe is unloaded, its tighter limits go with it."""
    state = mind.state
    mind.state = replace(
        state,
        matrix=matrix_for(state.equipment, bypassed=state.hands.bypassed),
        batch=None,
        position=Position(),
        totals=Totals(),
        watch=replace(state.watch, credit=False),
    )


def _outputs(state: ScanState, demand: Demand, image: Image, dt_s: float) -> Outputs:
    wanted = wanted_outputs(state, demand, image.values, dt_s)
    by_hand = state.hands is not NOBODY
    if by_hand:
        wanted = with_hands(state, wanted, image.values, dt_s)
    unlock_ok = wanted.lid_unlock and all(p.ok for p in unlock_permissives(state, image))
    health = image.health
    return gated(
        wanted,
        image.values,
        state.state,
        state.matrix.limits,
        before=state.outputs,
        credit=state.watch.credit,
        unlock_ok=unlock_ok,
        rotor_max_rpm=_rotor_max_rpm(state),
        by_hand=turn_of(state) if by_hand else _NOT_BY_HAND,
        locked_out=state.hands.mode is _MAINTENANCE,
        proven=health is HEALTHY
        or (health.watchdogs_unarmed == 0.0 and health.wrong_devices == 0.0),
    )


def _rotor_max_rpm(state: ScanState) -> float:
    """No more than the machine may, and than the segment under way or a jog may ask for."""
    if state.batch is None:
        return state.equipment.manual_rpm_max
    mill, most_rpm = state.batch.mills[state.position.index], state.equipment.rotor_rpm_max
    return most_rpm if mill is None or mill.rotor_rpm > most_rpm else mill.rotor_rpm


def _alarms(mind: Mind) -> None:
    state = mind.state
    confirmed = {v.row: v.unknown for v in state.violations if v.confirmed}
    rows = state.matrix.rows
    details = _details(mind.image, confirmed, rows)
    if state.batch is not None and state.batch.band is not None:
        details |= _band_details(state, state.batch, mind.image, confirmed)
    alarms, events = alarm_book.updated(state.alarms, confirmed, rows, state.now_s, details)
    log, told = logged(state.alarm_log, events, state.now_s)
    mind.events.extend(told)
    if alarms is not state.alarms or log is not state.alarm_log:
        mind.state = replace(state, alarms=alarms, alarm_log=log)


def _band_details(
    state: ScanState, batch: Batch, image: Image, confirmed: dict[int, bool]
) -> dict[int, str]:
    """Which values are outside of the band, for the row that is confirmed by it."""
    rows, where, now_s = state.matrix.rows, state.position, state.totals.process_s
    return {
        index: "; ".join(outside(batch, where, now_s, image.values))
        for index in confirmed
        if rows[index].source is Derived.BAND_DEVIATION
    }


def _details(image: Image, confirmed: dict[int, bool], rows: tuple[Row, ...]) -> dict[int, str]:
    """What stands behind the confirmed rows about the controller itself: which device, and why."""
    told = dict(image.details)
    found: dict[int, str] = {}
    for index in confirmed if told else ():
        source = rows[index].source
        if isinstance(source, Own):
            found[index] = told.get(Health._fields[source - Own.RECORD_LOST_S], "")
    return found
