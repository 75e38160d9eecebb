"""How much electrolyte a target shell takes, and whether its particles can cover the cores."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum, unique

from controller.core.coating import (
    guest_area_ratio,
    random_coverage,
    sse_wt_percent_for,
    target_thickness,
)
from controller.core.recipe import Recipe
from controller.core.target import shell_inputs
from controller.errors import InputError
from sim.parameters import CoatingParameters


@unique
class Target(Enum):
    """What the target thickness is of."""

    DENSE = "dense"
    APPARENT = "apparent"


@dataclass(frozen=True, slots=True)
class Reach:
    """What the target takes. `best_coverage` is the bound with all electrolyte attached and
    smeared as flat as the simulator's kinetics allow (assumed).
    """

    wt_percent: float
    dense_nm: float
    apparent_nm: float
    best_coverage: float


class NotReachable(InputError):
    """No schedule makes this shell; the text says why, and what would have to differ."""


def reach(
    recipe: Recipe,
    target_nm: float,
    target: Target,
    least_coverage: float,
    kinetics: CoatingParameters,
) -> Reach:
    """What `target_nm` takes on the powders of `recipe`.

    Raises NotReachable when it takes more electrolyte than allowed, or when particles of this
    size could not cover `least_coverage` of the cores.
    """
    inputs = shell_inputs(recipe)
    if target is Target.DENSE:
        inputs = replace(inputs, solid_fraction=1.0)
    try:
        wt_percent = sse_wt_percent_for(target_nm, inputs)
    except InputError as refused:
        raise NotReachable(refused.what, where="target thickness", do=refused.do) from refused
    inputs = replace(shell_inputs(recipe), sse_wt_percent=wt_percent)
    found = target_thickness(inputs)
    guest_um = recipe.sse.particle_d50_um
    area = guest_area_ratio(inputs.charged_volume_ratio, inputs.d50_um, guest_um)
    best = random_coverage(area, kinetics.smear_max)
    if best < least_coverage:
        needed = -math.log1p(-least_coverage) / kinetics.smear_max
        raise NotReachable(
            f"{wt_percent:.2f} wt% of {guest_um:g} um particles covers at most {best:.0%} of the"
            f" cores, {least_coverage:.0%} is asked for",
            where="coverage",
            do=f"It would take particles of {guest_um * area / needed:.2g} um or finer,"
            " a thicker shell, or less coverage.",
        )
    return Reach(wt_percent, found.dense_nm, found.apparent_nm, best)
