"""Alarms: what a confirmed row tells people, until they have seen it and it is over.

An alarm is told by three facts (active, acknowledged, latched); its state name is derived from
them, as in ISA-18.2. Acknowledging never touches the interlock behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, unique

from controller.core.events import Event, EventKind
from controller.core.matrix.row import Reaction, Row


@unique
class AlarmState(Enum):
    """The ISA-18.2 states that this version has."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned, unacknowledged"
    LATCHED_UNACKNOWLEDGED = "latched, unacknowledged"
    LATCHED = "latched"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm that is not normal. `row` is its index in the matrix."""

    row: int
    since_s: float
    active: bool
    acked: bool
    latched: bool
    first_out: bool
    unknown: bool

    @property
    def state(self) -> AlarmState:
        """The ISA-18.2 name of the three facts."""
        if self.active:
            return AlarmState.ACKNOWLEDGED if self.acked else AlarmState.UNACKNOWLEDGED
        if self.latched:
            return AlarmState.LATCHED if self.acked else AlarmState.LATCHED_UNACKNOWLEDGED
        return AlarmState.NORMAL if self.acked else AlarmState.RETURNED


def updated(
    alarms: tuple[Alarm, ...],
    confirmed: dict[int, bool],
    matrix_rows: tuple[Row, ...],
    now_s: float,
) -> tuple[tuple[Alarm, ...], list[Event]]:
    """The alarms after this scan. `confirmed` maps each confirmed row to "its value is UNKNOWN".

    The first row of a trip, by scan and then by the order of the matrix, is marked first-out.
    """
    if not alarms and not confirmed:
        return alarms, []
    events: list[Event] = []
    kept: list[Alarm] = []
    known = {alarm.row for alarm in alarms}
    for alarm in alarms:
        after = _carried_on(alarm, confirmed, matrix_rows[alarm.row], now_s, events)
        if after.state is not AlarmState.NORMAL:
            kept.append(after)
    tripped = any(alarm.first_out for alarm in kept)
    for row, unknown in confirmed.items():
        if row in known:
            continue
        is_trip = _effect(matrix_rows[row], unknown) is Reaction.TRIP
        first = is_trip and not tripped
        tripped = tripped or first
        kept.append(Alarm(row, now_s, True, False, is_trip, first, unknown))
        events.append(_raised(matrix_rows[row], unknown, now_s, first_out=first))
    return tuple(kept), events


def _carried_on(
    alarm: Alarm, confirmed: dict[int, bool], row: Row, now_s: float, events: list[Event]
) -> Alarm:
    is_active = alarm.row in confirmed
    if is_active and not alarm.active:
        events.append(_raised(row, confirmed[alarm.row], now_s, first_out=False))
        return replace(alarm, active=True, acked=False, since_s=now_s)
    if alarm.active and not is_active:
        events.append(Event(EventKind.ALARM_CLEARED, now_s, row.text, {"id": row.id}))
        return replace(alarm, active=False)
    return alarm


def _effect(row: Row, unknown: bool) -> Reaction:
    return row.on_unknown if unknown else row.reaction


def _raised(row: Row, unknown: bool, now_s: float, *, first_out: bool) -> Event:
    return Event(
        EventKind.ALARM_RAISED,
        now_s,
        row.text,
        {
            "id": row.id,
            "priority": float(row.priority.value),
            "reaction": _effect(row, unknown).name,
            "unknown": unknown,
            "first_out": first_out,
        },
    )


def acknowledged(
    alarms: tuple[Alarm, ...], wanted: str, matrix_rows: tuple[Row, ...]
) -> tuple[Alarm, ...]:
    """The alarms after an acknowledgement of one row id, or of all with "*"."""
    after = tuple(
        replace(alarm, acked=True) if wanted in ("*", matrix_rows[alarm.row].id) else alarm
        for alarm in alarms
    )
    return tuple(alarm for alarm in after if alarm.state is not AlarmState.NORMAL)


def released(alarms: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    """The alarms after a reset: latches are let go, what is still active stays."""
    after = tuple(replace(alarm, latched=False, first_out=False) for alarm in alarms)
    return tuple(alarm for alarm in after if alarm.state is not AlarmState.NORMAL)
