"""What the coating model is asked, checked: every number finite and bounded on both sides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

from controller.core.coating.shell import Basis, mass_ratio, volume_ratio
from controller.errors import InputError


@dataclass(frozen=True, slots=True)
class Range:
    """The allowed values of one number, both ends included."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()


RANGES: Final[Mapping[str, Range]] = MappingProxyType(
    {
        "sse_wt_percent": Range(0.1, 50.0, "wt%"),
        "d50_um": Range(1.0, 50.0, "um"),
        "core_density_g_cm3": Range(0.5, 10.0, "g/cm3"),
        "shell_density_g_cm3": Range(0.5, 10.0, "g/cm3"),
        "solid_fraction": Range(0.2, 1.0, ""),
        "coverage": Range(0.05, 1.0, ""),
        "attached_fraction": Range(0.01, 1.0, ""),
        "d10_um": Range(0.1, 50.0, "um"),
        "d90_um": Range(1.0, 200.0, "um"),
        "guest_exponent": Range(2.0, 3.0, ""),
        "bet_m2_g": Range(0.01, 20.0, "m2/g"),
        "sse_d50_um": Range(0.05, 20.0, "um"),
        "flattening": Range(1.0, 20.0, ""),
        "thickness_nm": Range(0.001, 1e6, "nm"),
    }
)


def require_in_range(name: str, value: float, *, where: str = "") -> None:
    """Refuse a value outside `RANGES[name]`; NaN and infinities are outside of every range.

    The InputError names `where`, or else `name`.
    """
    allowed = RANGES[name]
    if allowed.low <= value <= allowed.high:
        return
    problem = "is out of range" if math.isfinite(value) else "is not a finite number"
    shown = f"{value:.12g} {allowed.unit}".rstrip()
    raise InputError(f"{shown} {problem}", where=where or name, do=f"Allowed is {allowed}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSigma:
    """One standard deviation of each input, in the unit of that input (wt% in points)."""

    d50_um: float = 0.0
    sse_wt_percent: float = 0.0
    core_density_g_cm3: float = 0.0
    shell_density_g_cm3: float = 0.0
    solid_fraction: float = 0.0
    coverage: float = 0.0
    attached_fraction: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            high = RANGES[field.name].high
            if not 0.0 <= getattr(self, field.name) <= high:
                raise InputError(
                    "the standard deviation is out of range",
                    where=f"sigma.{field.name}",
                    do=f"Allowed is 0 to {high:g}.",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellInputs:
    """One core powder and what is to go on it. The optional ones add to the answer when given.

    `solid_fraction` is 1 for a dense shell, `coverage` the covered fraction of the surface,
    `attached_fraction` the share of the charged electrolyte that ends on the cores. `flattening`
    is how much larger the footprint of a smeared guest is than that of a rigid sphere.
    `guest_exponent` k says how the electrolyte shares out over core sizes, mass ~ D^k: 2 by
    area, 3 by mass (the default 2 is assumed). Raises InputError that names the parameter.
    """

    sse_wt_percent: float
    basis: Basis
    d50_um: float
    core_density_g_cm3: float
    shell_density_g_cm3: float
    solid_fraction: float = 1.0
    coverage: float = 1.0
    attached_fraction: float = 1.0
    d10_um: float | None = None
    d90_um: float | None = None
    guest_exponent: float = 2.0
    bet_m2_g: float | None = None
    sse_d50_um: float | None = None
    flattening: float = 1.0
    sigma: LotSigma | None = None
    core_density_origin: str = ""
    shell_density_origin: str = ""
    solid_fraction_origin: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in RANGES and value is not None:
                require_in_range(field.name, value)
        self._check_sizes()

    def _check_sizes(self) -> None:
        if (self.d10_um is None) != (self.d90_um is None):
            missing = "d10_um" if self.d10_um is None else "d90_um"
            raise InputError(
                "one of D10 and D90 is missing", where=missing, do="Give both, or neither."
            )
        if self.d10_um is None or self.d90_um is None:
            return
        if not self.d10_um <= self.d50_um <= self.d90_um:
            raise InputError(
                f"D10 {self.d10_um:g}, D50 {self.d50_um:g} and D90 {self.d90_um:g} um"
                " are not in ascending order",
                where="d10_um",
                do="Allowed is D10 <= D50 <= D90.",
            )

    @property
    def mass_ratio(self) -> float:
        """Mass of charged electrolyte per mass of core powder."""
        return mass_ratio(self.sse_wt_percent, self.basis)

    @property
    def charged_volume_ratio(self) -> float:
        """Solid volume of all charged electrolyte per volume of core."""
        return volume_ratio(self.mass_ratio, self.core_density_g_cm3, self.shell_density_g_cm3)

    @property
    def volume_ratio(self) -> float:
        """Solid volume of the attached electrolyte per volume of core."""
        return self.attached_fraction * self.charged_volume_ratio

    @property
    def filling(self) -> float:
        """Solid fraction times coverage."""
        return self.solid_fraction * self.coverage
