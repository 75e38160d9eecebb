"""What a named fault is: what it does to the simulated plant, and what has to come of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, IntEnum, unique
from typing import TYPE_CHECKING, Any, Final

from controller.core.signals import Signal

if TYPE_CHECKING:
    from sim.faults.inject import Injector

Undo = Callable[[], None]
Begin = Callable[["Injector", float], Undo]


@unique
class Reaction(IntEnum):
    """What a controller can do about a fault, the severer the higher.

    REFUSE is that nothing is given: no start, no blade, or no unlocking, whichever comes next.
    """

    NONE = 0
    WARN = 1
    REFUSE = 2
    HOLD = 3
    STOP = 4
    TRIP = 5

    @property
    def word(self) -> str:
        """The name as people read it."""
        return self.name.lower()


@unique
class Situation(Enum):
    """What the mill is doing when a fault begins; the value is how it is shown."""

    START = "before start"
    LEAK = "leak test"
    PURGE = "purge"
    PROVE = "prove inert"
    SPIN_UP = "spin-up"
    MILL = "milling"
    REST = "rest between pulses"
    COOL = "cool-down"
    OPEN = "safe to open"
    RELEASE = "lid release"


TESTING: Final = (Situation.LEAK, Situation.PURGE, Situation.PROVE)
DRIVEN: Final = (Situation.SPIN_UP, Situation.MILL)
TURNING: Final = (*DRIVEN, Situation.REST)
AFTER: Final = (Situation.COOL, Situation.OPEN)
BATCH: Final = (*TESTING, *TURNING, *AFTER)


@dataclass(frozen=True, slots=True)
class Expect:
    """The least severe reaction that will do, from the fault's beginning within `within_s`.

    `most` is the severest that is still called for: more would be a nuisance.
    """

    reaction: Reaction
    within_s: float = 0.0
    most: Reaction = Reaction.TRIP

    def __str__(self) -> str:
        timed = self.reaction not in (Reaction.NONE, Reaction.REFUSE)
        text = self.reaction.word + (f" within {self.within_s:g} s" if timed else "")
        return text if self.most is Reaction.TRIP else f"{text}, at most {self.most.word}"


Expected = tuple[Expect, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What is expected in each situation."""

    rows: tuple[tuple[Situation, Expected], ...]

    def __getitem__(self, situation: Situation) -> Expected:
        return dict(self.rows)[situation]


NONE: Final = Expect(Reaction.NONE)
REFUSE: Final = Expect(Reaction.REFUSE)
CALM: Final = Expect(Reaction.NONE, most=Reaction.WARN)
CONFIRMED_S: Final = 1.0  # what has to act within less has no confirm time to speak of


def warn(within_s: float) -> Expect:
    """At least an alarm."""
    return Expect(Reaction.WARN, within_s)


def hold(within_s: float) -> Expect:
    """At least a hold."""
    return Expect(Reaction.HOLD, within_s)


def stop(within_s: float) -> Expect:
    """At least a stop of the batch."""
    return Expect(Reaction.STOP, within_s)


def trip(within_s: float) -> Expect:
    """A trip."""
    return Expect(Reaction.TRIP, within_s)


_GROUPS: Final[dict[str, tuple[Situation, ...]]] = {
    "everywhere": tuple(Situation),
    "batch": BATCH,
    "testing": TESTING,
    "turning": TURNING,
    "driven": DRIVEN,
    "after": AFTER,
    **{situation.name.lower(): (situation,) for situation in Situation},
}


def table(**expected: Expect | Expected) -> Table:
    """What is expected in which situation; a later key wins over an earlier one.

    Keys are the names of situations or of groups of them: everywhere, batch, testing, turning,
    driven, after. What is not named expects nothing.
    """
    return _with(dict.fromkeys(Situation, (NONE,)), expected)


def changed(base: Table, **expected: Expect | Expected) -> Table:
    """`base` with other expectations for some situations."""
    return _with(dict(base.rows), expected)


def _with(found: dict[Situation, Expected], expected: Mapping[str, Expect | Expected]) -> Table:
    for name, what in expected.items():
        for situation in _GROUPS[name]:
            found[situation] = what if isinstance(what, tuple) else (what,)
    return Table(tuple(found.items()))


def later(base: Table, by_s: float) -> Table:
    """`base` with `by_s` more time for everything that has a time."""
    return Table(
        tuple(
            (situation, tuple(replace(one, within_s=one.within_s + by_s) for one in expected))
            for situation, expected in base.rows
        )
    )


def counted(base: Table, by_s: float) -> Table:
    """`base` for what comes and goes, with `by_s` to be sure of it.

    What acts at once does so at the first loss. What has a confirm time is held as a loose contact
    instead, and is no reason for more than a hold.
    """
    return Table(
        tuple(
            (situation, tuple(_counted(one, by_s) for one in expected))
            for situation, expected in base.rows
        )
    )


def _counted(one: Expect, by_s: float) -> Expect:
    slow = one.within_s >= CONFIRMED_S and one.reaction > Reaction.HOLD
    reaction = Reaction.HOLD if slow else one.reaction
    return replace(one, reaction=reaction, within_s=one.within_s + by_s)


NOTHING: Final = table()


@dataclass(frozen=True, slots=True)
class Value:
    """The number that a fault takes: its unit, and what is used when none is given."""

    unit: str
    default: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault by name.

    `catalogue` is its place in the list of failure modes, `hazard` what it leads to when nothing
    reacts. `begin` puts it into a plant and returns what takes it out again. Values that stop
    coming are noticed by their age: `ages` names the signals whose largest permitted age comes on
    top of every expected time.
    """

    name: str
    catalogue: str
    hazard: str
    text: str
    begin: Begin
    expected: Table
    value: Value | None = None
    ages: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault with its times (s of plant time; `off_s` is infinite when it stays) and value."""

    fault: Fault
    on_s: float = 0.0
    off_s: float = math.inf
    value: float = math.nan

    def __str__(self) -> str:
        off = "" if math.isinf(self.off_s) else f"-{self.off_s:g}"
        value = "" if self.fault.value is None else f":{self.value:g}"
        return f"{self.fault.name}@{self.on_s:g}{off}{value}"

    def to_json(self) -> dict[str, Any]:
        """The entry of `dry-run --json`."""
        unit = self.fault.value.unit if self.fault.value else None
        return {
            "name": self.fault.name,
            "on_s": self.on_s,
            "off_s": None if math.isinf(self.off_s) else self.off_s,
            "value": None if unit is None else self.value,
            "unit": unit,
        }


def planned(fault: Fault, on_s: float = 0.0) -> Planned:
    """`fault` from `on_s` on with its own value."""
    return Planned(fault, on_s, value=fault.value.default if fault.value else math.nan)
