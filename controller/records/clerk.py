"""What of a scan goes into the record: its events, and the facts of the batch that they belong to.

The scan hands over and never waits; the disk is the writer's business.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Protocol

from controller.core.batch import Batch
from controller.core.commands import CommandName
from controller.core.events import Event, EventKind
from controller.core.limits import limits_for
from controller.core.state import Decision, ScanState
from controller.core.states import State
from controller.core.target import thickness_json
from controller.edge.clock import utc_text
from controller.records.row import Draft, draft

ENTRIES_KEPT: Final = 5_000
_ENDED: Final = frozenset({State.COMPLETE.value, State.STOPPED.value, State.ABORTED.value})
_ABOUT_ANOTHER: Final = frozenset(
    {EventKind.MEASURED, EventKind.YIELD, EventKind.DISPOSED, EventKind.SIGNED, EventKind.RECOVERY}
)

_ABOUT_RECIPES: Final = frozenset(
    {
        EventKind.RECIPE_SAVED,
        EventKind.RECIPE_SUBMITTED,
        EventKind.RECIPE_APPROVED,
        EventKind.RECIPE_REJECTED,
        EventKind.RECIPE_RETIRED,
    }
)
_LONG: Final = ("recipe_toml", "band_json")
# What is signed must not grow by the signing of it, nor by work on recipes.
_APART: Final = frozenset(
    {
        CommandName.SIGN.value,
        CommandName.RECIPE_SAVE.value,
        CommandName.RECIPE_SUBMIT.value,
        CommandName.RECIPE_APPROVE.value,
        CommandName.RECIPE_REJECT.value,
        CommandName.RECIPE_RETIRE.value,
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with its number and its wall-clock time, as the door gives it out."""

    seq: int
    utc: str
    event: Event

    def to_json(self) -> dict[str, Any]:
        """The entry for a page."""
        event = self.event
        return {
            "seq": self.seq,
            "utc": self.utc,
            "process_s": round(event.t_s, 3),
            "kind": event.kind.value,
            "text": event.text,
            "data": event.data,
        }


@dataclass(frozen=True, slots=True)
class Setting:
    """What every batch of this process has in common."""

    software: str
    plant_id: str
    plant_title: str
    plant_sha256: str
    device_map_sha256: str
    simulated: bool
    speed: float

    def to_json(self) -> dict[str, Any]:
        """As the record has it."""
        return asdict(self) | {"sqlite": sqlite3.sqlite_version}


class Shelf(Protocol):
    """Where drafts go: see `writer.Writer`."""

    def offer(self, drafts: Sequence[Draft]) -> int:
        """Takes the drafts in, in their order. Never waits for the disk."""

    @property
    def quiet(self) -> bool:
        """Whether everything that was offered is on disk."""

    def committed(self, within_s: float) -> bool:
        """Whether it is, waiting at most so long for it."""


