"""The recipes that a person can choose from, with the shell each of them aims at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from controller.core.coating import mass_ratio
from controller.core.recipe import Recipe
from controller.core.target import thickness_json
from controller.edge.recipefile import load_recipe
from controller.errors import InputError, RecipeError

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecipeShelf:
    """One folder of recipe files. A name is looked up among its files, never joined to a path."""

    folder: Path

    def names(self) -> list[str]:
        """The file names, in order."""
        return sorted(path.name for path in self.folder.glob("*.toml") if path.is_file())

    def entries(self) -> list[Json]:
        """One entry for each file: what it makes, or the faults that keep it from being used."""
        return [self._entry(name) for name in self.names()]

    def detail(self, name: str) -> Json:
        """The entry of one file with, if it is sound, its text.

        Raises InputError for a name that is not there.
        """
        entry = self._entry(self._known(name))
        return entry if entry["faults"] else entry | {"text": self.text(name)}

    def text(self, name: str) -> str:
        """The text of one file as it goes to the controller.

        Raises RecipeError when the file has faults, InputError for a name that is not there.
        """
        path = self.folder / self._known(name)
        load_recipe(path, None)
        return path.read_text(encoding="utf-8")

    def _known(self, name: str) -> str:
        if name not in self.names():
            raise InputError(
                "there is no recipe of this name", where="recipe", do="Choose one from the list."
            )
        return name

    def _entry(self, name: str) -> Json:
        try:
            recipe = load_recipe(self.folder / name, None)
        except RecipeError as error:
            lines = [f"line {f.line}: {f.key}: {f.message}" for f in error.faults]
            return {"name": name, "faults": lines}
        return {"name": name, "faults": []} | recipe_summary(recipe)


def recipe_summary(recipe: Recipe) -> Json:
    """What a page shows of a recipe."""
    return {
        "id": recipe.id,
        "version": recipe.version,
        "title": recipe.title,
        "author": recipe.author,
        "note": recipe.note,
        "sha256": recipe.sha256,
        "core": recipe.core.material,
        "core_d50_um": recipe.core.d50_um,
        "sse": recipe.sse.material,
        "wt_percent": recipe.sse.wt_percent,
        "basis": recipe.sse.basis.value,
        "phases": [_plain(asdict(phase)) for phase in recipe.phases],
        "atmosphere": asdict(recipe.atmosphere),
        "charge": _nominal_charge(recipe),
        "thickness": thickness_json(recipe),
    }


def _plain(values: Json) -> Json:
    return {k: v.value if isinstance(v, Enum) else v for k, v in values.items() if v is not None}


def _nominal_charge(recipe: Recipe) -> Json:
    """What to weigh in for the recipe's total mass, in grams."""
    ratio = mass_ratio(recipe.sse.wt_percent, recipe.sse.basis)
    core_g = recipe.charge.total_mass_g / (1.0 + ratio)
    return {"cam_mass_g": core_g, "sse_mass_g": recipe.charge.total_mass_g - core_g}
