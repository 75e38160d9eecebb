"""What is found out about a batch afterwards: measured thickness, recovered mass, disposition.

Each is one event in the record of that batch, whatever the mill does meanwhile; a later one stands
beside the earlier, and never takes its place.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from annotated_types import Ge, Gt, Le

from controller.core.coating import Section
from controller.core.equipment import STRICT, Name, Text
from controller.core.events import Event, EventKind

if TYPE_CHECKING:
    from controller.core.commanding import Mind
    from controller.core.commands import Command

Nm = Annotated[float, Gt(0.0), Le(1e5)]


@unique
class Method(Enum):
    """How a thickness was measured."""

    FIB_SEM = "fib_sem"
    CP_SEM = "cp_sem"
    FIB_TEM = "fib_tem"
    XPS = "xps"
    BET = "bet"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A measured shell: the mean of `n` places, and through what plane they were looked at."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    batch: Name
    thickness_nm: Nm
    method: Method
    section: Section | None = None
    n: Annotated[int, Ge(1), Le(1_000_000)]
    sigma_nm: Nm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What came out of the jar."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    batch: Name
    recovered_g: Annotated[float, Ge(0.0), Le(100_000.0)]


@unique
class Fate(Enum):
    """What becomes of a batch."""

    RELEASED = "released"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    SCRAPPED = "scrapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """The decision about a batch, and why."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    batch: Name
    disposition: Fate
    reason: Text


Finding = Measurement | Recovered | Disposition
_KIND: Final[dict[type[Finding], EventKind]] = {
    Measurement: EventKind.MEASURED,
    Recovered: EventKind.YIELD,
    Disposition: EventKind.DISPOSED,
}


def report(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `measure`, `yield` or `dispose`: one event, in any state."""
    found = command.finding
    if found is None:
        return ("what was found",)
    if isinstance(found, Disposition) and not is_line(found.reason):
        return ("a reason, in one line",)
    mind.events.append(finding_event(found, command.user, mind.state.now_s))
    return ()


def is_line(text: str) -> bool:
    """Whether it is one line that says something."""
    return bool(text.strip()) and text.isprintable()


def finding_event(found: Finding, user: str, now_s: float) -> Event:
    """The event that a finding is."""
    data: dict[str, str | float | bool | list[str] | None] = {
        name: value.value if isinstance(value, Enum) else value
        for name, value in asdict(found).items()
    }
    return Event(_KIND[type(found)], now_s, f"{_text(found)}, by {user}", {"user": user, **data})


def _text(found: Finding) -> str:
    if isinstance(found, Measurement):
        return f"{found.batch}: shell {found.thickness_nm:g} nm by {found.method.value}"
    if isinstance(found, Recovered):
        return f"{found.batch}: {found.recovered_g:g} g recovered"
    return f"{found.batch}: {found.disposition.value}, {found.reason}"
