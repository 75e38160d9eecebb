"""What people do with the mill outside a batch: operating mode, outputs by hand, bypasses.

All of it is one frozen value in the state of the scan. `NOBODY` is the automatic case and is
looked for by identity, so that a batch pays one comparison for all that is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Final

from controller.core.value import Value

JOG_LEASE_S: Final = 2.0
"""How long a jog goes on after the last word of the person who holds the button."""

JOG_LEASE_SCANS: Final = 20.0
"""The same in scans, for a simulation in which process time runs faster than people."""

JOG_MAX_S: Final = 600.0
"""How long valves and flow may stay as a person has set them, unless renewed. Assumed."""

SWEEP_MAX_MIN: Final = 60.0
"""The longest purge by hand. Assumed."""

SWEEP_VOLUMES: Final = 10.0
"""Vessel volumes of argon that a purge by hand must have swept before the blade may be jogged."""


@unique
class Mode(Enum):
    """Who drives: recipes, a person by hand, or nobody at all."""

    AUTO = "auto"
    MANUAL = "manual"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jog:
    """Outputs as a person wants them, whole: what is left out stays as the state itself has it.

    It ends `for_s` after its last renewal, and with the blade in it after the lease in any case.
    """

    argon_flow_slpm: float | None = None
    supply_open: bool | None = None
    exhaust_shut: bool | None = None
    cooling_shut: bool = False
    rotor_rpm: float = 0.0
    for_s: float | None = None  # None: the lease

    @property
    def gas(self) -> bool:
        """Whether it says anything about argon and the way out."""
        return (self.argon_flow_slpm, self.supply_open, self.exhaust_shut) != (None, None, None)

    @property
    def idle(self) -> bool:
        """Whether it asks for nothing: that is how a jog is let go."""
        return not (self.gas or self.cooling_shut or self.rotor_rpm)


@dataclass(frozen=True, slots=True)
class Jogging:
    """A jog under way. `turning` is set when the run permit has been seen made."""

    asked: Jog
    user: str
    since_s: float
    until_s: float
    turning: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """A purge by hand under way; `swept_l` is the argon that was measured since it began."""

    flow_slpm: float
    user: str
    since_s: float
    until_s: float
    swept_l: float = 0.0


@dataclass(frozen=True, slots=True)
class BypassInForce:
    """A row that only warns for a while. One for each `group`, which is the row's hazard."""

    row: str
    group: str
    user: str
    role: str
    reason: str
    since_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Hands(Value):
    """The mode with who set it, since when and why; what is under way by hand; the bypasses."""

    mode: Mode = Mode.AUTO
    user: str = ""
    since_s: float = 0.0
    reason: str = ""
    jog: Jogging | None = None
    sweep: Sweep | None = None
    bypasses: tuple[BypassInForce, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether an output is moved by hand."""
        return self.jog is not None or self.sweep is not None

    @property
    def turns(self) -> bool:
        """Whether the blade is asked for by hand."""
        return self.jog is not None and self.jog.asked.rotor_rpm > 0.0

    @property
    def bypassed(self) -> tuple[str, ...]:
        """The ids of the rows that only warn at present."""
        return tuple(bypass.row for bypass in self.bypasses)


NOBODY: Final = Hands()


def settled(hands: Hands) -> Hands:
    """`NOBODY` itself when nothing is left of what people did."""
    return NOBODY if hands == NOBODY else hands


def jog_lease_s(period_s: float) -> float:
    """How long a jog goes on without a renewal, at this period of the scan."""
    return max(JOG_LEASE_S, JOG_LEASE_SCANS * period_s)


def blade_rpm(hands: Hands, now_s: float) -> float:
    """The speed that a person holds the button for in this scan, 0 once the lease is over."""
    jog = hands.jog
    return 0.0 if jog is None or now_s >= jog.until_s else jog.asked.rotor_rpm
