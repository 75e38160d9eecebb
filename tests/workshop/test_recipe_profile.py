"""What an author sees of a recipe before it runs, against what the dry run does."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from pagesite import Site, run

from controller.core.argon import expected_argon_l
from controller.core.recipe_profile import recipe_profile
from controller.core.roles import Role
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from controller.errors import InputError
from hmi.workshop.preview import checked, plants, shell
from sim.dryrun import dry_run

ROOT = Path(__file__).parents[2]
PLANT = load_plant(ROOT / "deploy" / "lab-0.5l.toml")
NAMES = ["training", "bm-03", "bm-05", "bm-10"]


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_whole_and_its_corners_are_in_order(name: str) -> None:
    recipe = load_recipe(ROOT / "recipes" / f"{name}.toml", PLANT.equipment)
    profile = recipe_profile(recipe, PLANT.equipment)
    assert [span.type for span in profile.spans] == [phase.type for phase in recipe.phases]
    assert all(a.end_s == b.begin_s for a, b in zip(profile.spans, profile.spans[1:], strict=False))
    times = [t_s for t_s, _ in profile.rotor]
    assert times == sorted(times)
    top = max(phase.rotor_rpm for phase in recipe.phases if hasattr(phase, "rotor_rpm"))
    assert max(rpm for _, rpm in profile.rotor) == pytest.approx(top)
    assert profile.rotor[-1][1] == 0.0
    assert profile.argon_l == pytest.approx(expected_argon_l(recipe, PLANT.equipment))


def test_the_profile_s_pulses_make_the_revolutions_of_the_dry_run() -> None:
    recipe = load_recipe(ROOT / "recipes" / "training.toml", PLANT.equipment)
    corners = recipe_profile(recipe, PLANT.equipment).rotor
    turns = sum((b[0] - a[0]) * (a[1] + b[1]) / 2.0 / 60.0 for a, b in itertools.pairwise(corners))
    assert turns == pytest.approx(dry_run(recipe, PLANT).totals["revolutions"], rel=0.03)


def test_a_sound_text_has_a_preview_and_a_wrong_one_its_faults_with_lines() -> None:
    text = (ROOT / "recipes" / "bm-05.toml").read_text(encoding="utf-8")
    sound = checked(text, "lab-0.5l.toml")
    assert sound["faults"] == []
    assert sound["preview"]["thickness"]["dense_nm"] == pytest.approx(316.7, abs=0.1)
    assert sound["preview"]["duration_s"] > 1_000.0
    wrong = checked(text.replace("wt_percent = 5.0", "wt_percent = 500.0"), "lab-0.5l.toml")
    assert wrong["preview"] is None
    line = 1 + text[: text.index("wt_percent = 5.0")].count("\n")
    assert [(f["line"], f["key"]) for f in wrong["faults"]] == [(line, "sse.wt_percent")]
    assert "lab-0.5l.toml" in plants()


def test_the_shell_of_some_inputs_its_inverse_and_its_curve_agree() -> None:
    values = {
        "sse_wt_percent": 5.0,
        "basis": "total",
        "d50_um": 13.0,
        "core_density_g_cm3": 4.78,
        "shell_density_g_cm3": 1.64,
        "sse_d50_um": 1.0,
    }
    told = shell(values, 316.7)
    assert told["dense_nm"] == pytest.approx(316.7, abs=0.1)
    assert told["target"]["wt_percent"] == pytest.approx(5.0, abs=0.01)
    assert told["paper"]["calculated_nm"] == 516.0
    at_5 = next(point for point in told["curve"] if point["wt_percent"] == 5.0)
    assert at_5["dense_nm"] == told["dense_nm"]
    assert shell(values, 9_000.0)["target"]["wt_percent"] is None


def test_the_spread_of_a_lot_makes_an_uncertainty_and_the_publication_stays_its_own() -> None:
    values = {
        "sse_wt_percent": 3.0,
        "basis": "total",
        "d50_um": 13.0,
        "core_density_g_cm3": 4.78,
        "shell_density_g_cm3": 1.64,
    }
    assert shell(values, None)["sigma_nm"] is None
    spread = {"d50_um": 1.3, "sse_wt_percent": 0.0, "core_density_g_cm3": 0.0}
    told = shell(values | {"sigma": spread}, None)
    assert told["sigma_nm"] == pytest.approx(0.1 * told["apparent_nm"])
    assert told["paper"] is None, "3 wt% is not what was published"
    published = told["published"]
    assert (published["wt_percent"], published["d50_um"]) == (5.0, 13.0)
    assert (published["measured_nm"], published["calculated_nm"]) == (474.0, 516.0)
    with pytest.raises(InputError, match="deviation"):
        shell(values | {"sigma": {"d50_um": -1.0}}, None)


def test_the_editor_s_form_and_its_faults_come_from_the_server() -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Ada", Role.AUTHOR)
        schema = (await it.http.get("/api/workshop/schema")).json()
        assert schema["$defs"]["Electrolyte"]["properties"]["wt_percent"]["maximum"] == 50.0
        body = {"toml": "[recipe]\nid = 3", "plant": "lab-0.5l.toml"}
        faults = (await it.post("/api/workshop/check", body)).json()["faults"]
        assert (2, "recipe.id") in {(fault["line"], fault["key"]) for fault in faults}
        powders = {"sse_wt_percent": 99.0, "basis": "total", "d50_um": 13.0}
        densities = {"core_density_g_cm3": 4.78, "shell_density_g_cm3": 1.64}
        answer = await it.post("/api/workshop/shell", powders | densities)
        assert answer.status_code == 200 and "sse_wt_percent" in answer.json()["problem"]
        listed = (await it.http.get("/api/workshop/faults")).json()["faults"]
        assert {fault["family"] for fault in listed} >= {"Gas", "Heat"}

    run(check)
