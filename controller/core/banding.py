"""`band`: the batch that is loaded gets the band of its own dry runs, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from controller.core.band import ill_formed
from controller.core.commands import Command
from controller.core.events import Event, EventKind

if TYPE_CHECKING:
    from controller.core.commanding import Mind


def take_band(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out BAND. The version of the state stays: nothing that a person decides on changed.

    The event has the whole text, so that the batch can be replayed from its record.
    """
    state, band = mind.state, command.band
    batch = state.batch
    if band is None or batch is None or batch.id != command.batch_id:
        return ("the batch that the band was made for",)
    if batch.band is not None:
        return ("a batch without a band: this one has its own",)
    document = band.document
    if document.recipe_sha256 != batch.recipe.sha256:
        return ("a band of this very recipe",)
    if problem := ill_formed(document):
        return (f"a band without faults: {problem}",)
    mind.state = replace(state, batch=replace(batch, band=band))
    text = f"Band of {document.runs} dry runs taken (simulated)"
    data: dict[str, str | float | bool | list[str] | None] = {
        "user": command.user,
        "band_sha256": band.sha256,
        "runs": float(document.runs),
        "simulated": True,
        "band_json": band.text,
    }
    mind.events.append(Event(EventKind.BAND_TAKEN, state.now_s, text, data))
    return ()
