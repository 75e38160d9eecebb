"""What an image of a cut particle shows of its shell, and the way back.

A cut that misses the center runs through the shell at a slant and shows it too thick. Cuts are
taken through the core; those that touch the shell alone are left out.
"""

from __future__ import annotations

import math
from enum import Enum, unique

from controller.core.coating.inputs import require_in_range
from controller.core.coating.shell import NM_PER_UM

BISECTIONS = 200


@unique
class Section(Enum):
    """How the imaged plane lies: through the center, or anywhere (mean, or median, of many)."""

    EQUATORIAL = "equatorial"
    RANDOM = "random"
    RANDOM_MEDIAN = "random_median"


def plane_thickness_nm(thickness_nm: float, core_um: float, height_um: float) -> float:
    """Thickness seen in a plane at this distance (0 to the core radius) from the center."""
    inner = 0.5 * core_um * NM_PER_UM
    height = height_um * NM_PER_UM
    outer = inner + thickness_nm
    gained = thickness_nm * (inner + outer)
    seen_outer = math.sqrt(outer * outer - height * height)
    seen_inner = math.sqrt(max(0.0, inner * inner - height * height))
    return gained / (seen_outer + seen_inner)


def section_thickness_nm(thickness_nm: float, core_um: float, section: Section) -> float:
    """Thickness that an image shows of a shell that is `thickness_nm` thick."""
    if section is Section.EQUATORIAL:
        return thickness_nm
    if section is Section.RANDOM_MEDIAN:
        return plane_thickness_nm(thickness_nm, core_um, 0.25 * core_um)
    return _random_mean_nm(thickness_nm, core_um)


def _random_mean_nm(thickness_nm: float, core_um: float) -> float:
    r = 0.5 * core_um * NM_PER_UM
    outer = r + thickness_nm
    tangent = math.sqrt(thickness_nm * (r + outer))
    circle = 0.5 * (r * tangent + outer * outer * math.atan2(r, tangent))
    return (circle - 0.25 * math.pi * r * r) / r


def true_thickness_nm(apparent_nm: float, core_um: float, section: Section) -> float:
    """Shell thickness behind the thickness `apparent_nm` of an image.

    Raises InputError for a thickness or core size that is not finite or out of range.
    """
    require_in_range("thickness_nm", apparent_nm, where="apparent_nm")
    require_in_range("d50_um", core_um, where="core_um")
    low, high = 0.0, apparent_nm  # a slanted cut never shows the shell thinner than it is
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if section_thickness_nm(middle, core_um, section) < apparent_nm:
            low = middle
        else:
            high = middle
        if high - low <= 1e-12 * high:
            break
    return 0.5 * (low + high)
