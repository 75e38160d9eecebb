"""What an author sees beside the text: its faults, or what the recipe would do and make."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from controller.core.coating import (
    Basis,
    LotSigma,
    ShellInputs,
    paper_reference,
    sse_wt_percent_for,
    target_thickness,
)
from controller.core.constants import (
    PAPER,
    PAPER_CALCULATED,
    PAPER_CORE_D50,
    PAPER_MEASURED,
    PAPER_SSE_CONTENT,
)
from controller.core.recipe_profile import recipe_profile
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import parse_recipe
from controller.errors import InputError, RecipeError
from controller.packaged import packaged_file, packaged_names
from hmi.recipes import recipe_summary

Json = dict[str, Any]
CURVE_WT: Final = tuple(0.5 * step for step in range(1, 41))
PAPER_WT: Final = (3.0, 5.0, 10.0)
PUBLISHED: Final = {
    "source": PAPER,
    "wt_percent": PAPER_SSE_CONTENT.value,
    "d50_um": PAPER_CORE_D50.value,
    "calculated_nm": PAPER_CALCULATED.value,
    "measured_nm": PAPER_MEASURED.value,
}


def plants() -> list[str]:
    """The plant files that a recipe can be tried on."""
    return sorted(name for name in packaged_names("deploy") if name.endswith(".toml"))


def checked(toml: str, plant_name: str) -> Json:
    """The faults of the text with their lines, or its preview, by the code that reads all recipes.

    Raises InputError for a plant file that is not there.
    """
    if plant_name not in plants():
        raise InputError("there is no such plant file", where="plant", do="Choose from the list.")
    plant = load_plant(packaged_file("deploy", plant_name))
    try:
        recipe = parse_recipe(toml.encode(), "recipe", plant.equipment)
    except RecipeError as error:
        faults = [{"line": f.line, "key": f.key, "message": f.message} for f in error.faults]
        return {"faults": faults, "preview": None}
    profile = recipe_profile(recipe, plant.equipment)
    return {
        "faults": [],
        "preview": recipe_summary(recipe)
        | {
            "plant": plant.id,
            "spans": [asdict(span) for span in profile.spans],
            "rotor": [list(corner) for corner in profile.rotor],
            "duration_s": profile.duration_s,
            "argon_l": profile.argon_l,
        },
    }


def shell(values: Json, target_nm: float | None) -> Json:
    """The shell of these inputs, what content would make `target_nm`, and thickness over content.

    `published` is what the publication says of its own powder, whatever these inputs are.

    Raises InputError that names the value that is out of range.
    """
    inputs = _inputs(values)
    found = target_thickness(inputs)
    paper = paper_reference(inputs)
    told: Json = {
        "dense_nm": found.dense_nm,
        "apparent_nm": found.apparent_nm,
        "thin_limit_nm": found.thin_limit_nm,
        "band_nm": None if found.band is None else asdict(found.band),
        "sigma_nm": found.sigma_nm,
        "coverage": None if found.coverage is None else asdict(found.coverage),
        "assumptions": list(found.assumptions),
        "paper": None if paper is None else asdict(paper),
        "published": PUBLISHED,
        "paper_wt_percent": list(PAPER_WT),
        "curve": [_at(values, wt) for wt in CURVE_WT],
    }
    if target_nm is not None:
        told["target"] = _inverse(inputs, target_nm)
    return told


def _inputs(values: Json) -> ShellInputs:
    sigma = values.get("sigma")
    return ShellInputs(
        **{
            **values,
            "basis": Basis(values["basis"]),
            "sigma": None if sigma is None else LotSigma(**sigma),
        }
    )


def _at(values: Json, wt_percent: float) -> Json:
    found = target_thickness(_inputs(values | {"sse_wt_percent": wt_percent}))
    band = found.band
    return {
        "wt_percent": wt_percent,
        "dense_nm": found.dense_nm,
        "apparent_nm": found.apparent_nm,
        "band_nm": None if band is None else asdict(band),
    }


def _inverse(inputs: ShellInputs, target_nm: float) -> Json:
    try:
        return {"wt_percent": sse_wt_percent_for(target_nm, inputs), "why": ""}
    except InputError as refused:
        return {"wt_percent": None, "why": refused.person_text}
