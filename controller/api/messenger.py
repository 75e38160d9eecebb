"""What people outside the room are told of a batch, and when again: decided from snapshots alone.

A hold and a trip are told again until somebody has acknowledged their alarms, and a controller that
is gone until it is back. A message is no alarm system: nothing at the mill may rely on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Any, Final

from controller.core.states import State

REPEAT_S: Final = 300.0
GONE_S: Final = 10.0
CALLING: Final = (1, 2)  # priorities of alarms that a person must acknowledge


@unique
class Kind(Enum):
    """How bad it is, in the words of the library that sends it."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Message:
    """One message for people."""

    kind: Kind
    title: str
    body: str


TOLD: Final = {
    State.COMPLETE: (Kind.SUCCESS, "Batch complete"),
    State.HELD: (Kind.WARNING, "Batch held"),
    State.STOPPED: (Kind.WARNING, "Batch stopped"),
    State.ABORTED: (Kind.FAILURE, "Batch tripped"),
}


class Messenger:
    """Remembers what was told. `look` once a second or so; time is an argument."""

    def __init__(self, repeat_s: float = REPEAT_S) -> None:
        self._repeat_s = repeat_s
        self._state: State | None = None
        self._plant = "mill"
        self._seen_s: float | None = None
        self._gone_told_s: float | None = None
        self._told_s = 0.0

    def look(self, snapshot: dict[str, Any] | None, now_s: float) -> list[Message]:
        """What is to be told now; `snapshot` is None while the controller does not answer."""
        if self._seen_s is None:
            self._seen_s = now_s
        if snapshot is None:
            return self._gone(now_s)
        self._seen_s = now_s
        mark = " (SIMULATED)" if snapshot["simulated"] else ""
        self._plant = f"{snapshot['plant']['title']}{mark}"
        return [*self._back(), *self._batch(snapshot, now_s)]

    def _gone(self, now_s: float) -> list[Message]:
        if now_s - (self._seen_s or 0.0) < GONE_S:
            return []
        if self._gone_told_s is not None and now_s - self._gone_told_s < self._repeat_s:
            return []
        self._gone_told_s = now_s
        body = "Its outputs have dropped by their own watchdogs. Somebody must go to the mill."
        return [Message(Kind.FAILURE, f"{self._plant}: the controller does not answer", body)]

    def _back(self) -> list[Message]:
        if self._gone_told_s is None:
            return []
        self._gone_told_s = None
        return [Message(Kind.INFO, f"{self._plant}: the controller answers again", "")]

    def _batch(self, snapshot: dict[str, Any], now_s: float) -> list[Message]:
        state = State(snapshot["state"])
        entered = self._state is not None and state is not self._state
        self._state = state
        if state not in TOLD:
            return []
        waits = any(_calls(alarm) for alarm in snapshot["alarms"])
        again = waits and now_s - self._told_s >= self._repeat_s
        if not entered and not again:
            return []
        self._told_s = now_s
        kind, what = TOLD[state]
        repeated = "" if entered else ", still not acknowledged"
        return [Message(kind, f"{self._plant}: {what}{repeated}", _body(snapshot))]


def _calls(alarm: dict[str, Any]) -> bool:
    return not alarm["acked"] and alarm["suppression"] == "none" and alarm["priority"] in CALLING


def _body(snapshot: dict[str, Any]) -> str:
    batch = snapshot["batch"]
    lines = [f"Batch {batch['id']}, state {snapshot['state']}"] if batch else []
    alarms = sorted(snapshot["alarms"], key=lambda alarm: not alarm["first_out"])
    lines += [f"{alarm['text']}: {alarm['action']}" for alarm in alarms if _calls(alarm)]
    return "\n".join(lines)
