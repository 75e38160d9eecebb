"""The cause-and-effect matrix: one row for each cause, data that everything else reads.

A row says that a value must stay within [low, high]. NaN is never within, so an UNKNOWN value is
a violation of its own, with its own confirm time and reaction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag, unique
from typing import Final, TypedDict

from controller.core.roles import Role
from controller.core.signals import SIGNAL_COUNT, SIGNALS, Signal
from controller.core.value import Value

INF: Final = math.inf


@unique
class Derived(IntEnum):
    """Values that the scan computes from the image and its own state; indexed after the signals."""

    OVERSPEED_RPM = SIGNAL_COUNT
    UNDERSPEED_RPM = SIGNAL_COUNT + 1
    NOT_RUNNING = SIGNAL_COUNT + 2
    ARGON_FLOW_ERROR = SIGNAL_COUNT + 3
    SUPPLY_VALVE_ERROR = SIGNAL_COUNT + 4
    EXHAUST_VALVE_ERROR = SIGNAL_COUNT + 5
    TURNING_AFTER_STOP_S = SIGNAL_COUNT + 6
    HOLDING_OVERDUE_S = SIGNAL_COUNT + 7
    HELD_S = SIGNAL_COUNT + 8
    STARTING_S = SIGNAL_COUNT + 9
    CREDIT_MISSING = SIGNAL_COUNT + 10
    SPIN_WITHOUT_PERMIT = SIGNAL_COUNT + 11
    TIME_LIMIT = SIGNAL_COUNT + 12
    LEAKS = SIGNAL_COUNT + 13
    LEAK_INCONCLUSIVE = SIGNAL_COUNT + 14
    SLOPE = SIGNAL_COUNT + 15
    ARGON_SET_POINT_ERROR = SIGNAL_COUNT + 16
    LOOSE_INPUTS = SIGNAL_COUNT + 17
    STANDS_STILL_S = SIGNAL_COUNT + 18
    ROTOR_UNMOVED_RPM = SIGNAL_COUNT + 19
    POWDER_BELOW_JAR_K = SIGNAL_COUNT + 20
    PAUSED_S = SIGNAL_COUNT + 21
    BYPASSES = SIGNAL_COUNT + 22
    BAND_DEVIATION = SIGNAL_COUNT + 23


_OWN: Final = SIGNAL_COUNT + len(Derived)


@unique
class Own(IntEnum):
    """The fields of `Health`, in its order; indexed after the derived values."""

    RECORD_LOST_S = _OWN
    WATCHDOGS_UNARMED = _OWN + 1
    WRONG_DEVICES = _OWN + 2
    FOREIGN_WRITE = _OWN + 3
    RESTARTED = _OWN + 4
    SCAN_GAP_S = _OWN + 5
    DEVICES_LOST = _OWN + 6
    RECORD_DAMAGED = _OWN + 7
    DISK_USED_PERCENT = _OWN + 8
    DISK_FREE_MB = _OWN + 9


class Arm(IntFlag):
    """When a row counts. A row is armed while any of its bits is set."""

    ACTIVE = 1  # anything but IDLE, RESETTING, ABORTING, ABORTED
    BATCH = 2  # a batch is under way: STARTING to STOPPING, not COMPLETE or STOPPED
    TURNING = 4  # commanded to turn, or not proven to stand still, while ACTIVE
    INERT = 8  # purge credit is held and the batch is under way
    LEAK_TEST = 16
    NOT_LEAK_TEST = 32  # ACTIVE and not in the leak test
    RUN = 64  # RUNNING, PAUSING or COMPLETING
    MILL = 128  # RUN and in a mill segment
    FLOW = 256  # argon flow is asked for
    HOLDING = 512
    HELD = 1024
    STARTING = 2048  # STARTING, RESUMING, RESTARTING: waits for the equipment
    ALWAYS = 4096
    COVER = 16384  # a batch that has had its purge, with or without credit
    PAUSED = 32768
    TRIPPED = 8192  # ABORTING, ABORTED: what still decides about argon


@unique
class Reaction(IntEnum):
    """What a confirmed row does, the severer the higher."""

    WARN = 0
    HOLD = 1
    STOP = 2
    TRIP = 3


@unique
class Priority(Enum):
    """Alarm priority: 1 is the highest."""

    P1 = 1
    P2 = 2
    P3 = 3


@dataclass(frozen=True, slots=True)
class Bypass:
    """Who may take a row out of action, and for how many minutes at most."""

    role: Role
    max_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Value):
    """One cause and its effect."""

    id: str
    hazard: str
    source: Signal | Derived | Own
    low: float = -INF
    high: float = INF
    confirm_s: float = 0.0
    unknown_confirm_s: float = 0.0
    confirm_scans: int = 0  # for rows that wait for the plant to follow a command
    armed: Arm
    reaction: Reaction
    on_unknown: Reaction
    priority: Priority
    deadband: float = 0.0
    text: str
    cause: str
    consequence: str
    action: str
    shuts_argon: bool = False  # wins over the purge of the TRIP image
    bypass: Bypass | None = None  # None: nobody may; never for a row that trips

    @property
    def group(self) -> str:
        """Rows of one group share a danger: one of them at a time may be bypassed."""
        return self.hazard

    @property
    def may_be_bypassed(self) -> bool:
        """Whether somebody may bypass it. A trip never, whatever its data say."""
        return self.bypass is not None and Reaction.TRIP not in (self.reaction, self.on_unknown)

    @property
    def unit(self) -> str:
        """The unit of the limits; derived values carry it in their name."""
        return SIGNALS[self.source].unit if isinstance(self.source, Signal) else ""

    @property
    def latched(self) -> bool:
        """Whether its effect stays until a reset."""
        return self.reaction is Reaction.TRIP


class Band(TypedDict):
    """The part of a row that says where its value must stay."""

    low: float
    high: float


class Effect(TypedDict):
    """The part of a row that says what it does."""

    reaction: Reaction
    on_unknown: Reaction
    priority: Priority


IS_TRUE: Final[Band] = {"low": 1.0, "high": 1.0}
IS_ZERO: Final[Band] = {"low": -INF, "high": 0.5}
TRIP: Final[Effect] = {
    "reaction": Reaction.TRIP,
    "on_unknown": Reaction.TRIP,
    "priority": Priority.P1,
}
HOLD: Final[Effect] = {
    "reaction": Reaction.HOLD,
    "on_unknown": Reaction.HOLD,
    "priority": Priority.P2,
}

# A limit switch or a flow meter that failed need not end a batch that others can watch.
BY_SUPERVISOR: Final = Bypass(Role.SUPERVISOR, 30.0)
BY_MAINTENANCE: Final = Bypass(Role.MAINTENANCE, 60.0)
