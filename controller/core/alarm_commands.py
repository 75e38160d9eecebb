"""What becomes of `ack`, `shelve`, `unshelve`, `out_of_service` and `in_service`.

Each changes what people are shown and nothing else, so it is carried out in any state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from controller.core.alarms import Alarm, AlarmState, Hidden, Suppression, acknowledged
from controller.core.alarms.hiding import in_sight
from controller.core.alarms.rules import SHELF_MINUTES_MAX
from controller.core.commands import Command, CommandName
from controller.core.events import Event, EventKind
from controller.core.matrix.row import Priority, Row

ALARM_COMMANDS: Final = {
    CommandName.ACK: EventKind.ALARM_ACKNOWLEDGED,
    CommandName.SHELVE: EventKind.ALARM_SHELVED,
    CommandName.UNSHELVE: EventKind.ALARM_UNSHELVED,
    CommandName.OUT_OF_SERVICE: EventKind.ALARM_OUT_OF_SERVICE,
    CommandName.IN_SERVICE: EventKind.ALARM_IN_SERVICE,
}
_HIDES: Final = (CommandName.SHELVE, CommandName.OUT_OF_SERVICE)


@dataclass(frozen=True, slots=True)
class Answer:
    """The alarms after a command and its event, or why it is refused (then nothing changes)."""

    alarms: tuple[Alarm, ...]
    event: Event | None = None
    reasons: tuple[str, ...] = ()


def obeyed(
    alarms: tuple[Alarm, ...], command: Command, matrix_rows: tuple[Row, ...], now_s: float
) -> Answer:
    """Carries out one of `ALARM_COMMANDS`."""
    if command.name is CommandName.ACK:
        return _acknowledge(alarms, command, matrix_rows, now_s)
    index = next((i for i, row in enumerate(matrix_rows) if row.id == command.alarm), None)
    if index is None:
        return Answer(alarms, reasons=(f"there is no alarm {command.alarm}",))
    found = next((alarm for alarm in alarms if alarm.row == index), None)
    alarm = found or Alarm(index, now_s, False, True, False, first_out=False, unknown=False)
    reasons = _refusals(command, alarm, matrix_rows[index])
    if reasons:
        return Answer(alarms, reasons=reasons)
    if command.name in _HIDES:
        after = replace(alarm, hidden=_hidden(command, now_s))
    else:
        after = in_sight(alarm, matrix_rows[index])
    others = tuple(item for item in alarms if item is not found)
    if after.state is not AlarmState.NORMAL:
        others = (*others, after)
    return Answer(others, _event(command, matrix_rows[index].text, now_s))


def _acknowledge(
    alarms: tuple[Alarm, ...], command: Command, matrix_rows: tuple[Row, ...], now_s: float
) -> Answer:
    wanted = command.alarms or (command.alarm,)
    known = {matrix_rows[alarm.row].id for alarm in alarms} | {"*"}
    missing = tuple(f"there is no alarm {row_id}" for row_id in wanted if row_id not in known)
    if missing:
        return Answer(alarms, reasons=missing)
    data: dict[str, str | float | bool | list[str] | None] = {
        "id": wanted[0] if len(wanted) == 1 else list(wanted),
        "user": command.user,
    }
    text = f"acknowledged by {command.user}"
    event = Event(EventKind.ALARM_ACKNOWLEDGED, now_s, text, data)
    return Answer(acknowledged(alarms, wanted, matrix_rows, now_s), event)


def _refusals(command: Command, alarm: Alarm, row: Row) -> tuple[str, ...]:
    """Everything that speaks against hiding or showing this alarm."""
    reasons = []
    if command.name in _HIDES and not command.reason.strip():
        reasons.append("a reason")
    if command.name is CommandName.SHELVE:
        reasons += _shelve_refusals(command, alarm, row)
    elif command.name is CommandName.UNSHELVE:
        if alarm.suppression is not Suppression.SHELVED:
            reasons.append(f"{command.alarm} is not shelved")
    elif command.name is CommandName.OUT_OF_SERVICE:
        if alarm.suppression is Suppression.OUT_OF_SERVICE:
            reasons.append(f"{command.alarm} is out of service already")
    elif alarm.suppression is not Suppression.OUT_OF_SERVICE:
        reasons.append(f"{command.alarm} is not out of service")
    return tuple(reasons)


def _shelve_refusals(command: Command, alarm: Alarm, row: Row) -> list[str]:
    reasons = []
    if row.priority is Priority.P1:
        reasons.append(f"{command.alarm} is of priority 1: acknowledge it, the horn stops then")
    if not 1.0 <= command.minutes <= SHELF_MINUTES_MAX:
        reasons.append(f"a time from 1 to {SHELF_MINUTES_MAX:g} min")
    if alarm.hidden is not None:
        reasons.append(f"{command.alarm} is {alarm.state.value} already")
    if command.one_shot and not alarm.standing:
        reasons.append(f"{command.alarm} is not active: it has no return to wait for")
    return reasons


def _hidden(command: Command, now_s: float) -> Hidden:
    reason = command.reason.strip()
    if command.name is CommandName.OUT_OF_SERVICE:
        return Hidden(Suppression.OUT_OF_SERVICE, reason, command.user, now_s)
    until_s = now_s + 60.0 * command.minutes
    return Hidden(Suppression.SHELVED, reason, command.user, now_s, until_s, command.one_shot)


_DONE: Final = {
    CommandName.SHELVE: "shelved",
    CommandName.UNSHELVE: "unshelved",
    CommandName.OUT_OF_SERVICE: "taken out of service",
    CommandName.IN_SERVICE: "returned to service",
}


def _event(command: Command, row_text: str, now_s: float) -> Event:
    why = f": {command.reason.strip()}" if command.name in _HIDES else ""
    data: dict[str, str | float | bool | list[str] | None] = {
        "id": command.alarm,
        "user": command.user,
        "reason": command.reason.strip(),
    }
    if command.name is CommandName.SHELVE:
        data |= {"minutes": command.minutes, "one_shot": command.one_shot}
    text = f"{row_text}: {_DONE[command.name]} by {command.user}{why}"
    return Event(ALARM_COMMANDS[command.name], now_s, text, data)
