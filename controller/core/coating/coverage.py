"""How much of the surface the guest particles can cover, and the shell while it grows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from controller.core.coating.inputs import ShellInputs, require_in_range
from controller.core.coating.shell import concentric_nm
from controller.errors import InputError


@dataclass(frozen=True, slots=True)
class CoverageEstimate:
    """Projected area of all guests per core surface, and the random coverage it makes."""

    guest_area_ratio: float
    random_coverage: float


def guest_area_ratio(charged_volume_ratio: float, core_um: float, guest_um: float) -> float:
    """Projected area of all charged guest spheres per surface of the core.

    From the charged volume, not the attached one: what is attached enters in `random_coverage`.
    """
    return charged_volume_ratio * core_um / (4.0 * guest_um)


def random_coverage(
    area_ratio: float, flattening: float = 1.0, attached_fraction: float = 1.0
) -> float:
    """Covered fraction of the surface when footprints fall at random and may overlap."""
    return -math.expm1(-area_ratio * flattening * attached_fraction)


def monolayer_wt_percent(
    core_um: float, core_density_g_cm3: float, guest_um: float, guest_density_g_cm3: float
) -> float:
    """Guest content, in wt% of the total, of one closed layer of rigid spheres on each core."""
    guests = 4.0 * (core_um + guest_um) ** 2 / guest_um**2
    guest_mass = guests * guest_um**3 * guest_density_g_cm3
    return 100.0 * guest_mass / (core_um**3 * core_density_g_cm3 + guest_mass)


@dataclass(frozen=True, slots=True)
class RunEstimate:
    """The shell while it grows: an estimate, not a measurement.

    `local_nm` is the thickness where there is shell, `mean_nm` the same solid spread over the
    whole surface.
    """

    coverage: float
    local_nm: float
    mean_nm: float


def run_estimate(inputs: ShellInputs, attached_fraction: float, flattening: float) -> RunEstimate:
    """The shell at this attached fraction (0 to 1) and flattening (1 or more) of the guests.

    Coverage comes from the guests, so `inputs.coverage` is left out, and `inputs.solid_fraction`
    must not be one calibrated together with a coverage. Needs `inputs.sse_d50_um`.
    """
    if inputs.sse_d50_um is None:
        raise InputError(
            "the electrolyte's particle size is missing", where="sse_d50_um", do="Give its D50."
        )
    if not 0.0 <= attached_fraction <= 1.0:
        raise InputError(
            f"{attached_fraction:g} is out of range",
            where="attached_fraction",
            do="Allowed is 0 to 1.",
        )
    require_in_range("flattening", flattening)
    volume = inputs.charged_volume_ratio
    area = guest_area_ratio(volume, inputs.d50_um, inputs.sse_d50_um)
    coverage = random_coverage(area, flattening, attached_fraction)
    if coverage > 0.0:
        covered_volume = attached_fraction * volume / coverage
    else:  # the first guests: one footprint thick
        covered_volume = volume / (area * flattening)
    phi = inputs.solid_fraction
    return RunEstimate(
        coverage,
        concentric_nm(covered_volume, inputs.d50_um, phi),
        concentric_nm(attached_fraction * volume, inputs.d50_um, phi),
    )
