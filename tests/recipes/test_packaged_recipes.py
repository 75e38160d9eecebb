"""The recipes that come with blademill are sound for the lab mill and say what they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from recipe_texts import LAB, ROOT

from controller.core.constants import LPSCL_DENSITY, NMC811_DENSITY, PAPER_CORE_D50
from controller.core.recipe import MillPulse
from controller.core.recipe_rules import LIMITS
from controller.core.recipe_time import ramp_s
from controller.core.states import State
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from controller.packaged import packaged_dir
from sim.dryrun import dry_run

PATHS = sorted((ROOT / "recipes").glob("*.toml"))
CONTENT = {"bm-03": 3.0, "bm-05": 5.0, "bm-10": 10.0}


def test_they_are_the_packaged_ones() -> None:
    assert packaged_dir("recipes") == ROOT / "recipes"
    assert {path.stem for path in PATHS} == {*CONTENT, "training"}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_is_sound_for_the_lab_mill(path: Path) -> None:
    assert load_recipe(path, LAB).id.lower() == path.stem


@pytest.mark.parametrize(("name", "wt_percent"), CONTENT.items())
def test_the_examples_have_the_published_powder_and_mark_the_rest(
    name: str, wt_percent: float
) -> None:
    path = ROOT / "recipes" / f"{name}.toml"
    recipe = load_recipe(path, LAB)
    assert recipe.sse.wt_percent == wt_percent
    assert recipe.core.d50_um == PAPER_CORE_D50.value
    assert recipe.core.density_g_cm3 == NMC811_DENSITY.value
    assert recipe.sse.density_g_cm3 == LPSCL_DENSITY.value
    assert recipe.sse.solid_fraction == 0.5956
    assert "516 nm corresponds to" in recipe.sse.solid_fraction_origin
    assert "not measured" in recipe.sse.solid_fraction_origin
    assert "examples; the publication gives none" in recipe.note
    assert "It gives no speed, time, charge" in path.read_text()


@pytest.mark.parametrize("name", CONTENT)
def test_the_examples_stay_inside_the_limits(name: str) -> None:
    """Dry powder, pulses and a milling sweep keep H2S and heat below what warns or trips."""
    recipe = load_recipe(ROOT / "recipes" / f"{name}.toml", LAB)
    assert recipe.core.water_ppm <= 20.0
    mills = [phase for phase in recipe.phases if isinstance(phase, MillPulse)]
    assert mills
    for mill in mills:
        assert mill.argon_flow_slpm >= 2.0
        assert mill.powder_high_c < 50.0
        assert ramp_s(mill) < mill.on_s


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_runs_to_its_end_in_the_time_that_the_folder_says(path: Path) -> None:
    done = dry_run(load_recipe(path, LAB), load_plant(ROOT / "deploy" / "lab-0.5l.toml"))
    assert done.outcome is State.COMPLETE
    assert done.peaks.powder_c < LIMITS.powder_warn_c
    assert done.peaks.o2_ppm_while_spinning < LIMITS.o2_warn_ppm
    assert done.peaks.h2o_ppm_while_spinning < LIMITS.h2o_warn_ppm
    assert (done.duration_s < 600.0) == (path.stem == "training")
    readme = (ROOT / "recipes" / "README.md").read_text()
    said_min = re.search(rf"`{path.stem}` .* (\d+) min", readme)
    assert said_min and float(said_min[1]) == pytest.approx(done.duration_s / 60.0, abs=2.0)


def test_the_folder_describes_each_of_them() -> None:
    text = (ROOT / "recipes" / "README.md").read_text()
    assert all(f"`{path.stem}`" in text for path in PATHS)
