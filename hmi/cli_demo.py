"""`blademill demo`: one batch over the wire, unattended."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.packaged import packaged_file
from hmi.cli_up import require_simulated

if TYPE_CHECKING:
    from controller.core.recipe import Recipe
    from hmi.demo import Snapshot
    from hmi.processes import Processes

BAR_STEPS = 1000


@click.command(short_help="One batch over the wire, unattended.")
@click.argument("recipe", default="training")
@click.option("--plant", "plant_path", type=click.Path(path_type=Path), help="Plant file.")
@click.option("--speed", type=click.FloatRange(1.0, 10.0), default=1.0, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@click.pass_context
def demo(
    context: click.Context,
    recipe: str,
    plant_path: Path | None,
    speed: float,
    seed: int,
    as_json: bool,
) -> None:
    """Run RECIPE from charge to COMPLETE on a simulated mill, with the same processes as `up`.

    An automation user gives the commands. Refuses a plant that is not marked simulated. Exit code
    0 only when the batch is COMPLETE.
    """
    # Imported here: `blademill --help` need not wait for them.
    from hmi.processes import Processes, Setup

    path = plant_path or packaged_file("deploy", "lab-0.5l.toml")
    require_simulated(path)
    source, loaded = recipe_for(recipe, path)
    with Processes(Setup(path, str(source), speed, seed, page_port=0)) as processes:
        if not as_json:
            for line in processes.page_lines():
                click.echo(line)
        with click.progressbar(
            length=BAR_STEPS, label=loaded.id, file=sys.stderr, item_show_func=_state_text
        ) as bar:
            follow = _Bar(bar)
            text = source.read_text(encoding="utf-8")
            result = asyncio.run(_run(processes, loaded, text, follow))
        result["peaks"]["powder_c"] = processes.true_peak("powder_c")
    click.echo(json.dumps(result, indent=2) if as_json else _summary(result))
    if result["outcome"] != "COMPLETE":
        context.exit(1)


def recipe_for(name: str, plant_path: Path) -> tuple[Path, Recipe]:
    """The file that `name` means on this mill, and the recipe in it.

    Raises RecipeError, PlantFileError, or InputError for a name that no recipe has.
    """
    from controller.edge.plantfile import load_plant
    from controller.edge.recipefile import load_recipe, resolve_recipe

    plant = load_plant(plant_path)
    source = resolve_recipe(name, plant.id)
    return source, load_recipe(source, plant.equipment)


async def _run(processes: Processes, recipe: Recipe, text: str, follow: _Bar) -> dict[str, Any]:
    from controller.api.client import ControllerClient, DoorAddress
    from hmi.demo import run_batch

    async with ControllerClient(DoorAddress(processes.socket)) as client:
        return await run_batch(client, recipe, text, follow)


def _state_text(snapshot: Snapshot | None) -> str:
    if not snapshot:
        return ""
    phase = (snapshot["batch"] or {}).get("phase")
    return f"{snapshot['state']}  {phase['label'] if phase else ''}"


class _Bar:
    """Moves the bar along the phases of the batch."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __call__(self, snapshot: Snapshot) -> None:
        phase = (snapshot["batch"] or {}).get("phase")
        done = 0.0 if not phase else (phase["index"] + phase["progress"]) / phase["count"]
        if snapshot["state"] == "COMPLETE":
            done = 1.0
        self._bar.update(max(0, round(BAR_STEPS * done) - self._bar.pos), snapshot)


def _summary(result: dict[str, Any]) -> str:
    nm, totals = result["thickness_nm"], result["totals"]
    return (
        f"{result['recipe']['id']}: {result['outcome']} (SIMULATED) after"
        f" {result['duration_s']:.0f} s of plant time\n"
        f"  target shell: dense {nm['dense']:.0f} nm, apparent {nm['apparent']:.0f} nm\n"
        f"  {totals['revolutions']:.0f} revolutions, argon {totals['argon_l']:.0f} L,"
        f" scan slips {result['slips']}"
    )
