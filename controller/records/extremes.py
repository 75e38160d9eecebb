"""The least and the greatest of every few scans of a trend, kept in memory between two questions.

A picture of eight hours needs a thousand points of 288,000. A file is only ever added to, so what
was reduced once stays true: asked again, only what is new is read. Nothing of it is on disk, where
it could say something else than the trend itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

from controller.records.archive import Trend
from controller.records.trendfile import SCANS_PER_BLOCK, Scans, in_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCHES_KEPT: Final = 4
COLUMNS_KEPT: Final = 12
# So many at a time: what is worked out between stays in the processor's cache, and no other thread
# of the controller waits for long.
SCANS_AT_A_TIME: Final = 4_096 * SCANS_PER_BLOCK


@dataclass(frozen=True, slots=True)
class Extremes:
    """For each block of scans its least and greatest known value with their times (infinite where
    nothing is known), and its first scan, which stands for such a block; whether anything was
    `above` the range, and how many `scans` there are.
    """

    low: NDArray[np.float32]
    low_s: NDArray[np.float64]
    high: NDArray[np.float32]
    high_s: NDArray[np.float64]
    first: NDArray[np.float32]
    first_s: NDArray[np.float64]
    above: NDArray[np.bool_]
    scans: NDArray[np.int64]

    @classmethod
    def of(cls, times: NDArray[np.float64], values: NDArray[np.float32]) -> Extremes:
        """Of scans in their order, NaN where there is none."""
        begins = range(0, max(1, len(times)), SCANS_AT_A_TIME)
        parts = [slice(begin, begin + SCANS_AT_A_TIME) for begin in begins]
        return cls._joined([cls._of_blocks(*in_blocks(times[it], values[it])) for it in parts])

    @classmethod
    def _joined(cls, parts: Sequence[Extremes]) -> Extremes:
        columns = ([getattr(part, name) for part in parts] for name in cls.__slots__)
        return cls(*map(np.concatenate, columns))

    @classmethod
    def _of_blocks(cls, times: NDArray[np.float64], values: NDArray[np.float32]) -> Extremes:
        """Both of shape (blocks, scans)."""
        unknown = ~np.isfinite(values)
        block = np.arange(len(values))
        lows, highs = (
            np.where(unknown, end, values) for end in (np.float32(np.inf), -np.float32(np.inf))
        )
        least, greatest = lows.argmin(axis=1), highs.argmax(axis=1)
        return cls(
            lows[block, least],
            times[block, least],
            highs[block, greatest],
            times[block, greatest],
            values[:, 0],
            times[:, 0],
            (values == np.inf).any(axis=1),
            (times == times).sum(axis=1),
        )

    def __len__(self) -> int:
        return len(self.low)

    def then(self, scans: Scans) -> Extremes:
        """Followed by those of these scans."""
        return self._joined((self, Extremes.of(*scans))) if len(scans[0]) else self

    def points(self, most: int) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Times and values of at most `most` points: of each stretch of blocks the least and the
        greatest, in the order in which they came.
        """
        length = max(1, -(-len(self) // max(most // 2, 1)))
        least = _at_least(self.low, length)
        greatest = _at_least(-self.high, length)
        times = np.stack((self.low_s[least], self.high_s[greatest]), axis=1)
        values = np.stack((self.low[least], self.high[greatest]), axis=1)
        unknown = values[:, 0] == np.inf
        if unknown.any():
            begins = least[unknown, None]
            times[unknown], values[unknown] = self.first_s[begins], self.first[begins]
        turned = times[:, 0] > times[:, 1]
        times[turned], values[turned] = times[turned, ::-1], values[turned, ::-1]
        kept = np.ones(times.shape, bool)
        kept[:, 1] = times[:, 1] != times[:, 0]
        return times[kept], values[kept]


def _at_least(values: NDArray[np.float32], length: int) -> NDArray[np.intp]:
    """Where the least value of each stretch of this length is; its first place when all are
    infinite.
    """
    count = -(-len(values) // length)
    missing = count * length - len(values)
    whole = np.concatenate((values, np.full(missing, np.inf, values.dtype))) if missing else values
    found: NDArray[np.intp] = whole.reshape(count, length).argmin(axis=1)
    return found + np.arange(0, count * length, length)


class Kept:
    """The extremes of the trends that were asked for last. Any thread may ask."""

    def __init__(self) -> None:
        self._batches: OrderedDict[tuple[str, int], OrderedDict[str, Extremes]] = OrderedDict()
        self._lock = Lock()

    def of(self, trend: Trend, name: str) -> Extremes:
        """The extremes of a column so far. Raises KeyError for one that the trend does not have."""
        key = (str(trend.path), trend.path.stat().st_ino)
        with self._lock:
            columns = self._batches.setdefault(key, OrderedDict())
            self._batches.move_to_end(key)
            while len(self._batches) > BATCHES_KEPT:
                self._batches.popitem(last=False)
            known = columns.get(name)
        whole, rest = trend.scans_from(name, 0 if known is None else len(known))
        found = Extremes.of(*whole) if known is None else known.then(whole)
        with self._lock:
            columns[name] = found
            columns.move_to_end(name)
            while len(columns) > COLUMNS_KEPT:
                columns.popitem(last=False)
        return found.then(rest)
