"""`blademill design`: from a target shell to recipes that may make it, by simulation."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.design.proposal import Proposal
    from sim.design.reach import Reach

NO_RECIPE = "no schedule within the time limit covers enough and keeps the powder cool"


@click.command("design", short_help="Recipes for a target shell thickness, by simulation.")
@click.option("--target-nm", type=click.FloatRange(1.0, 10_000.0), required=True)
@click.option(
    "--of",
    "target",
    type=click.Choice(["dense", "apparent"]),
    default="dense",
    show_default=True,
    help="Dense (solid fraction 1), or apparent with the recipe's solid fraction.",
)
@click.option("--recipe", default="bm-05", show_default=True, help="Powders, charge, limits.")
@click.option("--plant", "plant_path", type=click.Path(path_type=Path), help="Plant file.")
@click.option(
    "--coverage",
    type=click.FloatRange(0.05, 0.999),
    default=0.8,
    show_default=True,
    help="Least covered share of the cores.",
)
@click.option("--powder-max-c", type=click.FloatRange(25.0, 58.0), default=50.0, show_default=True)
@click.option("--minutes", type=click.FloatRange(5.0, 600.0), default=60.0, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes.  [default: one per core]")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write recipe files here."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@click.pass_context
def design(
    context: click.Context,
    target_nm: float,
    target: str,
    recipe: str,
    plant_path: Path | None,
    coverage: float,
    powder_max_c: float,
    minutes: float,
    seed: int,
    jobs: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Propose recipes for a shell of TARGET-NM on the powders of a recipe.

    The electrolyte content follows from mass conservation. Speed, pulses and end point are looked
    for on the simulated mill; the answer is a front: what more coverage costs in time and damage.
    Each proposal is a recipe that passes `recipe check` and was run once whole in virtual time.
    All of it is estimated by simulation with constants that are not validated.

    Exit code 1 when the shell is not reachable; the reason is told.

    \b
      blademill design --target-nm 300
      blademill design --target-nm 500 --of apparent --out proposals
    """
    from controller.edge.plantfile import load_plant
    from controller.edge.recipefile import load_recipe, resolve_recipe
    from controller.packaged import packaged_file
    from sim.design.proposal import proposals_for
    from sim.design.reach import NotReachable, Target, reach
    from sim.design.search import BUDGET_SHARES, GENERATIONS, Task, front, searched
    from sim.world import parameters_for, powder_of

    plant = load_plant(plant_path or packaged_file("deploy", "lab-0.5l.toml"))
    path = resolve_recipe(recipe, plant.id)
    base = load_recipe(path, plant.equipment)
    parameters = parameters_for(plant.equipment)
    try:
        found = reach(base, target_nm, Target(target), coverage, parameters.coating)
    except NotReachable as no:
        _tell_no(no.person_text, as_json)
        context.exit(1)
    task = Task(
        parameters,
        powder_of(base, found.wt_percent),
        plant.equipment,
        powder_high_c=powder_max_c - 2.0,
        powder_limit_c=powder_max_c,
        limit_s=60.0 * minutes,
        seed=seed,
    )
    with click.progressbar(
        length=len(BUDGET_SHARES) * (GENERATIONS + 1),
        label="searching",
        show_eta=True,
        file=sys.stderr,
    ) as bar:
        points = searched(task, jobs or os.cpu_count() or 1, lambda: bar.update(1))
    best = front(points, powder_max_c, coverage)
    name = f"design-{target_nm:.0f}nm"
    made = proposals_for(
        name,
        path.read_text(encoding="utf-8"),
        found,
        best,
        plant,
        powder_max_c=powder_max_c,
        coverage=coverage,
    )
    if not made:
        _tell_no(NO_RECIPE, as_json)
        context.exit(1)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for proposal in made:
            (out / f"{proposal.name}.toml").write_text(proposal.text, encoding="utf-8")
    click.echo(_json(found, made) if as_json else _text(found, made, out))


def _tell_no(why: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"reachable": False, "why": why, "simulated": True}, indent=2))
    else:
        click.echo(f"NOT REACHABLE: {why}")


def _json(found: Reach, made: list[Proposal]) -> str:
    body = {
        "reachable": True,
        "simulated": True,
        "note": "estimated by simulation, constants not validated",
        "wt_percent": found.wt_percent,
        "dense_nm": found.dense_nm,
        "apparent_nm": found.apparent_nm,
        "best_coverage": found.best_coverage,
        "proposals": [proposal.to_json() for proposal in made],
    }
    return json.dumps(body, indent=2)


def _text(found: Reach, made: list[Proposal], out: Path | None) -> str:
    lines = [
        f"{found.wt_percent:.2f} wt%: shell {found.dense_nm:.0f} nm dense,"
        f" {found.apparent_nm:.0f} nm apparent; coverage at most {found.best_coverage:.0%}",
        "Estimated by simulation, constants not validated.",
        "",
        f"{'recipe':<20} {'rpm':>6} {'on s':>5} {'off s':>6} {'revolutions':>11} {'batch min':>9}"
        f" {'coverage':>8} {'damage':>7} {'powder °C':>9} {'ends':>9}",
    ]
    for one in made:
        schedule, run = one.point.schedule, one.dry_run
        lines.append(
            f"{one.name:<20} {schedule.rotor_rpm:>6.0f} {schedule.on_s:>5.0f}"
            f" {schedule.off_s:>6.0f} {run.totals['revolutions']:>11.0f}"
            f" {run.duration_s / 60.0:>9.1f} {run.thickness_nm['simulated_coverage']:>8.3f}"
            f" {one.point.damage:>7.4f} {run.peaks.powder_c:>9.1f} {run.outcome.value:>9}"
        )
    if out is not None:
        lines += ["", f"Recipe files are in {out}."]
    return "\n".join(lines)
