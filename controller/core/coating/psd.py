"""Cores of many sizes: who gets how thick a shell.

`q3` is the share of the core volume (or mass) in each size class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.coating.shell import concentric_nm, shell_volume_ratio, thin_limit_nm
from controller.errors import InputError

Z90 = 1.2815515655446004  # standard normal quantile of 0.9
TAIL_SIGMAS = 6.0
STEPS_PER_SIGMA = 4
NEWTON_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class SizeDistribution:
    """Core sizes in um and the volume share of each class; the shares add up to 1.

    Raises InputError for classes that are empty, unequal in number, or not positive and finite.
    """

    core_um: tuple[float, ...]
    q3: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.core_um or len(self.core_um) != len(self.q3):
            raise InputError(
                f"{len(self.core_um)} sizes and {len(self.q3)} shares",
                where="q3",
                do="Give at least one size, and one share for each.",
            )
        if not all(0.0 < d < math.inf for d in self.core_um):
            raise InputError(
                "a core size is not a positive number", where="core_um", do="Give sizes above 0 um."
            )
        if not all(0.0 <= q <= 1.0 for q in self.q3) or abs(math.fsum(self.q3) - 1.0) > 1e-6:
            raise InputError(
                "the shares do not add up to 1", where="q3", do="Give shares of 0 to 1, sum 1."
            )

    @property
    def d32_um(self) -> float:
        """Sauter mean diameter (volume over surface)."""
        return 1.0 / math.fsum(q / d for q, d in zip(self.q3, self.core_um, strict=True))

    @property
    def d43_um(self) -> float:
        """Volume-weighted mean diameter."""
        return math.fsum(q * d for q, d in zip(self.q3, self.core_um, strict=True))


def sigma_from_span(span: float) -> float:
    """Width s of the lognormal distribution with this span (D90 - D10)/D50."""
    return math.asinh(0.5 * span) / Z90


def sigma_from_percentiles(d10_um: float, d90_um: float) -> float:
    """Width s of the lognormal distribution through D10 and D90."""
    return math.log(d90_um / d10_um) / (2.0 * Z90)


def lognormal(d50_um: float, sigma: float) -> SizeDistribution:
    """Size classes of a lognormal volume distribution about the median `d50_um`.

    The mean diameters come out as Hatch and Choate have them: D32 = D50 exp(-s^2/2) and
    D43 = D50 exp(+s^2/2).
    """
    if sigma == 0.0:
        return SizeDistribution((d50_um,), (1.0,))
    half = round(TAIL_SIGMAS * STEPS_PER_SIGMA)
    z = [i / STEPS_PER_SIGMA for i in range(-half, half + 1)]
    weights = [math.exp(-0.5 * a * a) for a in z]
    total = math.fsum(weights)
    return SizeDistribution(
        tuple(d50_um * math.exp(sigma * a) for a in z), tuple(w / total for w in weights)
    )


def uniform_thickness_nm(ratio: float, sizes: SizeDistribution, filling: float = 1.0) -> float:
    """The one thickness that all cores get when the surface limits the coating.

    Solves sum(q3 * ((1 + 2t/D)^3 - 1)) = ratio/filling. Newton from the thin limit, which lies
    above the root of this convex function, so every round comes closer from above.
    """
    wanted = ratio / filling
    t_nm = thin_limit_nm(ratio, sizes.d32_um, filling)
    for _ in range(NEWTON_ROUNDS):
        step = (_mean_shell_ratio(t_nm, sizes) - wanted) / _mean_shell_slope(t_nm, sizes)
        t_nm -= step
        if abs(step) <= 1e-12 * t_nm:
            break
    return t_nm


def _mean_shell_ratio(t_nm: float, sizes: SizeDistribution) -> float:
    return math.fsum(
        q * shell_volume_ratio(t_nm, d) for q, d in zip(sizes.q3, sizes.core_um, strict=True)
    )


def _mean_shell_slope(t_nm: float, sizes: SizeDistribution) -> float:
    return math.fsum(
        q * 3.0 * (1.0 + t_nm / (500.0 * d)) ** 2 / (500.0 * d)
        for q, d in zip(sizes.q3, sizes.core_um, strict=True)
    )


def class_thickness_nm(
    ratio: float,
    sizes: SizeDistribution,
    at_um: Sequence[float],
    guest_exponent: float,
    filling: float = 1.0,
) -> tuple[float, ...]:
    """Thickness on cores of the sizes `at_um` when guest mass per core goes as D^guest_exponent.

    3 gives each core the same mass fraction, so thickness goes as size; 2 shares out by area.
    """
    power = guest_exponent - 3.0
    mean = math.fsum(q * d**power for q, d in zip(sizes.q3, sizes.core_um, strict=True))
    return tuple(concentric_nm(ratio * d**power / mean, d, filling) for d in at_um)


@dataclass(frozen=True, slots=True)
class ClassThickness:
    """Shell thickness on the cores of size D10, D50 and D90."""

    d10_nm: float
    d50_nm: float
    d90_nm: float


@dataclass(frozen=True, slots=True)
class SizeBand:
    """What the size distribution does to the thickness, from area-limited to mass-proportional."""

    uniform_nm: float
    guest_exponent: float
    by_exponent: ClassThickness
    by_mass: ClassThickness


def size_band(
    ratio: float,
    d10_um: float,
    d50_um: float,
    d90_um: float,
    guest_exponent: float,
    filling: float = 1.0,
) -> SizeBand:
    """The band for a lognormal distribution with this median and the width of D10 and D90."""
    sizes = lognormal(d50_um, sigma_from_percentiles(d10_um, d90_um))
    at_um = (d10_um, d50_um, d90_um)
    return SizeBand(
        uniform_thickness_nm(ratio, sizes, filling),
        guest_exponent,
        ClassThickness(*class_thickness_nm(ratio, sizes, at_um, guest_exponent, filling)),
        ClassThickness(*class_thickness_nm(ratio, sizes, at_um, 3.0, filling)),
    )
