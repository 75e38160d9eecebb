"""Alarms that are listed apart: on the shelf, suppressed by design, out of service.

Hiding moves one fact only. Condition, latch and first-out go on as if nobody had hidden anything,
and a missing acknowledgment that a batch waits for is not made up by it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from controller.core.alarms.alarm import Alarm, Hidden, Suppression
from controller.core.alarms.rules import (
    CONSEQUENCE_OF,
    REALARM_S,
    calls_again,
    wants_acknowledgment,
)
from controller.core.events import Event, EventKind
from controller.core.matrix.row import Row

_ENDS = {
    Suppression.SHELVED: EventKind.ALARM_UNSHELVED,
    Suppression.SUPPRESSED: EventKind.ALARM_UNSUPPRESSED,
    Suppression.OUT_OF_SERVICE: EventKind.ALARM_IN_SERVICE,
}


def leading(
    alarms: tuple[Alarm, ...], confirmed: dict[int, bool], matrix_rows: tuple[Row, ...]
) -> set[str]:
    """The ids of rows that are active or latched, and in sight: others may follow from them."""
    hidden = {alarm.row for alarm in alarms if alarm.hidden is not None}
    latched = {alarm.row for alarm in alarms if alarm.latched}
    return {matrix_rows[row].id for row in (latched | set(confirmed)) - hidden}


def hidden_by_design(
    row: Row, leaders: Collection[str], now_s: float, events: list[Event]
) -> Hidden | None:
    """How this alarm is hidden when it only follows from one of `leaders`, else None."""
    rule = CONSEQUENCE_OF.get(row.id)
    leader = next((of for of in rule.of if of in leaders), None) if rule else None
    if rule is None or leader is None:
        return None
    reason = f"follows from {leader}: {rule.reason}"
    data: dict[str, str | float | bool | list[str] | None] = {"id": row.id, "reason": reason}
    events.append(Event(EventKind.ALARM_SUPPRESSED, now_s, f"{row.text}: {reason}", data))
    return Hidden(Suppression.SUPPRESSED, reason, "", now_s)


def looked_after(
    alarm: Alarm, row: Row, leaders: Collection[str], now_s: float, events: list[Event]
) -> Alarm:
    """What time and the other alarms do to one alarm in a scan."""
    if alarm.hidden is None:
        if (alarm.standing or alarm.latched) and not alarm.first_out:
            hidden = hidden_by_design(row, leaders, now_s, events)
            if hidden is not None:
                return replace(alarm, hidden=hidden)
        return _called_again(alarm, row, now_s, events)
    why = _ended(alarm, alarm.hidden, row, leaders, now_s)
    if not why:
        return alarm
    data: dict[str, str | float | bool | list[str] | None] = {"id": row.id, "reason": why}
    events.append(Event(_ENDS[alarm.hidden.kind], now_s, f"{row.text}: {why}", data))
    return in_sight(alarm, row)


def _called_again(alarm: Alarm, row: Row, now_s: float, events: list[Event]) -> Alarm:
    if not (alarm.active and alarm.acked and calls_again(row)):
        return alarm
    if now_s - alarm.acked_s < REALARM_S:
        return alarm
    text = f"{row.text}: still so {REALARM_S / 60.0:.0f} min after its acknowledgment"
    events.append(Event(EventKind.ALARM_REMINDED, now_s, text, {"id": row.id}))
    return replace(alarm, acked=False)


def _ended(
    alarm: Alarm, hidden: Hidden, row: Row, leaders: Collection[str], now_s: float
) -> str | None:
    """Why an alarm comes back into sight in this scan; None while it stays hidden."""
    if hidden.kind is Suppression.SHELVED:
        if now_s >= hidden.until_s:
            return "time on the shelf is over"
        return "returned" if hidden.one_shot and not alarm.standing else None
    if hidden.kind is Suppression.OUT_OF_SERVICE:
        return None
    if alarm.first_out or not any(of in leaders for of in CONSEQUENCE_OF[row.id].of):
        return "what it followed from is over"
    over = not alarm.standing and not alarm.latched
    return "returned" if over and (alarm.acked or not wants_acknowledgment(row)) else None


def in_sight(alarm: Alarm, row: Row) -> Alarm:
    """The alarm shown again: unacknowledged while it stands, and otherwise normal.

    What is latched, or what a batch may not go on without, still waits for its acknowledgment.
    """
    if alarm.standing:
        return replace(alarm, acked=False, hidden=None)
    waits = alarm.latched or wants_acknowledgment(row)
    return replace(alarm, acked=alarm.acked or not waits, hidden=None)
