"""Where the runs of a study lie among all that could be: one table of shares, made at once.

The table depends on the seed and its size alone, so a study gives the same numbers with any number
of workers, and after it was killed and went on.
"""

from __future__ import annotations

from enum import Enum, unique

from numpy import float64
from numpy.typing import NDArray


@unique
class Sampler(Enum):
    """How the shares are spread."""

    LATIN_HYPERCUBE = "lhs"
    SOBOL = "sobol"


def shares(sampler: Sampler, runs: int, count: int, seed: int) -> NDArray[float64]:
    """Shares in [0, 1), shape (`runs`, `count`): a row for each run, a column for each number.

    Sobol' points are drawn up to the next power of two, as their evenness needs it, and the first
    `runs` of them are used.
    """
    from scipy.stats import qmc  # as late as can be: it takes most of a second to import

    table: NDArray[float64]
    if sampler is Sampler.SOBOL:
        sobol = qmc.Sobol(count, scramble=True, rng=seed)
        table = sobol.random_base2(max(1, (runs - 1).bit_length()))[:runs]
    else:
        table = qmc.LatinHypercube(count, rng=seed).random(runs)
    return table
