"""Whether the parts of a recipe go together, and whether a mill can run it."""

from __future__ import annotations

from controller.core.equipment import Equipment
from controller.core.recipe import Recipe
from controller.core.recipe_budget import budget_problems
from controller.core.recipe_fit import fit_problems
from controller.core.recipe_parts import Problem, RecipeParts, parts_of
from controller.core.recipe_rules import rule_problems


def check_recipe(recipe: Recipe, equipment: Equipment | None) -> list[Problem]:
    """Every problem of a recipe whose single values are sound.

    Without `equipment` only the recipe's own consistency is checked.
    """
    return check_parts(parts_of(recipe), equipment)


def check_parts(parts: RecipeParts, equipment: Equipment | None) -> list[Problem]:
    """As `check_recipe`, for as much of a recipe as is well-formed."""
    problems = [*rule_problems(parts), *budget_problems(parts, equipment)]
    return problems if equipment is None else problems + list(fit_problems(parts, equipment))
