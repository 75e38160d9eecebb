"""How much gas a vessel holds beside its charge."""

from __future__ import annotations

from controller.core.coating import mass_ratio
from controller.core.recipe import CorePowder, Electrolyte


def free_volume_l(
    core: CorePowder, sse: Electrolyte, total_mass_g: float, vessel_l: float
) -> float:
    """Vessel less the solids of a charge mixed as the recipe says, from true densities."""
    core_g = total_mass_g / (1.0 + mass_ratio(sse.wt_percent, sse.basis))
    sse_g = total_mass_g - core_g
    solids_cm3 = core_g / core.density_g_cm3 + sse_g / sse.density_g_cm3
    return vessel_l - solids_cm3 / 1000.0
