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
    first = _first_out(alarms, confirmed, matrix_rows)
    for alarm in alarms:
        row = matrix_rows[alarm.row]
        after = _carried_on(alarm, confirmed, row, now_s, alarm.row == first, events)
        if after.state is not AlarmState.NORMAL:
            kept.append(after)
    for index, unknown in confirmed.items():
        if index not in known:
            row, is_first = matrix_rows[index], index == first
            kept.append(Alarm(index, now_s, True, False, _trips(row, unknown), is_first, unknown))
            events.append(_raised(row, unknown, now_s, first_out=is_first))
    return tuple(kept), events


def _first_out(
    alarms: tuple[Alarm, ...], confirmed: dict[int, bool], matrix_rows: tuple[Row, ...]
) -> int | None:
    """The row that is the first of a trip in this scan; None without one, or if there was one."""
    if any(alarm.first_out for alarm in alarms):
        return None
    return next(
        (row for row, unknown in confirmed.items() if _trips(matrix_rows[row], unknown)), None
    )


def _carried_on(
    alarm: Alarm,
    confirmed: dict[int, bool],
    row: Row,
    now_s: float,
    is_first: bool,
    events: list[Event],
) -> Alarm:
    """A row can grow into a trip while its alarm stands: UNKNOWN only held, the value trips."""
    if alarm.row not in confirmed:
        if alarm.active:
            events.append(Event(EventKind.ALARM_CLEARED, now_s, row.text, {"id": row.id}))
            return replace(alarm, active=False)
        return alarm
    unknown = confirmed[alarm.row]
    grows = _trips(row, unknown) and not alarm.latched
    if grows or not alarm.active:
        events.append(_raised(row, unknown, now_s, first_out=is_first))
        return Alarm(
            alarm.row,
            now_s,
            active=True,
            acked=False,
            latched=alarm.latched or grows,
            first_out=alarm.first_out or is_first,
            unknown=unknown,
        )
    return alarm if unknown is alarm.unknown else replace(alarm, unknown=unknown)


def _trips(row: Row, unknown: bool) -> bool:
    return _effect(row, unknown) is Reaction.TRIP


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
