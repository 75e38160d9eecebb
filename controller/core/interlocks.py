"""The matrix at work: which rows hold in this image, and since when.

The quiet case (every armed value within the tightest of its bands) costs two comparisons of whole
tuples, and allocates nothing that lasts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter, le
from typing import Any

from controller.core.equipment import Equipment
from controller.core.limits import Limits, limits_for
from controller.core.matrix import rows
from controller.core.matrix.permits import Permit, permits
from controller.core.matrix.row import Arm, Reaction, Row
from controller.core.recipe import Atmosphere


@dataclass(frozen=True, slots=True)
class Violation:
    """One armed row whose value is outside its band or UNKNOWN; `confirmed` after its time."""

    row: int
    since_s: float
    unknown: bool
    confirmed: bool


NONE: tuple[Violation, ...] = ()


class Bands:
    """The tightest limits that a set of rows puts on each source, laid out for one comparison."""

    __slots__ = ("_high_of", "_highs", "_low_of", "_lows")

    def __init__(self, limits: Iterable[tuple[int, float, float]]) -> None:
        lows: dict[int, float] = {}
        highs: dict[int, float] = {}
        for source, low, high in limits:
            if low > -math.inf:
                lows[source] = max(low, lows.get(source, low))
            # A source without any limit is compared with +inf: NaN is never within.
            highs[source] = min(high, highs.get(source, high))
        for source in lows:
            if highs[source] == math.inf:
                del highs[source]
        self._low_of, self._lows = _picked(lows)
        self._high_of, self._highs = _picked(highs)

    def hold(self, x: Sequence[float]) -> bool:
        """Whether every value is within its band; NaN never is."""
        return all(map(le, self._lows, self._low_of(x))) and all(
            map(le, self._high_of(x), self._highs)
        )


def _picked(
    limits: dict[int, float],
) -> tuple[Callable[[Sequence[float]], tuple[Any, ...]], tuple[float, ...]]:
    """What takes the limited sources out of a sequence, always as a tuple, and their limits."""
    sources = tuple(limits)
    if len(sources) < 2:  # of one item, an itemgetter gives the bare item
        return lambda x: tuple(x[source] for source in sources), tuple(limits.values())
    return itemgetter(*sources), tuple(limits.values())


class Matrix:
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
            found = tuple(
                (index, int(row.source), row.low, row.high)
                for index, row in enumerate(self.rows)
                if row.armed & (Arm(arms) | Arm.ALWAYS)
            )
            self._armed[arms] = found
        return found

    def evaluate(
        self,
        x: Sequence[float],
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
        x: Sequence[float],
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
        self, index: int, x: Sequence[float], earlier: Violation | None, now_s: float, scan_s: float
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
