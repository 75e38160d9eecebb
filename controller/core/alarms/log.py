"""How often alarms come: chattering, flood, and the figures of IEC 62682. All of it bounded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from controller.core.alarms.alarm import Alarm, Suppression
from controller.core.events import Event, EventKind
from controller.core.matrix.row import Row
from controller.core.value import Value

CHATTER_S: Final = 60.0
CHATTER_COUNT: Final = 3
FLOOD_S: Final = 600.0
FLOOD_BEGINS: Final = 11  # more than 10 in 10 minutes
FLOOD_ENDS: Final = 4  # less than 5
HOUR_S: Final = 3600.0
STALE_S: Final = 24.0 * HOUR_S
KEPT: Final = 600
TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Activation:
    """One alarm that came; `called` is whether it was in sight then."""

    t_s: float
    id: str
    called: bool


@dataclass(frozen=True, slots=True)
class AlarmLog(Value):
    """The activations of the last hour, the newest `KEPT` of them, and what follows from them."""

    activations: tuple[Activation, ...] = ()
    chattering: tuple[str, ...] = ()
    flood: bool = False

    @property
    def busy(self) -> bool:
        """Whether something could end by time alone."""
        return self.flood or self.chattering != ()


QUIET: Final = AlarmLog()


def logged(log: AlarmLog, events: list[Event], now_s: float) -> tuple[AlarmLog, list[Event]]:
    """The log after this scan's alarm events, and the events that are told.

    A chattering alarm is told once; its comings and goings are left out until it has been quiet.
    A trip is always told.
    """
    new = tuple(
        Activation(event.t_s, str(event.data["id"]), event.data["suppression"] == "none")
        for event in events
        if event.kind is EventKind.ALARM_RAISED
    )
    if not new and not log.busy:
        return log, events
    activations = log.activations
    if new:
        lately = (item for item in activations if item.t_s > now_s - HOUR_S)
        activations = (*lately, *new)[-KEPT:]
    told = [event for event in events if not _repeats(event, log.chattering)]
    chattering = _chattering(log.chattering, activations, new, now_s, told)
    flood = _flood(log.flood, activations, now_s, told)
    if not new and chattering == log.chattering and flood is log.flood:
        return log, told
    return AlarmLog(activations, chattering, flood), told


def _repeats(event: Event, chattering: tuple[str, ...]) -> bool:
    if event.kind is EventKind.ALARM_RAISED:
        return event.data["id"] in chattering and event.data["reaction"] != "TRIP"
    return event.kind is EventKind.ALARM_CLEARED and event.data["id"] in chattering


def _chattering(
    before: tuple[str, ...],
    activations: tuple[Activation, ...],
    new: tuple[Activation, ...],
    now_s: float,
    told: list[Event],
) -> tuple[str, ...]:
    counts = Counter(item.id for item in activations if item.t_s > now_s - CHATTER_S)
    kept = tuple(row_id for row_id in before if counts[row_id])
    begun = tuple(
        row_id
        for row_id in dict.fromkeys(item.id for item in new)
        if row_id not in kept and counts[row_id] >= CHATTER_COUNT
    )
    for ids, on, text in (
        (begun, True, f"comes {CHATTER_COUNT} times or more in {CHATTER_S:.0f} s"),
        ([row_id for row_id in before if row_id not in kept], False, "does not chatter any more"),
    ):
        told += [
            Event(EventKind.ALARM_CHATTERING, now_s, f"{row_id} {text}", {"id": row_id, "on": on})
            for row_id in ids
        ]
    return (*kept, *begun)


def _flood(
    before: bool, activations: tuple[Activation, ...], now_s: float, told: list[Event]
) -> bool:
    count = called_since(activations, now_s - FLOOD_S)
    flood = count > FLOOD_ENDS if before else count >= FLOOD_BEGINS
    if flood is not before:
        text = f"Alarm flood: {count} in 10 min" if flood else "Alarm flood is over"
        data: dict[str, str | float | bool | list[str] | None] = {"on": flood, "count": count}
        told.append(Event(EventKind.ALARM_FLOOD, now_s, text, data))
    return flood


def called_since(activations: tuple[Activation, ...], since_s: float) -> int:
    """How many alarms called a person after `since_s`."""
    return sum(item.t_s > since_s and item.called for item in activations)


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """What an engineer reads: rates of alarms that called, and how many there are of which kind.

    `top` counts every activation of the last hour by row, hidden ones too.
    """

    per_10_min: int
    per_hour: int
    flood: bool
    chattering: tuple[str, ...]
    standing: int
    stale: int
    unacknowledged: int
    shelved: int
    suppressed: int
    out_of_service: int
    top: tuple[tuple[str, int], ...]


def figures(
    log: AlarmLog, alarms: tuple[Alarm, ...], matrix_rows: tuple[Row, ...], now_s: float
) -> AlarmFigures:
    """The figures at process time `now_s`."""
    hidden = Counter(alarm.suppression for alarm in alarms)
    shown = [alarm for alarm in alarms if alarm.hidden is None]
    lately = Counter(item.id for item in log.activations if item.t_s > now_s - HOUR_S)
    order = {row.id: index for index, row in enumerate(matrix_rows)}
    top = sorted(lately.items(), key=lambda item: (-item[1], order.get(item[0], 0)))
    return AlarmFigures(
        per_10_min=called_since(log.activations, now_s - FLOOD_S),
        per_hour=called_since(log.activations, now_s - HOUR_S),
        flood=log.flood,
        chattering=log.chattering,
        standing=sum(alarm.standing for alarm in alarms),
        stale=sum(alarm.standing and now_s - alarm.since_s > STALE_S for alarm in alarms),
        unacknowledged=sum(not alarm.acked for alarm in shown),
        shelved=hidden[Suppression.SHELVED],
        suppressed=hidden[Suppression.SUPPRESSED],
        out_of_service=hidden[Suppression.OUT_OF_SERVICE],
        top=tuple(top[:TOP]),
    )
