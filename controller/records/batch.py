"""The batch record: everything about one batch, put together from its rows and its trend.

It is worked out anew whenever somebody asks, and the same rows always give the same record.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from controller.core.batch import J_PER_KWH
from controller.core.coating import Basis
from controller.core.events import EventKind
from controller.core.permissives import WT_TOLERANCE
from controller.records.archive import Trend
from controller.records.batch_trend import trend_figures
from controller.records.row import Row
from controller.records.signatures import content_of, signatures
from controller.records.wear import wear_of_batch

FORMAT: Final = "blademill-batch-1"
OPEN: Final = "OPEN"
NOT_STARTED: Final = "NOT_STARTED"
COMMANDS: Final = (EventKind.COMMAND_ACCEPTED, EventKind.COMMAND_REFUSED)
PHASES: Final = (EventKind.PHASE_STARTED, EventKind.PHASE_ENDED, EventKind.STEP)
ALARMS: Final = tuple(kind for kind in EventKind if kind.value.startswith("alarm_"))
BYPASSES: Final = (EventKind.BYPASS_SET, EventKind.BYPASS_ENDED)


def batch_record(
    rows: Sequence[Row], trend: Trend | None, earlier: Sequence[Row] = ()
) -> dict[str, Any]:
    """The record of the batch whose rows these are; `earlier` tell of the hours of blade and jar.

    See `wear.wear_of_batch`.
    """
    loaded = _first(rows, EventKind.BATCH_LOADED)
    started = _first(rows, EventKind.BATCH_STARTED)
    ended = _first(rows, EventKind.BATCH_ENDED)
    totals = _last_totals(rows)
    said = {} if loaded is None else loaded.body
    charge = None if (row := _last(rows, EventKind.BATCH_CHARGED)) is None else row.body
    recipe = said.get("recipe", {})
    document = _document(recipe)
    return {
        "format": FORMAT,
        **summary(rows),
        "setting": said.get("setting"),
        "recipe": {"approvals": [], **recipe},
        "continues": said.get("continues"),
        "powders": {name: document.get(name) for name in ("core", "sse")},
        "charge": _charge(charge, document),
        "wear": wear_of_batch(earlier, rows),
        "handovers": _bodies(rows, (EventKind.HANDOVER,)),
        "times": {
            "wall_s": _apart_s(started, ended),
            "process_s": totals.get("process_s"),
            "hold_s": totals.get("hold_s"),
        },
        "leak_test": _phase_result(rows, "leak_test", "leak_rate_mbar_l_s", document),
        "proof": _phase_result(rows, "prove_inert", "o2_slope_ppm_per_min", document),
        "milling": _milling(totals),
        "trend": None if trend is None else trend_figures(trend, totals.get("charged_kg", 0.0)),
        "trend_file": _body(_last(rows, EventKind.TREND_ARCHIVED, EventKind.TREND_SEALED)),
        "commands": _bodies(rows, COMMANDS),
        "transitions": _bodies(rows, (EventKind.TRANSITION,)),
        "phases": _bodies(rows, PHASES),
        "alarms": _bodies(rows, ALARMS),
        "bypasses": _bodies(rows, BYPASSES),
        "comments": _bodies(rows, (EventKind.COMMENT,)),
        "predicted": said.get("predicted"),
        "limits": said.get("limits"),
        "measured": _bodies(rows, (EventKind.MEASURED,)),
        "yield": _yield(_last(rows, EventKind.YIELD), charge),
        "recovery": _bodies(rows, (EventKind.RECOVERY,)),
        "content": content_of(rows)._asdict(),
        "signatures": signatures(rows),
        "chain": {
            "first_seq": rows[0].seq,
            "last_seq": rows[-1].seq,
            "rows": len(rows),
            "last_hash": rows[-1].hash.hex(),
        },
    }


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """One line of the list of batches."""
    loaded = _body(_first(rows, EventKind.BATCH_LOADED)) or {}
    started, ended = (
        _first(rows, EventKind.BATCH_STARTED),
        _first(rows, EventKind.BATCH_ENDED),
    )
    recipe, setting = loaded.get("recipe", {}), loaded.get("setting", {})
    running = OPEN if started else NOT_STARTED
    return {
        "id": rows[0].batch,
        "recipe_id": recipe.get("id"),
        "recipe_version": recipe.get("version"),
        "recipe_sha256": recipe.get("sha256"),
        "simulated": setting.get("simulated"),
        "operator": None if started is None else started.body["operator"],
        "loaded_utc": rows[0].utc,
        "started_utc": None if started is None else started.utc,
        "ended_utc": None if ended is None else ended.utc,
        "outcome": running if ended is None else ended.body["outcome"],
        "disposition": _body(_last(rows, EventKind.DISPOSED)),
    }


def _first(rows: Iterable[Row], *kinds: EventKind) -> Row | None:
    names = {kind.value for kind in kinds}
    return next((row for row in rows if row.kind in names), None)


def _last(rows: Sequence[Row], *kinds: EventKind) -> Row | None:
    return _first(reversed(rows), *kinds)


def _body(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else row.body


def _bodies(rows: Iterable[Row], kinds: Iterable[EventKind]) -> list[dict[str, Any]]:
    names = {kind.value for kind in kinds}
    return [
        {"seq": row.seq, "utc": row.utc, "process_s": row.process_s, "kind": row.kind}
        | {"text": row.text, "data": row.body}
        for row in rows
        if row.kind in names
    ]


def _last_totals(rows: Sequence[Row]) -> dict[str, Any]:
    row = _last(rows, EventKind.BATCH_ENDED, EventKind.TOTALS)
    return {} if row is None else row.body


def _document(recipe: dict[str, Any]) -> dict[str, Any]:
    """The recipe file as data; it was well-formed when it was loaded."""
    return tomllib.loads(str(recipe.get("text", "")))


def _charge(charge: dict[str, Any] | None, document: dict[str, Any]) -> dict[str, Any] | None:
    """What was charged, with the deviation from what the recipe wants."""
    if charge is None or "sse" not in document:
        return charge
    sse = document["sse"]
    of_total = sse["basis"] == Basis.TOTAL.value
    whole_g = charge["cam_mass_g"] + (charge["sse_mass_g"] if of_total else 0.0)
    actual = 100.0 * charge["sse_mass_g"] / whole_g
    return charge | {
        "target_wt_percent": sse["wt_percent"],
        "basis": sse["basis"],
        "actual_wt_percent": actual,
        "deviation_points": actual - float(sse["wt_percent"]),
        "tolerance_points": WT_TOLERANCE,
    }


def _phase_result(
    rows: Sequence[Row], kind: str, value: str, document: dict[str, Any]
) -> dict[str, Any] | None:
    """What the newest phase of this kind has found, beside what the recipe asks of it."""
    done = [
        row
        for row in rows
        if row.kind == EventKind.PHASE_ENDED.value and row.body.get("type") == kind
    ]
    if not done:
        return None
    asked: dict[str, Any] = next(
        (found for found in document.get("phases", []) if found["type"] == kind), {}
    )
    return {value: done[-1].body.get(value), "utc": done[-1].utc, "asked": asked}


def _milling(totals: dict[str, Any]) -> dict[str, Any]:
    kg = totals.get("charged_kg") or None
    energy_j = totals.get("energy_j")
    net = None if kg is None or energy_j is None else energy_j / J_PER_KWH / kg
    return {
        "revolutions": totals.get("revolutions"),
        "on_time_s": totals.get("on_time_s"),
        "energy_net_kwh_per_kg": net,
        "argon_l": totals.get("argon_l"),
    }


def _yield(row: Row | None, charge: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    body = row.body
    charged_g = 0.0 if charge is None else charge["cam_mass_g"] + charge["sse_mass_g"]
    percent = 100.0 * body["recovered_g"] / charged_g if charged_g > 0.0 else None
    return body | {"utc": row.utc, "charged_g": charged_g, "yield_percent": percent}


def _apart_s(begin: Row | None, end: Row | None) -> float | None:
    if begin is None or end is None:
        return None
    times = [datetime.fromisoformat(row.utc) for row in (begin, end)]
    return (times[1] - times[0]).total_seconds()
