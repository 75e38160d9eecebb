"""One alarm: a few independent facts, from which the name of its state is derived."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, unique
from typing import Final

from controller.core.value import Value


@unique
class AlarmState(Enum):
    """The states of ISA-18.2, IEC 62682."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned, unacknowledged"
    LATCHED_UNACKNOWLEDGED = "latched, unacknowledged"
    LATCHED = "latched"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed by design"
    OUT_OF_SERVICE = "out of service"


@unique
class Suppression(Enum):
    """Why an alarm is listed apart and calls nobody."""

    NONE = "none"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


_HIDDEN_STATE: Final = {
    Suppression.SHELVED: AlarmState.SHELVED,
    Suppression.SUPPRESSED: AlarmState.SUPPRESSED,
    Suppression.OUT_OF_SERVICE: AlarmState.OUT_OF_SERVICE,
}


@dataclass(frozen=True, slots=True)
class Hidden(Value):
    """That an alarm is listed apart: why, by whom (nobody by design), since when, until when."""

    kind: Suppression
    reason: str
    user: str
    since_s: float
    until_s: float = math.inf
    one_shot: bool = False  # over as soon as the alarm has returned


@dataclass(frozen=True, slots=True)
class Alarm(Value):
    """One alarm that is not normal. `row` is its index in the matrix.

    `active` is the row's own condition in this scan, whatever is hidden or delayed.
    """

    row: int
    since_s: float
    active: bool
    acked: bool
    latched: bool
    first_out: bool
    unknown: bool
    over_s: float | None = None  # since when the condition is over, while the off-delay runs
    acked_s: float = 0.0
    hidden: Hidden | None = None
    detail: str = ""  # which device and why, where the row is about several

    @property
    def standing(self) -> bool:
        """Active, or its off-delay is not over yet."""
        return self.active or self.over_s is not None

    @property
    def suppression(self) -> Suppression:
        """Why it is listed apart, if it is."""
        return Suppression.NONE if self.hidden is None else self.hidden.kind

    @property
    def state(self) -> AlarmState:
        """The ISA-18.2 name of the facts."""
        if self.hidden is not None:
            return _HIDDEN_STATE[self.hidden.kind]
        if self.standing:
            return AlarmState.ACKNOWLEDGED if self.acked else AlarmState.UNACKNOWLEDGED
        if self.latched:
            return AlarmState.LATCHED if self.acked else AlarmState.LATCHED_UNACKNOWLEDGED
        return AlarmState.NORMAL if self.acked else AlarmState.RETURNED
