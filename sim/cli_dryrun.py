"""`blademill dry-run`: a recipe on the simulated mill in virtual time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from controller.core.band import RunBand
    from controller.core.recipe import Recipe
    from controller.edge.plantfile import PlantFile


@click.command("dry-run", short_help="Run a recipe on the simulator, faster than real time.")
@click.argument("recipe")
@click.option("--plant", "plant_path", type=click.Path(path_type=Path), help="Plant file.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--fault",
    "fault_texts",
    multiple=True,
    metavar="NAME[@ON[-OFF]][:VALUE]",
    help="Let something fail, from ON to OFF in seconds of plant time; repeatable."
    " `blademill faults` lists the names.",
)
@click.option(
    "--band",
    "with_band",
    is_flag=True,
    help="First make the band of dry runs that a batch gets, then judge this run by it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@click.pass_context
def dry_run(
    context: click.Context,
    recipe: str,
    plant_path: Path | None,
    seed: int,
    fault_texts: tuple[str, ...],
    with_band: bool,
    as_json: bool,
) -> None:
    """Run RECIPE (a file, or the name of a packaged recipe) with the shipped scan.

    Leak test, purge, proof, milling and cool-down happen in virtual time with all interlocks on.
    A packaged name means the recipe for this mill, where there is one. The same recipe, plant, seed
    and faults give the same log. Exit code 0 only when the batch is COMPLETE.

    \b
      blademill dry-run training --fault o2_stuck@300
      blademill dry-run training --fault leak@380-400:0.5 --fault mains_lost@420
    """
    from controller.edge.plantfile import load_plant
    from controller.edge.recipefile import load_recipe, resolve_recipe
    from controller.packaged import packaged_file
    from sim.dryrun import dry_run as run
    from sim.faults.parse import parse_fault

    faults = [parse_fault(text) for text in fault_texts]
    plant = load_plant(plant_path or packaged_file("deploy", "lab-0.5l.toml"))
    loaded = load_recipe(resolve_recipe(recipe, plant.id), plant.equipment)
    band = _band_of(loaded, plant) if with_band else None
    result = run(loaded, plant, seed=seed, faults=faults, band=band)
    if as_json:
        click.echo(json.dumps(result.to_json(), indent=2))
    else:
        click.echo(result.to_text())
    if result.outcome.value != "COMPLETE":
        context.exit(1)


def _band_of(recipe: Recipe, plant: PlantFile) -> RunBand:
    from controller.edge.bandfile import band_text, parse_band
    from sim.band import band_of

    return parse_band(band_text(band_of(recipe, plant)))
