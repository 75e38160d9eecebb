"""The matrix at work: which rows hold in this image, and since when.

The quiet case (every armed value within the tightest of its bands) costs one comparison of a whole
tuple and one look at each value that has a range, and allocates nothing that lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Final

from controller.core.equipment import Equipment
from controller.core.limits import Limits, limits_for
from controller.core.matrix import rows
from controller.core.matrix.permits import Permit, permits
from controller.core.matrix.row import Arm, Derived, Own, Reaction, Row
from controller.core.recipe import Atmosphere
from controller.core.signals import Signal
from controller.core.value import Value


@dataclass(frozen=True, slots=True)
class Violation(Value):
    """One armed row whose value is outside its band or UNKNOWN; `confirmed` after its time."""

    row: int
    since_s: float
    unknown: bool
    confirmed: bool


NONE: tuple[Violation, ...] = ()
# What follows speed, flow or temperature by degrees; the other derived values are 0 when all is
# well, as is a fault code.
_BY_DEGREES: Final = frozenset(
    (
        Derived.OVERSPEED_RPM,
        Derived.UNDERSPEED_RPM,
        Derived.ARGON_FLOW_ERROR,
        Derived.ROTOR_UNMOVED_RPM,
        Derived.POWDER_BELOW_JAR_K,
    )
)
_USUALLY_ZERO: Final = frozenset(
    (Signal.DRIVE_FAULT_CODE, *Own, *(one for one in Derived if one not in _BY_DEGREES))
)


class Bands:
    """The tightest limits that a set of rows puts on each source, laid out for a quick look.

    Most contacts and most of what is derived have one usual value within their band. While all of
    them have it, they are compared whole, and only the rest by its limits.
    """

    __slots__ = ("_all", "_graded", "_usual", "_usual_of")

    def __init__(self, limits: Iterable[tuple[int, float, float]]) -> None:
        bands: dict[int, tuple[float, float]] = {}
        for source, low, high in limits:
            known_low, known_high = bands.get(source, (low, high))
            bands[source] = max(low, known_low), min(high, known_high)
        usual = {
            source: low if low == high else 0.0
            for source, (low, high) in bands.items()
            if low == high or (source in _USUALLY_ZERO and low <= 0.0 <= high)
        }
        self._usual_of = _picker(tuple(usual))
        self._usual = tuple(usual.values())
        self._all = _Limits(bands)
        self._graded = _Limits({source: bands[source] for source in bands if source not in usual})

    def hold(self, x: list[float]) -> bool:
        """Whether every value is within its band; NaN never is."""
        limits = self._graded if self._usual_of(x) == self._usual else self._all
        for source, low, high in zip(limits.sources, limits.lows, limits.highs):  # noqa: B905
            if not low <= x[source] <= high:
                return False
        return True


class _Limits:
    """Sources with their lower and upper limits, side by side: equally many by their making."""

    __slots__ = ("highs", "lows", "sources")

    def __init__(self, bands: dict[int, tuple[float, float]]) -> None:
        self.sources = list(bands)
        self.lows = [low for low, _ in bands.values()]
        self.highs = [high for _, high in bands.values()]


def _picker(sources: tuple[int, ...]) -> Callable[[Sequence[float]], tuple[Any, ...]]:
    """What takes these sources out of a sequence, always as a tuple."""
    if len(sources) < 2:  # of one item, an itemgetter gives the bare item
        return lambda x: tuple(x[source] for source in sources)
    return itemgetter(*sources)


class Matrix(Value):
    """All rows with their limits, and per set of arms the few numbers that a scan needs.

    A row in `bypassed` only warns, if it is one that may be bypassed at all.
    """

    __slots__ = ("_armed", "_bands", "limits", "permits", "rows")

    def __init__(self, limits: Limits, bypassed: Collection[str] = ()) -> None:
        self.limits = limits
        self.rows: tuple[Row, ...] = tuple(
            _only_warns(row) if row.id in bypassed and row.may_be_bypassed else row
            for row in rows(limits)
        )
        self.permits: tuple[Permit, ...] = permits(limits)
        self._armed: dict[int, tuple[tuple[int, int, float, float], ...]] = {}
        self._bands: dict[int, Bands] = {}

    def armed(self, arms: int) -> tuple[tuple[int, int, float, float], ...]:
        """(row, source, low, high) of each row that `arms` arms; made once for each set."""
        found = self._armed.get(arms)
        if found is None:
            counted = arms | int(Arm.ALWAYS)
            found = tuple(
                (index, int(row.source), row.low, row.high)
                for index, row in enumerate(self.rows)
                if int(row.armed) & counted
            )
            self._armed[arms] = found
        return found

    def evaluate(
        self,
        x: list[float],
        arms: int,
        before: tuple[Violation, ...],
        now_s: float,
        scan_s: float,
    ) -> tuple[Violation, ...]:
        """The violations of this scan, given those of the scan before.

        `x` holds the signals and then the derived values. `scan_s` is the time between scans, for
        rows that confirm over a number of scans.
        """
        bands = self._bands.get(arms)
        if bands is None:
            bands = self._bands[arms] = Bands(entry[1:] for entry in self.armed(arms))
        if not before and bands.hold(x):
            return NONE
        armed = self.armed(arms)
        bad = [index for index, source, low, high in armed if not low <= x[source] <= high]
        known = {violation.row: violation for violation in before}
        for violation in before:
            if violation.row not in bad and self._within_deadband(violation, x, armed):
                bad.append(violation.row)
        bad.sort()
        return tuple(self._violation(row, x, known.get(row), now_s, scan_s) for row in bad)

    def _within_deadband(
        self,
        violation: Violation,
        x: list[float],
        armed: tuple[tuple[int, int, float, float], ...],
    ) -> bool:
        """Whether a confirmed value is not yet far enough inside; a spike and a lost value were
        never beyond the limit for their time, and have nothing to come back from.
        """
        row = self.rows[violation.row]
        if row.deadband == 0.0 or violation.unknown or not violation.confirmed:
            return False
        if all(violation.row != entry[0] for entry in armed):
            return False
        return not row.low + row.deadband <= x[row.source] <= row.high - row.deadband

    def _violation(
        self, index: int, x: list[float], earlier: Violation | None, now_s: float, scan_s: float
    ) -> Violation:
        row = self.rows[index]
        value = x[row.source]
        unknown = value != value  # NaN
        since_s = now_s if earlier is None else earlier.since_s
        confirm_s = row.unknown_confirm_s if unknown else row.confirm_s
        if row.confirm_scans and not unknown:
            confirm_s = max(confirm_s, row.confirm_scans * scan_s)
        # Half a microsecond of slack, so that a sum of scan times is not taken for too early.
        in_time = now_s - since_s >= confirm_s - 5e-7
        # What was confirmed stays so until it is over: a lost value clears nothing.
        confirmed = in_time or (earlier is not None and earlier.confirmed)
        return Violation(index, since_s, unknown, confirmed)

    def reaction(self, violations: tuple[Violation, ...]) -> Reaction | None:
        """The severest reaction that confirmed violations ask for, None without any."""
        worst: Reaction | None = None
        for violation in violations:
            if not violation.confirmed:
                continue
            row = self.rows[violation.row]
            asked = row.on_unknown if violation.unknown else row.reaction
            if worst is None or asked > worst:
                worst = asked
        return worst

    def confirmed(self, violations: tuple[Violation, ...]) -> frozenset[int]:
        """The rows that are confirmed."""
        return frozenset(v.row for v in violations if v.confirmed)


def _only_warns(row: Row) -> Row:
    return replace(row, reaction=Reaction.WARN, on_unknown=Reaction.WARN)


def matrix_for(
    equipment: Equipment,
    atmosphere: Atmosphere | None = None,
    bypassed: Collection[str] = (),
) -> Matrix:
    """The matrix of one mill, tightened by a recipe's atmosphere when one is loaded.

    The rows with the ids in `bypassed` only warn. The place of each row is always the same.
    """
    return Matrix(limits_for(equipment, atmosphere), bypassed)
