"""The published thickness, put in this model's terms. Never a result of this model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from controller.core.coating.inputs import ShellInputs
from controller.core.coating.shell import Basis, shell_volume_ratio
from controller.core.constants import (
    LPSCL_DENSITY,
    NMC811_DENSITY,
    PAPER,
    PAPER_CALCULATED,
    PAPER_CORE_D50,
    PAPER_MEASURED,
    PAPER_SSE_CONTENT,
)

D50_AROUND_UM: Final = (12.0, 14.0)

# The paper states 5 wt% on 13 um; basis and densities are not stated there and are assumed.
PAPER_INPUTS: Final = ShellInputs(
    sse_wt_percent=PAPER_SSE_CONTENT.value,
    basis=Basis.TOTAL,
    d50_um=PAPER_CORE_D50.value,
    core_density_g_cm3=NMC811_DENSITY.value,
    shell_density_g_cm3=LPSCL_DENSITY.value,
)


@dataclass(frozen=True, slots=True)
class PaperReference:
    """The paper's two thicknesses and the solid fraction x coverage that each corresponds to."""

    calculated_nm: float
    calculated_filling: float
    measured_nm: float
    measured_filling: float
    text: str


def filling_for(thickness_nm: float, inputs: ShellInputs) -> float:
    """Solid fraction x coverage at which these inputs make a shell of this thickness."""
    return inputs.volume_ratio / shell_volume_ratio(thickness_nm, inputs.d50_um)


def paper_reference(inputs: ShellInputs = PAPER_INPUTS) -> PaperReference | None:
    """The paper's figures in terms of these inputs' content, basis, core size and densities.

    None unless the inputs are near the paper's own: 5 wt% on a core of 12 to 14 um.
    """
    low, high = D50_AROUND_UM
    same_content = math.isclose(inputs.sse_wt_percent, PAPER_SSE_CONTENT.value, rel_tol=1e-9)
    if not (same_content and low <= inputs.d50_um <= high):
        return None
    calculated = filling_for(PAPER_CALCULATED.value, inputs)
    measured = filling_for(PAPER_MEASURED.value, inputs)
    text = (
        f"{PAPER} states {PAPER_CALCULATED.value:g} nm (calculated) and about"
        f" {PAPER_MEASURED.value:g} nm (measured) for 5 wt% on 13 um. In this model, with these"
        f" inputs, {PAPER_CALCULATED.value:g} nm corresponds to solid fraction x coverage ="
        f" {calculated:.3f} and {PAPER_MEASURED.value:g} nm to {measured:.3f}. Neither is a result"
        " of this model."
    )
    return PaperReference(PAPER_CALCULATED.value, calculated, PAPER_MEASURED.value, measured, text)
