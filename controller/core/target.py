"""What shell a recipe aims at, in the words of the coating model."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from controller.core.coating import ShellInputs, target_thickness
from controller.core.recipe import Recipe


def shell_inputs(recipe: Recipe) -> ShellInputs:
    """The recipe's powders as inputs of the shell model: full coverage, all electrolyte attached.

    What a run really attaches and covers is not known beforehand; it is measured afterwards.
    """
    core, sse = recipe.core, recipe.sse
    return ShellInputs(
        sse_wt_percent=sse.wt_percent,
        basis=sse.basis,
        d50_um=core.d50_um,
        d10_um=core.d10_um,
        d90_um=core.d90_um,
        core_density_g_cm3=core.density_g_cm3,
        shell_density_g_cm3=sse.density_g_cm3,
        solid_fraction=sse.solid_fraction,
        sse_d50_um=sse.particle_d50_um,
        core_density_origin=core.density_origin,
        shell_density_origin=sse.density_origin,
        solid_fraction_origin=sse.solid_fraction_origin,
    )


def thickness_json(recipe: Recipe) -> dict[str, Any]:
    """The target shell of a recipe with its band and everything it assumes, as pages get it."""
    inputs = shell_inputs(recipe)
    found = target_thickness(inputs)
    return {
        "dense_nm": found.dense_nm,
        "apparent_nm": found.apparent_nm,
        "thin_limit_nm": found.thin_limit_nm,
        "solid_fraction": inputs.solid_fraction,
        "assumptions": list(found.assumptions),
        "band_nm": None if found.band is None else asdict(found.band),
    }
