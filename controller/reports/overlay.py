"""Two or more batches over one another on process time; the first is the one to compare with."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from controller.core.signals import SIGNALS, Signal
from controller.errors import RecordError
from controller.records.archive import Trend
from controller.records.reader import RecordReader
from controller.reports.content import said, spans
from controller.reports.page import template
from controller.reports.plots import Pane, Pen, Span, drawn, thinned

BATCHES_MAX: Final = 6
DRAWN: Final = (
    (Signal.ROTOR_RPM, False),
    (Signal.O2_PPM, True),
    (Signal.H2O_PPM, True),
    (Signal.POWDER_PROBE_C, False),
    (Signal.VESSEL_PRESSURE_MBAR_G, False),
    (Signal.TORQUE_NM, False),
)
# Where a figure stands in the batch record, what it is called, its unit, and how it is rounded.
FIGURES: Final = (
    (("times", "process_s"), "Process time", "s", ".0f"),
    (("times", "hold_s"), "Hold time", "s", ".0f"),
    (("leak_test", "leak_rate_mbar_l_s"), "Leak rate", "mbar L/s", ".2e"),
    (("trend", "o2_ppm", "max_while_turning"), "O2, highest while turning", "ppm", ".2f"),
    (("trend", "h2o_ppm", "max_while_turning"), "H2O, highest while turning", "ppm", ".2f"),
    (("trend", "h2s_ppm", "max_while_turning"), "H2S, highest while turning", "ppm", ".2f"),
    (("trend", "powder_probe_c", "max"), "Powder probe, highest", "°C", ".1f"),
    (("trend", "torque_nm", "mean"), "Torque, mean while turning", "N m", ".3f"),
    (("milling", "revolutions"), "Revolutions in the dose", "", ".0f"),
    (("milling", "energy_net_kwh_per_kg"), "Net energy", "kWh/kg", ".4f"),
    (("milling", "argon_l"), "Argon", "standard L", ".0f"),
    (("charge", "actual_wt_percent"), "Electrolyte, weighed", "wt%", ".3f"),
    (("predicted", "apparent_nm"), "Predicted shell, apparent", "nm", ".0f"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of all batches, and how far each of the others is from the first, in percent."""

    label: str
    unit: str
    values: tuple[str, ...]
    percent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Laid:
    record: dict[str, Any]
    trend: Trend
    begin_s: float


def overlay(reader: RecordReader, batch_ids: Sequence[str]) -> str:
    """A page with the batches over one another, each from the begin of its first phase.

    Raises RecordError for an unknown batch, one without a trend, or more than can be told apart.
    """
    if not 2 <= len(batch_ids) <= BATCHES_MAX:
        raise RecordError(f"an overlay is of 2 to {BATCHES_MAX} batches")
    laid = [_laid(reader, batch_id) for batch_id in batch_ids]
    records = [one.record for one in laid]
    golden = laid[0]
    phases = [
        Span(span.label, span.begin_s - golden.begin_s, span.end_s - golden.begin_s)
        for span in spans(golden.record)
    ]
    page: str = template("overlay.html.jinja").render(
        records=records,
        simulated=any(record["simulated"] for record in records),
        phases=[span.label for span in phases],
        plot=drawn([_pane(laid, signal, log) for signal, log in DRAWN], phases),
        differences=differences(records),
        recipes=[(r["id"], recipe_difference(records[0], r)) for r in records[1:]],
    )
    return page


def _laid(reader: RecordReader, batch_id: str) -> _Laid:
    record, trend = reader.batch(batch_id), reader.trend_of(batch_id)
    if trend is None:
        raise RecordError(f"batch {batch_id} has no trend")
    found = spans(record)
    return _Laid(record, trend, found[0].begin_s if found else 0.0)


def _pane(laid: Sequence[_Laid], signal: Signal, log: bool) -> Pane:
    info = SIGNALS[signal]
    return Pane(info.label, info.unit, tuple(_pen(one, signal) for one in laid), log=log)


def _pen(one: _Laid, signal: Signal) -> Pen:
    t_s = one.trend.times() - one.begin_s
    kept = t_s >= 0.0
    values = one.trend.column(signal.name.lower())[kept]
    return thinned(t_s[kept], values, str(one.record["id"]))


def differences(records: Sequence[dict[str, Any]]) -> list[Difference]:
    """Each figure of each batch, and how far it is from that of the first."""
    found = []
    for path, label, unit, form in FIGURES:
        values = [_at(record, path) for record in records]
        percent = [_percent(values[0], value) for value in values[1:]]
        shown = tuple(said(value, form) for value in values)
        found.append(Difference(label, unit, shown, tuple(percent)))
    return found


def _at(record: Any, path: Sequence[str]) -> Any:
    for key in path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def _percent(golden: Any, value: Any) -> str:
    if not isinstance(golden, float | int) or not isinstance(value, float | int) or not golden:
        return ""
    return f"{100.0 * (value - golden) / abs(golden):+.1f} %"


def recipe_difference(golden: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The lines in which the two recipes differ; none when they are the same bytes."""
    if golden["recipe"]["sha256"] == other["recipe"]["sha256"]:
        return []
    texts = (golden["recipe"]["text"], other["recipe"]["text"])
    names = (str(golden["id"]), str(other["id"]))
    old, new = (text.splitlines() for text in texts)
    return list(difflib.unified_diff(old, new, *names, lineterm="", n=1))
