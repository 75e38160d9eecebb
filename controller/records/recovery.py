"""At the start of a process: closes the batch that the last one left open, and says what it was.

The batch gets its one terminal row, CRASHED. What becomes of it is decided by a person.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final

from controller.core.batch import Totals
from controller.core.commands import Charge
from controller.core.equipment import Equipment
from controller.core.events import EventKind
from controller.core.recipe import Recipe
from controller.core.recipe_parts import PHASE_OF
from controller.core.recovery import Crashed
from controller.edge.recipefile import parse_recipe
from controller.edge.tomlfile import adapter_of
from controller.errors import BlademillError
from controller.records.archive import Trend
from controller.records.reader import RecordReader
from controller.records.row import Draft, Row, draft
from controller.records.trendfile import TOTAL_COLUMNS
from controller.records.when import boot_id, mono_ns

CRASHED: Final = "CRASHED"


def undecided(reader: RecordReader, equipment: Equipment) -> tuple[Crashed | None, list[Draft]]:
    """The batch that a person must decide on, if any, and the rows that close what is open.

    Call it before anything is written, while the last sign of life is still that of the last
    process. Raises RecordError when there is no record.
    """
    found: Crashed | None = None
    closing: list[Draft] = []
    for batch_id in reader.undecided_batches():
        rows = reader.rows(batch_id)
        last_utc, gap_s = _last_sign(rows, reader.alive())
        crashed = _crashed(rows, reader.trend_of(batch_id), equipment, last_utc, gap_s)
        if not any(row.kind == EventKind.BATCH_ENDED.value for row in rows):
            closing.append(_closing(crashed, rows))
        found = crashed
    return found, closing


def _last_sign(rows: Sequence[Row], alive: tuple[str, int, str] | None) -> tuple[str, float]:
    """When the last process was surely alive, and how long ago that was."""
    last = max(rows, key=lambda row: row.seq)
    utc, mono, boot = last.utc, last.mono_ns, last.boot
    if alive is not None and alive[0] > utc:
        utc, mono, boot = alive
    if boot and boot == boot_id():
        return utc, (mono_ns() - mono) / 1e9
    gap = datetime.now(UTC) - datetime.fromisoformat(utc)
    return utc, max(gap.total_seconds(), 0.0)


def _crashed(
    rows: Sequence[Row], trend: Trend | None, equipment: Equipment, last_utc: str, gap_s: float
) -> Crashed:
    loaded = _body(rows, EventKind.BATCH_LOADED)
    counted = next((row for row in reversed(rows) if row.kind == EventKind.TOTALS.value), rows[0])
    recipe = _recipe(loaded, equipment)
    last_index = 0 if recipe is None else len(recipe.phases) - 1
    return Crashed(
        batch_id=rows[0].batch,
        recipe=recipe,
        charge=_charge(_body(rows, EventKind.BATCH_CHARGED)),
        phase_index=min(int(counted.body.get("index", 0)), last_index),
        mill_index=int(counted.body.get("mill_index", 0)),
        totals=_totals(counted, trend),
        last_utc=last_utc,
        gap_s=gap_s,
    )


def _body(rows: Sequence[Row], kind: EventKind) -> dict[str, Any]:
    return next((row.body for row in reversed(rows) if row.kind == kind.value), {})


def _recipe(loaded: dict[str, Any], equipment: Equipment) -> Recipe | None:
    """The recipe that ran: of a continuation, with the phases that were left to it."""
    said = loaded.get("recipe", {})
    try:
        text = str(said.get("text", "")).encode()
        recipe = parse_recipe(text, str(said.get("id")), equipment)
        continues = loaded.get("continues")
        if continues is None:
            return recipe
        phases = (
            adapter_of(PHASE_OF[phase["type"]]).validate_json(json.dumps(phase))
            for phase in continues["phases"]
        )
        return replace(recipe, phases=tuple(phases), sha256=str(said["sha256"]))
    except (BlademillError, ValueError, KeyError):
        return None


def _charge(body: dict[str, Any]) -> Charge | None:
    try:
        return adapter_of(Charge).validate_json(json.dumps(body))
    except ValueError:
        return None


def _totals(counted: Row, trend: Trend | None) -> Totals:
    """What was added up: as the last row has it, and the trend where that goes on further."""
    body = counted.body
    totals = Totals(**{field.name: body.get(field.name, 0.0) for field in fields(Totals)})
    if trend is None or not len(times := trend.times()) or times[-1] <= counted.process_s:
        return totals
    return replace(totals, **{name: float(trend.column(name)[-1]) for name in TOTAL_COLUMNS})


def _closing(crashed: Crashed, rows: Sequence[Row]) -> Draft:
    totals = crashed.totals
    data = {
        "outcome": CRASHED,
        "last_utc": crashed.last_utc,
        "gap_s": crashed.gap_s,
        "last_seq": rows[-1].seq,
        "index": crashed.phase_index,
        "mill_index": crashed.mill_index,
        **{field.name: getattr(totals, field.name) for field in fields(Totals)},
    }
    text = f"Batch closed: the controller ended between {crashed.last_utc} and its new start"
    return draft(EventKind.BATCH_ENDED, text, data, batch=crashed.batch_id)