class Clerk:
    """Called by the scan thread after each scan, and by the door for its audit entries."""

    def __init__(self, writer: Shelf, setting: Setting) -> None:
        self._writer = writer
        self._setting = setting
        self._batch: Batch | None = None
        self._ended = False
        self._fresh: deque[Entry] = deque(maxlen=ENTRIES_KEPT)

    def writes_to(self, writer: Shelf) -> None:
        """From now on the drafts go there."""
        self._writer = writer

    def note(self, decision: Decision) -> None:
        """Takes in one scan."""
        batch, before = decision.state.batch, self._batch
        self._batch = batch
        if not decision.events and batch is before:
            return
        subject = batch or before
        batch_id = "" if subject is None else subject.id
        self._offer(decision.events, batch_id)
        facts = list(self._facts(decision, before))
        if facts:
            self._writer.offer(facts)

    def add(self, event: Event) -> None:
        """Appends what happened outside of the scan: sign-ins, roles, recipes. From any thread."""
        self._offer([event], "")

    def _offer(self, events: list[Event], batch_id: str) -> None:
        if not events:
            return
        last = self._writer.offer([_draft(event, batch_id) for event in events])
        utc = utc_text()
        for seq, event in enumerate(events, last - len(events) + 1):
            self._fresh.append(Entry(seq, utc, _short(event)))

    def fresh(self) -> Iterator[Entry]:
        """The entries since the last call, oldest first."""
        while self._fresh:
            yield self._fresh.popleft()

    def committed(self, within_s: float) -> bool:
        """Whether all that was noted is on disk, waiting at most so long for it."""
        return self._writer.quiet or (within_s > 0.0 and self._writer.committed(within_s))

    def _facts(self, decision: Decision, before: Batch | None) -> Iterator[Draft]:
        """The rows of the batch itself that this scan leads to."""
        state = decision.state
        batch = state.batch
        if batch is None:
            return
        if before is None or before.id != batch.id:
            self._ended = False
            text = f"Recipe {batch.recipe.id} v{batch.recipe.version} loaded"
            yield self._fact(EventKind.BATCH_LOADED, text, _loaded(batch, self._setting), decision)
        if batch.charge is not None and (before is None or before.charge is not batch.charge):
            charge = asdict(batch.charge)
            yield self._fact(EventKind.BATCH_CHARGED, "Charge confirmed", charge, decision)
        counted = False
        for event in decision.events:
            if event.kind is EventKind.TRANSITION:
                yield from self._moved(event, batch, decision)
            counted = counted or event.kind in (EventKind.TRANSITION, EventKind.PHASE_ENDED)
        if counted:
            text = f"Totals in phase {state.position.index}"
            yield self._fact(EventKind.TOTALS, text, totals_data(decision.state), decision)

    def _moved(self, event: Event, batch: Batch, decision: Decision) -> Iterator[Draft]:
        came_from, to = event.data["from"], str(event.data["to"])
        if came_from == State.IDLE.value and to == State.STARTING.value:
            text = f"Batch started by {batch.operator}"
            data = {"operator": batch.operator, "recipe_sha256": batch.recipe.sha256}
            yield self._fact(EventKind.BATCH_STARTED, text, data, decision)
        elif to in _ENDED and batch.started_s is not None and not self._ended:
            self._ended = True
            ended: dict[str, Any] = {"outcome": to}
            ended |= totals_data(decision.state)
            yield self._fact(EventKind.BATCH_ENDED, f"Batch ended {to}", ended, decision)

    def _fact(self, kind: EventKind, text: str, data: dict[str, Any], decision: Decision) -> Draft:
        state = decision.state
        batch_id = "" if state.batch is None else state.batch.id
        return draft(kind, text, data, batch=batch_id, process_s=state.now_s)


def _draft(event: Event, batch_id: str) -> Draft:
    if event.kind in _ABOUT_ANOTHER or (event.kind is EventKind.COMMENT and "batch" in event.data):
        batch_id = str(event.data["batch"])
    elif event.kind in _ABOUT_RECIPES or event.data.get("command") in _APART:
        batch_id = ""
    return draft(event.kind, event.text, event.data, batch=batch_id, process_s=event.t_s)


def _short(event: Event) -> Event:
    """For memory and pages: without the text of a recipe or a band, which is in the record."""
    if event.kind not in (EventKind.RECIPE_SAVED, EventKind.BAND_TAKEN):
        return event
    kept = {name: value for name, value in event.data.items() if name not in _LONG}
    return replace(event, data=kept)


def _loaded(batch: Batch, setting: Setting) -> dict[str, Any]:
    recipe = batch.recipe
    described = {
        "id": recipe.id,
        "version": recipe.version,
        "title": recipe.title,
        "author": recipe.author,
        "sha256": recipe.sha256,
        "text": recipe.text,
        "approvals": [asdict(approval) for approval in batch.approvals],
    }
    return {
        "setting": setting.to_json(),
        "recipe": described,
        "predicted": thickness_json(recipe),
        "limits": asdict(limits_for(batch.equipment, recipe.atmosphere)),
        "continues": _continues(batch),
    }


def _continues(batch: Batch) -> dict[str, Any] | None:
    """Of a continuation: which batch it goes on with, and what is left to do."""
    if not batch.continues:
        return None
    return {"batch": batch.continues, "phases": [asdict(phase) for phase in batch.phases]}


def totals_data(state: ScanState) -> dict[str, Any]:
    """The totals as the record has them, with where the batch is and what mass they are of."""
    kg = 0.0 if state.batch is None else state.batch.mass_kg
    position = state.position
    where = {"index": position.index, "mill_index": position.mill_index, "charged_kg": kg}
    return asdict(state.totals) | where
