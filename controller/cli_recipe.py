"""`blademill recipe`: check recipe files, print their JSON Schema, list the packaged ones."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.cli_library import library_group

if TYPE_CHECKING:
    from controller.core.equipment import Equipment
    from controller.core.recipe import Recipe
    from controller.edge.plantfile import PlantFile
    from controller.errors import Fault

# The readers bring pydantic along, half a second that `blademill --help` need not wait for: they
# are imported in the functions that read.


@dataclass(frozen=True, slots=True)
class Checked:
    """One file as it was found: the recipe, or its faults."""

    name: str
    recipe: Recipe | None
    faults: tuple[Fault, ...]

    def lines(self) -> list[str]:
        """What a person reads about it."""
        if self.recipe is None:
            return [f"{self.name}:{f.line}: {f.key}: {f.message}" for f in self.faults]
        found = self.recipe
        return [
            f"{self.name}: good: {found.id} version {found.version}, {len(found.phases)} phases,"
            f" sha256 {found.sha256}"
        ]

    def as_json(self) -> dict[str, Any]:
        """What a program reads about it."""
        return {
            "file": self.name,
            "good": self.recipe is not None,
            "recipe": self.recipe and summary(self.recipe),
            "faults": [asdict(fault) for fault in self.faults],
        }


def summary(recipe: Recipe) -> dict[str, Any]:
    """What names a recipe."""
    return {
        "id": recipe.id,
        "version": recipe.version,
        "title": recipe.title,
        "sha256": recipe.sha256,
        "phases": [phase.type for phase in recipe.phases],
    }


@click.group()
def recipe() -> None:
    """Check recipe files, list the packaged ones, print the schema, read the library."""


@recipe.command()
@click.argument("files", metavar="RECIPE...", nargs=-1, required=True)
@click.option("--plant", metavar="FILE", help="The mill to check against  [default: the lab mill]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
@click.pass_context
def check(context: click.Context, files: tuple[str, ...], plant: str | None, as_json: bool) -> None:
    """Find every fault of recipe files, each as FILE:LINE: key: message.

    \b
    Examples:
      blademill recipe check my.toml
      blademill recipe check recipes/pilot-20l/*.toml --plant deploy/pilot-20l.toml
    """
    mill = _mill(plant)
    checked = [checked_file(name, mill.equipment, mill.id) for name in files]
    if as_json:
        click.echo(json.dumps({"files": [one.as_json() for one in checked]}, indent=2))
    else:
        click.echo("\n".join(line for one in checked for line in one.lines()))
    if any(one.recipe is None for one in checked):
        context.exit(1)


@recipe.command()
def schema() -> None:
    """Print the JSON Schema of recipe files, for editors."""
    from controller.edge.recipefile import recipe_schema

    click.echo(json.dumps(recipe_schema(), indent=2))


@recipe.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
def list_packaged(as_json: bool) -> None:
    """List the packaged recipes: the name to give to a command, and the title."""
    from controller.edge.recipefile import load_recipe
    from controller.packaged import packaged_file, packaged_names

    found = {
        name.removesuffix(".toml"): load_recipe(packaged_file("recipes", name), None)
        for name in packaged_names("recipes")
    }
    if as_json:
        rows = [{"name": name} | summary(one) for name, one in found.items()]
        click.echo(json.dumps({"recipes": rows}, indent=2))
        return
    for name, one in found.items():
        click.echo(f"{name:<17}{one.title}")


recipe.add_command(library_group)


def checked_file(name: str, equipment: Equipment, mill: str = "") -> Checked:
    """Read one recipe, given by path or packaged name, for the mill of this id."""
    from controller.edge.recipefile import load_recipe, resolve_recipe
    from controller.errors import Fault, InputError, RecipeError

    try:
        return Checked(name, load_recipe(resolve_recipe(name, mill), equipment), ())
    except RecipeError as error:
        return Checked(name, None, error.faults)
    except InputError as error:
        return Checked(name, None, (Fault(0, "file", f"{error.what}. {error.do}"),))


def _mill(plant: str | None) -> PlantFile:
    from controller.edge.plantfile import load_plant
    from controller.packaged import packaged_file

    path = packaged_file("deploy", "lab-0.5l.toml") if plant is None else Path(plant)
    return load_plant(path)
