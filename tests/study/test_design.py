"""Recipe design: what is reachable, the front, and proposals that are recipes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from controller.core.states import State
from controller.core.target import thickness_json
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from sim.cli_design import design
from sim.design.proposal import NOTE, proposals_for, proposed
from sim.design.reach import NotReachable, Target, reach
from sim.design.search import Task, front, searched
from sim.design.trial import Point, Schedule
from sim.world import parameters_for, powder_of

ROOT = Path(__file__).parents[2]
PLANT = load_plant(ROOT / "deploy" / "lab-0.5l.toml")
BASE = ROOT / "recipes" / "bm-05.toml"
RECIPE = load_recipe(BASE, PLANT.equipment)
MILL = parameters_for(PLANT.equipment)
SOME = Schedule(rotor_rpm=5000.0, on_s=60.0, off_s=5.0, powder_high_c=48.0)


def point(time_s: float, coverage: float, damage: float, peak_c: float = 40.0) -> Point:
    return Point(
        schedule=replace(SOME, on_s=time_s),
        time_s=time_s,
        revolutions=100.0 * time_s,
        coverage=coverage,
        attached=1.0,
        damage=damage,
        powder_peak_c=peak_c,
        energy_kwh_per_kg=0.1,
    )


@pytest.mark.parametrize("target", list(Target))
def test_the_content_makes_the_target_by_the_forward_formula(target: Target) -> None:
    found = reach(RECIPE, 300.0, target, 0.1, MILL.coating)
    made = replace(RECIPE, sse=replace(RECIPE.sse, wt_percent=found.wt_percent))
    assert thickness_json(made)[f"{target.value}_nm"] == pytest.approx(300.0, rel=1e-9)


def test_a_shell_that_its_particles_cannot_cover_is_not_reachable_and_says_why() -> None:
    with pytest.raises(NotReachable, match="covers at most") as no:
        reach(RECIPE, 100.0, Target.DENSE, 0.9, MILL.coating)
    finer_um = float(no.value.do.split("particles of ")[1].split(" um")[0])
    finer = replace(RECIPE, sse=replace(RECIPE.sse, particle_d50_um=0.98 * finer_um))
    assert reach(finer, 100.0, Target.DENSE, 0.9, MILL.coating).best_coverage >= 0.9


def test_a_shell_of_too_much_electrolyte_is_not_reachable() -> None:
    with pytest.raises(NotReachable, match="wt% of electrolyte"):
        reach(RECIPE, 9_000.0, Target.DENSE, 0.5, MILL.coating)


def test_the_front_holds_what_nothing_betters_and_nothing_that_is_not_allowed() -> None:
    fast, better, best = point(100.0, 0.81, 0.01), point(200.0, 0.85, 0.02), point(300.0, 0.9, 0.05)
    worse = point(250.0, 0.83, 0.03)
    bare, hot = point(50.0, 0.5, 0.001), point(90.0, 0.95, 0.001, peak_c=55.0)
    assert front([best, hot, worse, bare, fast, better], 50.0, 0.8) == [fast, better, best]


def test_a_search_gives_recipes_that_pass_and_complete() -> None:
    found = reach(RECIPE, 300.0, Target.DENSE, 0.5, MILL.coating)
    task = Task(
        MILL,
        powder_of(RECIPE, found.wt_percent),
        PLANT.equipment,
        powder_high_c=48.0,
        powder_limit_c=50.0,
        limit_s=500.0,
        population=2,
        generations=1,
    )
    points = searched(task, jobs=1)
    best = front(points, 50.0, 0.5)
    assert best
    assert all(p.powder_peak_c <= 50.0 and p.coverage >= 0.5 for p in best)
    (made,) = proposals_for(
        "trial", BASE.read_text(), found, best[-1:], PLANT, powder_max_c=50.0, coverage=0.5
    )
    assert made.dry_run.outcome is State.COMPLETE
    assert made.recipe.note == NOTE
    # What the search saw of the mill alone is what the whole batch does, within a pulse's end.
    assert made.dry_run.thickness_nm["simulated_coverage"] == pytest.approx(
        best[-1].coverage, abs=0.02
    )
    assert made.dry_run.thickness_nm["dense"] == pytest.approx(300.0, abs=0.5)


def test_a_proposal_keeps_its_powder_cool_by_the_probe_that_the_mill_has() -> None:
    """The search looks at the powder, the recipe at a slower probe: its pulses end sooner then."""
    found = reach(RECIPE, 300.0, Target.DENSE, 0.1, MILL.coating)
    schedule = Schedule(rotor_rpm=6_500.0, on_s=40.0, off_s=30.0, powder_high_c=48.0)
    hot = replace(point(240.0, 0.3, 0.01), schedule=schedule, revolutions=6_000.0)
    over = proposed("hot", BASE.read_text(), found, hot, PLANT).dry_run
    assert over.peaks.powder_c > 50.0
    (made,) = proposals_for(
        "cool", BASE.read_text(), found, [hot], PLANT, powder_max_c=50.0, coverage=0.0
    )
    assert made.dry_run.peaks.powder_c <= 50.0
    assert made.dry_run.outcome is State.COMPLETE


def test_the_command_says_not_reachable_and_ends_with_1() -> None:
    done = CliRunner().invoke(design, ["--target-nm", "60", "--coverage", "0.9"])
    assert done.exit_code == 1
    assert done.stdout.startswith("NOT REACHABLE: coverage: ")
