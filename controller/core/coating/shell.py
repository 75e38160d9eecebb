"""The shell on one sphere: thickness from mass conservation, its limits, and the way back.

Bare formulas on plain floats; `ShellInputs` is where values are checked. `filling` is the product
of the shell's solid fraction and the covered fraction of the surface: the same solid makes a
thicker shell when the shell is porous or leaves part of the core bare.
"""

from __future__ import annotations

import math
from enum import Enum, unique

NM_PER_UM = 1000.0
CM3_PER_M3 = 1e6


@unique
class Basis(Enum):
    """What a weight percentage is a percentage of."""

    TOTAL = "total"
    PER_CAM = "per_cam"


def mass_ratio(sse_wt_percent: float, basis: Basis) -> float:
    """Mass of electrolyte per mass of core powder."""
    w = sse_wt_percent / 100.0
    return w / (1.0 - w) if basis is Basis.TOTAL else w


def wt_percent(sse_mass_ratio: float, basis: Basis) -> float:
    """The weight percentage on `basis` of an electrolyte-to-core mass ratio."""
    x = sse_mass_ratio
    return 100.0 * (x / (1.0 + x) if basis is Basis.TOTAL else x)


def volume_ratio(
    sse_mass_ratio: float,
    core_density_g_cm3: float,
    shell_density_g_cm3: float,
    attached_fraction: float = 1.0,
) -> float:
    """Solid volume of the shell per volume of core."""
    return attached_fraction * sse_mass_ratio * core_density_g_cm3 / shell_density_g_cm3


def concentric_nm(ratio: float, core_um: float, filling: float = 1.0) -> float:
    """Thickness of a concentric shell that holds `ratio` core volumes of solid.

    With part of the surface bare this is the thickness on the covered part, each patch taken as a
    piece of a full shell: exact while the shell is thin.
    """
    growth = math.expm1(math.log1p(ratio / filling) / 3.0)
    return 0.5 * core_um * NM_PER_UM * growth


def thin_limit_nm(ratio: float, core_um: float, filling: float = 1.0) -> float:
    """The same for a flat surface: for checks only, it overestimates by about thickness/radius."""
    return ratio * core_um * NM_PER_UM / (6.0 * filling)


def shell_volume_ratio(thickness_nm: float, core_um: float) -> float:
    """Volume of a full concentric shell per volume of core: the inverse of `concentric_nm`."""
    growth = 2.0 * thickness_nm / (core_um * NM_PER_UM)
    return math.expm1(3.0 * math.log1p(growth))


def bet_thickness_nm(
    sse_mass_ratio: float, shell_density_g_cm3: float, solid_fraction: float, bet_m2_g: float
) -> float:
    """Thickness if the shell followed every crevice of a core with this BET surface.

    A lower bound: a dry coat bridges the crevices of a polycrystalline particle.
    """
    shell_m3_per_g = sse_mass_ratio / (shell_density_g_cm3 * solid_fraction * CM3_PER_M3)
    return shell_m3_per_g / bet_m2_g * 1e9


def smooth_sphere_bet_m2_g(core_density_g_cm3: float, core_um: float) -> float:
    """Specific surface of smooth spheres of one size."""
    return 6.0 / (core_density_g_cm3 * core_um)
