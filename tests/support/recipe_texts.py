"""The text of a sound recipe, ways to spoil it, and the mill that it is for."""

from __future__ import annotations

from pathlib import Path

from controller.edge.plantfile import load_plant
from controller.edge.recipefile import parse_recipe
from controller.errors import Fault, RecipeError

ROOT = Path(__file__).parents[2]
BM_05 = (ROOT / "recipes" / "bm-05.toml").read_text()
LAB = load_plant(ROOT / "deploy" / "lab-0.5l.toml").equipment


def edited(old: str, new: str, text: str = BM_05) -> str:
    """`text` with the first `old` replaced; it must be there."""
    assert old in text, old
    return text.replace(old, new, 1)


def faults_in(text: str, equipment: object = LAB) -> tuple[Fault, ...]:
    """The faults of a recipe text; none when it is sound."""
    try:
        parse_recipe(text.encode(), "a.toml", equipment)  # type: ignore[arg-type]
    except RecipeError as error:
        return error.faults
    return ()


def line_of(piece: str, text: str) -> int:
    """The 1-based line on which `piece` begins for the first time."""
    assert piece in text, piece
    return text[: text.index(piece)].count("\n") + 1
