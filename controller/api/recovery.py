"""A batch that a crash has ended, as pages get it: what is known, proposed, and missing."""

from __future__ import annotations

from typing import Any

from controller.core.commands import CommandName
from controller.core.recovering import proposal
from controller.core.recovery import Advice
from controller.core.signals import Image
from controller.core.state import ScanState


def recovery_json(state: ScanState, image: Image) -> dict[str, Any] | None:
    """The batch to be decided on and what the policy proposes now; None when there is none."""
    crashed, found = state.crashed, proposal(state, image)
    if crashed is None or found is None:
        return None
    recipe = crashed.recipe
    return {
        "batch": crashed.batch_id,
        "recipe": None if recipe is None else recipe.id,
        "phase": None if recipe is None else recipe.phases[crashed.phase_index].type,
        "revolutions": crashed.totals.revolutions,
        "on_time_s": crashed.totals.on_time_s,
        "last_utc": crashed.last_utc,
        "gap_s": crashed.gap_s,
        "advice": found.advice.value,
        "reasons": list(found.reasons),
    }


def recovery_offers(state: ScanState, image: Image) -> dict[CommandName, tuple[str, ...]]:
    """What is missing for each of these commands now; empty: it would be accepted."""
    found = proposal(state, image)
    none = ("a batch that was cut off",)
    refused = found is not None and found.advice in (Advice.SCRAP, Advice.LOOK)
    offers: dict[CommandName, tuple[str, ...]] = {
        CommandName.CONTINUE: none if found is None else found.reasons if refused else (),
        CommandName.SCRAP: none if found is None else (),
    }
    return (
        offers
        | dict.fromkeys((CommandName.MEASURE, CommandName.YIELD), ())
        | {CommandName.DISPOSE: ()}
    )
