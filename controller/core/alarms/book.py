"""The alarms from one scan to the next: conditions taken in, acknowledgments, and a reset."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from controller.core.alarms.alarm import Alarm, AlarmState, Hidden, Suppression
from controller.core.alarms.hiding import hidden_by_design, leading, looked_after
from controller.core.alarms.rules import off_delay_s
from controller.core.events import Event, EventKind
from controller.core.matrix.row import Reaction, Row

TIME_SLACK_S: Final = 5e-7
NO_DETAILS: Final[Mapping[int, str]] = MappingProxyType({})


def updated(
    alarms: tuple[Alarm, ...],
    confirmed: dict[int, bool],
    matrix_rows: tuple[Row, ...],
    now_s: float,
    details: Mapping[int, str] = NO_DETAILS,
) -> tuple[tuple[Alarm, ...], list[Event]]:
    """The alarms after this scan. `confirmed` maps each confirmed row to "its value is UNKNOWN".

    `details` says of a row what stands behind it, as "name: what", with "; " between several. One
    more name raises the alarm anew.
    The first row of a trip, by scan and then by the order of the matrix, is marked first-out.
    """
    if not alarms and not confirmed:
        return alarms, []
    events: list[Event] = []
    kept: list[Alarm] = []
    known = {alarm.row for alarm in alarms}
    first = _first_out(alarms, confirmed, matrix_rows)
    leaders = leading(alarms, confirmed, matrix_rows)
    for alarm in alarms:
        row = matrix_rows[alarm.row]
        detail = details.get(alarm.row) or alarm.detail
        after = _carried_on(alarm, confirmed, row, now_s, alarm.row == first, detail, events)
        after = looked_after(after, row, leaders, now_s, events)
        if after.state is not AlarmState.NORMAL:
            kept.append(after)
    for index, unknown in confirmed.items():
        if index not in known:
            row, is_first = matrix_rows[index], index == first
            hidden = None if is_first else hidden_by_design(row, leaders, now_s, events)
            detail = details.get(index, "")
            events.append(_raised(row, unknown, now_s, hidden, detail, first_out=is_first))
            latched = _trips(row, unknown)
            new = Alarm(index, now_s, True, False, latched, is_first, unknown, hidden=hidden)
            kept.append(replace(new, detail=detail) if detail else new)
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
    detail: str,
    events: list[Event],
) -> Alarm:
    """A row can grow into a trip while its alarm stands: UNKNOWN only held, the value trips."""
    if alarm.row not in confirmed:
        return _over(alarm, row, now_s, events)
    unknown = confirmed[alarm.row]
    grows = _trips(row, unknown) and not alarm.latched
    if grows or not alarm.standing or not _names(detail) <= _names(alarm.detail):
        events.append(_raised(row, unknown, now_s, alarm.hidden, detail, first_out=is_first))
        return replace(
            alarm,
            since_s=now_s,
            active=True,
            acked=False,
            latched=alarm.latched or grows,
            first_out=alarm.first_out or is_first,
            unknown=unknown,
            over_s=None,
            detail=detail,
        )
    if alarm.active and unknown is alarm.unknown and detail == alarm.detail:
        return alarm
    return replace(alarm, active=True, unknown=unknown, over_s=None, detail=detail)


def _over(alarm: Alarm, row: Row, now_s: float, events: list[Event]) -> Alarm:
    """The condition is over; the alarm has returned when it stays so for the off-delay."""
    if not alarm.standing:
        return alarm
    since_s = now_s if alarm.over_s is None else alarm.over_s
    if now_s - since_s < off_delay_s(row) - TIME_SLACK_S:
        return alarm if not alarm.active else replace(alarm, active=False, over_s=since_s)
    events.append(Event(EventKind.ALARM_CLEARED, now_s, row.text, {"id": row.id}))
    return replace(alarm, active=False, over_s=None)


def _trips(row: Row, unknown: bool) -> bool:
    return _effect(row, unknown) is Reaction.TRIP


def _effect(row: Row, unknown: bool) -> Reaction:
    return row.on_unknown if unknown else row.reaction


def _names(detail: str) -> frozenset[str]:
    """Whose trouble a detail tells."""
    return frozenset(part.partition(":")[0] for part in detail.split("; ") if part)


def _raised(
    row: Row, unknown: bool, now_s: float, hidden: Hidden | None, detail: str, *, first_out: bool
) -> Event:
    kind = Suppression.NONE if hidden is None else hidden.kind
    return Event(
        EventKind.ALARM_RAISED,
        now_s,
        f"{row.text}: {detail}" if detail else row.text,
        {
            "id": row.id,
            "priority": float(row.priority.value),
            "reaction": _effect(row, unknown).name,
            "unknown": unknown,
            "first_out": first_out,
            "suppression": kind.value,
            **({"detail": detail} if detail else {}),
        },
    )


def acknowledged(
    alarms: tuple[Alarm, ...],
    wanted: Collection[str],
    matrix_rows: tuple[Row, ...],
    now_s: float,
) -> tuple[Alarm, ...]:
    """The alarms after an acknowledgment of some row ids, or of all with "*"."""
    after = tuple(
        replace(alarm, acked=True, acked_s=now_s)
        if not alarm.acked and ("*" in wanted or matrix_rows[alarm.row].id in wanted)
        else alarm
        for alarm in alarms
    )
    return tuple(alarm for alarm in after if alarm.state is not AlarmState.NORMAL)


def released(alarms: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    """The alarms after a reset: latches are let go, what is still active stays."""
    after = tuple(replace(alarm, latched=False, first_out=False) for alarm in alarms)
    return tuple(alarm for alarm in after if alarm.state is not AlarmState.NORMAL)
