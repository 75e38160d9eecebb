"""A recipe in parts, some of which may be faulty, and the words for its phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from controller.core.recipe import (
    Atmosphere,
    ChargeTarget,
    CoolDown,
    CorePowder,
    Electrolyte,
    Header,
    LeakTest,
    MillHold,
    MillPulse,
    Phase,
    ProveInert,
    Purge,
    Recipe,
    SafeToOpen,
)

# The word behind `type =` in a recipe.
PHASE_OF: Final[dict[str, type[Phase]]] = {
    "leak_test": LeakTest,
    "purge": Purge,
    "prove_inert": ProveInert,
    "mill_hold": MillHold,
    "mill_pulse": MillPulse,
    "cool_down": CoolDown,
    "safe_to_open": SafeToOpen,
}


class Problem(NamedTuple):
    """One thing that does not go together, at the key where the author would mend it."""

    path: tuple[str | int, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeParts:
    """The parts of a recipe that are well-formed; None stands for one that is not.

    `types` has one entry for each phase of the file, None where the word is not known; `phases`
    has the same length.
    """

    header: Header | None
    core: CorePowder | None
    sse: Electrolyte | None
    charge: ChargeTarget | None
    atmosphere: Atmosphere | None
    types: tuple[str | None, ...]
    phases: tuple[Phase | None, ...]


def parts_of(recipe: Recipe) -> RecipeParts:
    """All the parts of a recipe that was read before."""
    return RecipeParts(
        header=Header(
            id=recipe.id,
            version=recipe.version,
            title=recipe.title,
            author=recipe.author,
            note=recipe.note,
        ),
        core=recipe.core,
        sse=recipe.sse,
        charge=recipe.charge,
        atmosphere=recipe.atmosphere,
        types=tuple(phase.type for phase in recipe.phases),
        phases=recipe.phases,
    )


def number(value: float) -> str:
    """A number as an author would write it."""
    return f"{value:.10g}"
