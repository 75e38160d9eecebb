"""How thick a shell a given charge makes: mass conservation, and how far it can be trusted.

`target_thickness` answers the usual question from one `ShellInputs`; the formulas beneath it are
public for those who need a single one.
"""

from controller.core.coating.coverage import (
    CoverageEstimate,
    RunEstimate,
    guest_area_ratio,
    monolayer_wt_percent,
    random_coverage,
    run_estimate,
)
from controller.core.coating.inputs import RANGES, LotSigma, Range, ShellInputs, require_in_range
from controller.core.coating.paper import PaperReference, paper_reference
from controller.core.coating.psd import (
    ClassThickness,
    SizeBand,
    SizeDistribution,
    class_thickness_nm,
    lognormal,
    sigma_from_percentiles,
    sigma_from_span,
    size_band,
    uniform_thickness_nm,
)
from controller.core.coating.result import Thickness, sse_wt_percent_for, target_thickness
from controller.core.coating.section import (
    Section,
    plane_thickness_nm,
    section_thickness_nm,
    true_thickness_nm,
)
from controller.core.coating.shell import (
    Basis,
    bet_thickness_nm,
    concentric_nm,
    mass_ratio,
    shell_volume_ratio,
    smooth_sphere_bet_m2_g,
    thin_limit_nm,
    volume_ratio,
    wt_percent,
)
from controller.core.coating.uncertainty import thickness_sigma_nm

__all__ = [
    "RANGES",
    "Basis",
    "ClassThickness",
    "CoverageEstimate",
    "LotSigma",
    "PaperReference",
    "Range",
    "RunEstimate",
    "Section",
    "ShellInputs",
    "SizeBand",
    "SizeDistribution",
    "Thickness",
    "bet_thickness_nm",
    "class_thickness_nm",
    "concentric_nm",
    "guest_area_ratio",
    "lognormal",
    "mass_ratio",
    "monolayer_wt_percent",
    "paper_reference",
    "plane_thickness_nm",
    "random_coverage",
    "require_in_range",
    "run_estimate",
    "section_thickness_nm",
    "shell_volume_ratio",
    "sigma_from_percentiles",
    "sigma_from_span",
    "size_band",
    "smooth_sphere_bet_m2_g",
    "sse_wt_percent_for",
    "target_thickness",
    "thickness_sigma_nm",
    "thin_limit_nm",
    "true_thickness_nm",
    "uniform_thickness_nm",
    "volume_ratio",
    "wt_percent",
]
