"""What is laid down for alarms as data: which follow from others, delays, limits of shelving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.matrix.row import Priority, Reaction, Row

SHELF_MINUTES_MAX: Final = 480.0
"""Eight hours, one shift: IEC 62682 wants a limit, its length is assumed."""

OFF_DELAY_S: Final = 5.0
"""A warning that comes back within this time has not been away. Assumed."""

REALARM_S: Final = 1800.0
"""An acknowledged alarm of the highest priority that is still active calls again. Assumed."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """An alarm that says nothing new while one of `of` is active or latched, and in sight."""

    row: str
    of: tuple[str, ...]
    reason: str


_BEYOND: Final = "the same value is beyond its next limit"
_ESTOP: Final = "the emergency stop takes the drive off"
_NO_ARGON: Final = "without argon supply there is no flow"

CONSEQUENCES: Final = (
    Consequence("DRIVE_NOT_RUNNING", ("ESTOP",), _ESTOP),
    Consequence("RUN_PERMIT_LOST", ("ESTOP",), _ESTOP),
    Consequence("UNDERSPEED", ("ESTOP", "DRIVE_FAULT"), "a drive that is off slows down"),
    Consequence("MOTOR_WARM", ("MOTOR_HOT",), _BEYOND),
    Consequence("PRESSURE_HIGH", ("PRESSURE_TRIP",), _BEYOND),
    Consequence("O2_HIGH", ("O2_HOLD", "O2_LOC"), _BEYOND),
    Consequence("H2O_HIGH", ("H2O_HOLD",), _BEYOND),
    Consequence("H2S_HIGH", ("H2S_TRIP",), _BEYOND),
    Consequence("ARGON_LOW", ("ARGON_LOST",), _BEYOND),
    Consequence("ARGON_FLOW", ("ARGON_LOST",), _NO_ARGON),
    Consequence("POWDER_WARM", ("POWDER_HOT",), _BEYOND),
    Consequence("JAR_WARM", ("JAR_HOT",), _BEYOND),
    Consequence("ROOM_O2_LOW", ("ROOM_O2_DANGER",), _BEYOND),
    Consequence("ROOM_H2S_HIGH", ("ROOM_H2S_DANGER",), _BEYOND),
)
"""None of a higher priority than what it follows from, and none follows from one that follows."""

CONSEQUENCE_OF: Final = {item.row: item for item in CONSEQUENCES}


def off_delay_s(row: Row) -> float:
    """How long an alarm still stands when its condition is over. Reactions have none."""
    return OFF_DELAY_S if row.reaction is Reaction.WARN else 0.0


def calls_again(row: Row) -> bool:
    """Whether an acknowledged alarm that stays active calls again after a while."""
    return row.priority is Priority.P1


def wants_acknowledgment(row: Row) -> bool:
    """Whether a batch may go on only after somebody has acknowledged this alarm."""
    return row.reaction >= Reaction.HOLD
