"""How long a blade or a jar has worked: what was declared when it came, and every batch since.

Nothing is kept for it: the hours of a part follow from the rows of the batches that name it, each
batch with its blade time. The newest declaration counts, so a reground blade begins anew. What
nobody declared is not taken for zero. Turning by hand is in no batch and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum, unique
from typing import Any, Final

from controller.core.events import EventKind
from controller.records.row import Row

S_PER_H: Final = 3600.0
WEAR_KINDS: Final = (EventKind.BATCH_CHARGED, EventKind.BATCH_ENDED)


@unique
class Part(Enum):
    """What wears: its word begins the names of its fields in the charge."""

    BLADE = "blade"
    JAR = "jar"


@dataclass(frozen=True, slots=True)
class Declared:
    """The hours that a part had when it was charged in `batch`, and where they are known from."""

    hours: float
    origin: str
    batch: str
    utc: str


@dataclass(frozen=True, slots=True)
class Wear:
    """The hours of one part: `counted_h` in `batches` recorded since `declared`, or ever."""

    part: Part
    id: str
    declared: Declared | None = None
    batches: int = 0
    counted_h: float = 0.0
    last_batch: str = ""

    @property
    def hours(self) -> float | None:
        """All hours; None when nobody declared what was before the first recorded batch."""
        return None if self.declared is None else self.declared.hours + self.counted_h

    def to_json(self) -> dict[str, Any]:
        """As pages and the command line have it."""
        return asdict(self) | {"part": self.part.value, "hours": self.hours}


@dataclass(slots=True)
class _Use:
    """One batch as far as it wears something."""

    batch: str
    utc: str
    charge: dict[str, Any]
    on_time_s: float = 0.0


def worn(rows: Iterable[Row]) -> dict[tuple[Part, str], Wear]:
    """Every part that the `WEAR_KINDS` rows of all batches name, by what it is and its id."""
    found: dict[tuple[Part, str], Wear] = {}
    for use in _uses(rows):
        for part in Part:
            name = str(use.charge.get(f"{part.value}_id") or "")
            if name:
                found[part, name] = _after(found.get((part, name), Wear(part, name)), use)
    return found


def _uses(rows: Iterable[Row]) -> Iterator[_Use]:
    """Each charged batch in the order of their first charge, with the charge that counted last."""
    uses: dict[str, _Use] = {}
    for row in rows:
        if row.kind == EventKind.BATCH_CHARGED.value:
            use = uses.setdefault(row.batch, _Use(row.batch, row.utc, {}))
            use.charge = row.body
        elif row.kind == EventKind.BATCH_ENDED.value and row.batch in uses:
            uses[row.batch].on_time_s = float(row.body.get("on_time_s") or 0.0)
    return iter(uses.values())


def _after(wear: Wear, use: _Use) -> Wear:
    hours = use.charge.get(f"{wear.part.value}_hours")
    if hours is not None:
        declared = Declared(hours, str(use.charge.get("hours_origin") or ""), use.batch, use.utc)
        wear = Wear(wear.part, wear.id, declared)
    return replace(
        wear,
        batches=wear.batches + 1,
        counted_h=wear.counted_h + use.on_time_s / S_PER_H,
        last_batch=use.batch,
    )


def wear_of_batch(earlier: Sequence[Row], own: Sequence[Row]) -> dict[str, Any]:
    """Blade and jar of one batch: their hours before and after it.

    `earlier` are the `WEAR_KINDS` rows of the batches before it, `own` its rows.
    """
    after = worn([*earlier, *own])
    on_h = sum(use.on_time_s for use in _uses(own)) / S_PER_H
    found: dict[str, Any] = {}
    for wear in after.values():
        if wear.last_batch == own[0].batch:
            told = wear.to_json()
            before = None if wear.hours is None else wear.hours - on_h
            found[wear.part.value] = told | {"hours_before": before, "batch_h": on_h}
    return found
