"""Many points as few, so that a picture of them keeps every peak: of each stretch the least and the
greatest, in the order in which they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def least_and_greatest(values: NDArray[Any], points: int) -> NDArray[np.intp]:
    """Indices of at most `points` of the values, rising: of each of points/2 stretches of equal
    length the least and the greatest. NaN and infinity count only where a stretch has nothing else.
    """
    count = len(values)
    if count <= points:
        return np.arange(count)
    stretches = max(points // 2, 1)
    length = -(-count // stretches)
    padded = np.full(length * stretches, np.nan, values.dtype)
    padded[:count] = values
    table = padded.reshape(stretches, length)
    unknown = ~np.isfinite(table)
    begins = np.arange(stretches) * length
    least = np.where(unknown, np.inf, table).argmin(axis=1) + begins
    greatest = np.where(unknown, -np.inf, table).argmax(axis=1) + begins
    found = np.unique(np.concatenate((least, greatest)))
    return found[found < count]
