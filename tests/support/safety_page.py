"""The generated parts of docs/safety.md: the matrix, the alarm texts, and the permissives.

Run as a script (`make docs` does) it writes them into the page.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from controller.core.batch import Batch
from controller.core.equipment import Equipment
from controller.core.interlocks import matrix_for
from controller.core.limits import limits_for
from controller.core.matrix.table import arms, cause_and_effect, conditions, responses
from controller.core.permissives import (
    go_on_permissives,
    reset_permissives,
    start_permissives,
    unlock_permissives,
)
from controller.core.recipe import Recipe
from controller.core.signals import SIGNAL_COUNT, Image, Quality
from controller.core.state import ScanState, initial_state
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from sim.world import nominal_charge

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "safety.md"
BLOCK = re.compile(r"(<!-- made by `make docs`: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

# What a condition needs does not depend on what is measured.
ANY_IMAGE = Image([1.0] * SIGNAL_COUNT, [Quality.GOOD] * SIGNAL_COUNT, [0.0] * SIGNAL_COUNT)


def parts() -> dict[str, list[str]]:
    """The lines of each generated part, for the lab mill with recipe bm-05 loaded."""
    lab = load_plant(ROOT / "deploy" / "lab-0.5l.toml").equipment
    state = in_mid_batch(lab, load_recipe(ROOT / "recipes" / "bm-05.toml", lab))
    limits = limits_for(lab, None)
    return {
        "matrix": cause_and_effect(limits),
        "arms": arms(),
        "responses": responses(limits),
        "start": conditions(start_permissives(state, ANY_IMAGE)),
        "go-on": conditions(go_on_permissives(state, ANY_IMAGE)),
        "unlock": conditions(unlock_permissives(state, ANY_IMAGE)),
        "reset": conditions(reset_permissives(state, ANY_IMAGE)),
    }


def in_mid_batch(lab: Equipment, recipe: Recipe) -> ScanState:
    """A charged batch that holds purge credit and is at its first mill phase."""
    batch = Batch("B", recipe, "operator", lab, charge=nominal_charge(recipe))
    state = initial_state(lab)
    return replace(
        state,
        matrix=matrix_for(lab, recipe.atmosphere),
        batch=batch,
        position=replace(state.position, index=batch.first_mill),
        watch=replace(state.watch, credit=True),
    )


def current(text: str) -> str:
    """`text` with each generated part replaced by what the code says now."""
    made = parts()
    return BLOCK.sub(lambda block: f"{block[1]}{chr(10).join(made[block[2]])}\n{block[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
