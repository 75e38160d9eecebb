"""What a report says, worked out of the batch record: tables, spans of phases, curves, trips."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from controller.core.limits import Limits
from controller.core.matrix import rows
from controller.core.signals import SIGNALS, Signal
from controller.records.archive import Trend
from controller.reports.plots import Pane, Pen, Span, thinned

Json = dict[str, Any]
TRIP_BEFORE_S: Final = 60.0
TRIP_AFTER_S: Final = 30.0
_ENDS: Final = ("HOLDING", "STOPPING", "ABORTING")


@dataclass(frozen=True, slots=True)
class Trip:
    """Where a batch was held, stopped or aborted, with the curves around it."""

    t_s: float
    utc: str
    text: str
    panes: tuple[Pane, ...]


def panes(record: Json, trend: Trend) -> tuple[Pane, ...]:
    """The plots of a batch, with the limits that were in force."""
    t_s = trend.times()
    limits = record.get("limits") or {}

    def pen(signal: Signal) -> Pen:
        info = SIGNALS[signal]
        return thinned(t_s, _finite(trend.column(signal.name.lower())), info.label)

    def at(*names: str) -> tuple[float, ...]:
        return tuple(limits[name] for name in names if name in limits)

    return (
        *_turning_and_gas(pen, at("o2_hold_ppm")),
        Pane(
            "Temperatures",
            "°C",
            (pen(Signal.POWDER_PROBE_C), pen(Signal.JAR_C)),
            limits=at("powder_trip_c"),
        ),
        _pressure(pen),
        Pane("Torque", "N m", (pen(Signal.TORQUE_NM),)),
        Pane("Argon flow", "slpm", (pen(Signal.ARGON_FLOW_SLPM),)),
    )


def _turning_and_gas(
    pen: Callable[[Signal], Pen], limits: tuple[float, ...] = ()
) -> tuple[Pane, ...]:
    gases = (pen(Signal.O2_PPM), pen(Signal.H2O_PPM), pen(Signal.H2S_PPM))
    return (
        Pane("Rotor speed", "rpm", (pen(Signal.ROTOR_RPM),)),
        Pane("Headspace gases", "ppm (log)", gases, log=True, limits=limits),
    )


def _pressure(pen: Callable[[Signal], Pen]) -> Pane:
    return Pane("Vessel pressure", "mbar gauge", (pen(Signal.VESSEL_PRESSURE_MBAR_G),))


def _finite(values: Any) -> Any:
    return np.where(np.isfinite(values), values, np.nan)


def spans(record: Json) -> list[Span]:
    """The phases as they were run, on process time."""
    found: list[Span] = []
    began: dict[str, Any] | None = None
    for row in record["phases"]:
        if row["kind"] == "phase_started":
            if began is not None and began["data"]["index"] == row["data"]["index"]:
                continue  # gone on with after a hold
            if began is not None:
                found.append(Span(began["text"], began["process_s"], row["process_s"]))
            began = row
        elif row["kind"] == "phase_ended" and began is not None:
            found.append(Span(began["text"], began["process_s"], row["process_s"]))
            began = None
    if began is not None:
        found.append(Span(began["text"], began["process_s"], last_s(record)))
    return found


def last_s(record: Json) -> float:
    """Process time of the last transition."""
    return max((row["process_s"] for row in record["transitions"]), default=0.0)


def trips(record: Json, trend: Trend | None) -> list[Trip]:
    """Every hold, stop and abort with the readings from a minute before to half a minute after."""
    found = []
    for row in record["transitions"]:
        if row["data"]["to"] in _ENDS:
            at_s = row["process_s"]
            around = () if trend is None else _around(trend, at_s, row["data"]["cause"])
            found.append(Trip(at_s, row["utc"], row["text"], around))
    return found


def _around(trend: Trend, at_s: float, cause: str) -> tuple[Pane, ...]:
    t_s = trend.times()
    first, last = np.searchsorted(t_s, [at_s - TRIP_BEFORE_S, at_s + TRIP_AFTER_S])
    if last - first < 2:
        return ()
    times = t_s[first:last]

    def pen(signal: Signal) -> Pen:
        values = _finite(trend.column(signal.name.lower())[first:last])
        return Pen(SIGNALS[signal].label, times, values)

    drawn = (*_turning_and_gas(pen), _pressure(pen))
    shown = {one.label for pane in drawn for one in pane.pens}
    first = tuple(
        Pane(SIGNALS[signal].label, SIGNALS[signal].unit, (pen(signal),))
        for signal in _signals_of(cause)
        if SIGNALS[signal].label not in shown
    )
    return (*first, *drawn)


def _signals_of(cause: str) -> list[Signal]:
    """What the rows look at that are named as the cause; first of all what was out first."""
    names = cause.split(", ")
    sources = {row.id: row.source for row in rows(Limits())}
    return [found for name in names if isinstance(found := sources.get(name), Signal)]


# What the record calls a thing, what a person calls it, its unit, and how it is rounded.
_MILLING: Final = (
    ("revolutions", "Revolutions in the dose", "rev", ".0f"),
    ("on_time_s", "Blade time in the dose", "s", ".1f"),
    ("energy_net_kwh_per_kg", "Net energy of the dose", "kWh/kg", ".4f"),
    ("argon_l", "Argon", "standard L", ".0f"),
)
_CHARGE: Final = (
    ("cam_mass_g", "Cathode powder", "g", ".3f"),
    ("sse_mass_g", "Electrolyte", "g", ".3f"),
    ("actual_wt_percent", "Electrolyte, weighed", "wt%", ".3f"),
    ("target_wt_percent", "Electrolyte, recipe", "wt%", ".3f"),
    ("deviation_points", "Deviation", "points", "+.3f"),
    ("tolerance_points", "Allowed deviation", "points", ".3f"),
    ("cam_lot", "Cathode powder lot", "", ""),
    ("sse_lot", "Electrolyte lot", "", ""),
    ("argon_lot", "Argon lot", "", ""),
    ("blade_id", "Blade", "", ""),
    ("jar_id", "Jar", "", ""),
    ("balance_id", "Balance", "", ""),
    ("balance_stable", "Balance reading stable", "", ""),
    ("calibrated", "Calibrations", "", ""),
    ("checked_by", "Checked by", "", ""),
    ("emptied_and_cleaned", "Previous batch emptied, mill cleaned", "", ""),
)

Line = tuple[str, str, str]
_BANDS: Final = (
    ("by_exponent", "electrolyte by surface"),
    ("by_mass", "electrolyte by mass"),
)


def charge_lines(record: Json) -> list[Line]:
    """The charge as it was weighed, beside what the recipe asks for."""
    return [*_lines(record.get("charge") or {}, _CHARGE), *wear_lines(record)]


def wear_lines(record: Json) -> list[Line]:
    """How long blade and jar had worked before this batch, and how that is known."""
    found = []
    for part, wear in record["wear"].items():
        known = "hours before this batch"
        found.append((f"{part.capitalize()}, {known}", said(wear["hours_before"], ".2f"), "h"))
        found.append((f"{part.capitalize()}, hours known from", wear_origin(wear), ""))
    return found


def wear_origin(wear: Json) -> str:
    """Where the hours of a part come from, in words."""
    declared = wear["declared"]
    batches = "1 recorded batch" if wear["batches"] == 1 else f"{wear['batches']} recorded batches"
    counted = f"{wear['counted_h']:.2f} h in {batches}"
    if declared is None:
        return f"nobody declared any; {counted}"
    origin = f"{declared['hours']:g} h declared in {declared['batch']} ({declared['origin']})"
    return f"{origin}; since then {counted}"


def milling_lines(record: Json) -> list[Line]:
    """What the blade did."""
    lines = _lines(record.get("milling") or {}, _MILLING)
    times = record["times"]
    trend = record.get("trend") or {}
    for key, label in (
        ("process_s", "Process time"),
        ("hold_s", "Hold time"),
        ("wall_s", "Wall time"),
    ):
        lines.append((label, said(times.get(key), ".1f"), "s"))
    gross = trend.get("energy_gross_kwh_per_kg")
    lines.append(("Gross energy", said(gross, ".4f"), "kWh/kg"))
    torque = trend.get("torque_nm") or {}
    for key, label in (
        ("mean", "Torque, mean while turning"),
        ("peak", "Torque, peak"),
        ("noise", "Torque, noise while turning"),
    ):
        lines.append((label, said(torque.get(key), ".3f"), "N m"))
    return lines


def extreme_lines(record: Json) -> list[Line]:
    """How warm it became, for how long, and between which pressures it was."""
    trend = record.get("trend") or {}
    lines = []
    for key, label in (("powder_probe_c", "Powder probe"), ("jar_c", "Jar")):
        heat = trend.get(key) or {}
        lines.append((f"{label}, highest", said(heat.get("max"), ".1f"), "°C"))
        lines.append((f"{label}, time above 50 °C", said(heat.get("above_50_s"), ".1f"), "s"))
    pressure = trend.get("vessel_pressure_mbar_g") or {}
    for key, label in (("min", "lowest"), ("max", "highest")):
        lines.append((f"Vessel pressure, {label}", said(pressure.get(key), ".1f"), "mbar gauge"))
    return lines


def gas_lines(record: Json) -> list[tuple[str, ...]]:
    """One line for each gas, from the closed lid to its opening."""
    trend = record.get("trend") or {}
    return [
        (
            name,
            *(
                said((trend.get(key) or {}).get(figure), form)
                for figure, form in (
                    ("at_first_turn", ".2f"),
                    ("max_while_turning", ".2f"),
                    ("max", ".1f"),
                    ("ppm_min", ".0f"),
                    ("unknown_min", ".2f"),
                )
            ),
        )
        for key, name in (("o2_ppm", "O2"), ("h2o_ppm", "H2O"), ("h2s_ppm", "H2S"))
    ]


def proof_lines(record: Json) -> list[Line]:
    """Leak test and proof of the atmosphere, each beside what the recipe accepts."""
    leak, proof = record.get("leak_test") or {}, record.get("proof") or {}
    asked, slope = leak.get("asked") or {}, proof.get("asked") or {}
    return [
        ("Leak rate, measured", said(leak.get("leak_rate_mbar_l_s"), ".2e"), "mbar L/s"),
        ("Leak rate, accepted", said(asked.get("accept_mbar_l_s"), ".2e"), "mbar L/s"),
        ("O2 slope with the sweep shut", said(proof.get("o2_slope_ppm_per_min"), ".3f"), "ppm/min"),
        ("O2 slope, accepted", said(slope.get("o2_slope_max_ppm_per_min"), ".3f"), "ppm/min"),
    ]


def shell_lines(record: Json) -> list[Line]:
    """The predicted shell with its band; never a measurement."""
    found = record.get("predicted") or {}
    bands = found.get("band_nm") or {}
    lines = [
        ("Dense (solid fraction 1)", said(found.get("dense_nm"), ".0f"), "nm"),
        (
            f"Apparent (solid fraction {said(found.get('solid_fraction'), 'g')})",
            said(found.get("apparent_nm"), ".0f"),
            "nm",
        ),
    ]
    for key, label in _BANDS:
        band = bands.get(key) or {}
        ends = f"{said(band.get('d10_nm'), '.0f')} to {said(band.get('d90_nm'), '.0f')}"
        lines.append((f"Apparent, cores D10 to D90, {label}", ends if band else said(None), "nm"))
    return lines


def _lines(data: Json, known: Sequence[tuple[str, str, str, str]]) -> list[Line]:
    return [(label, said(data.get(key), form), unit) for key, label, unit, form in known]


def said(value: Any, form: str = "") -> str:
    """A value for a person: what is missing is said to be."""
    if value is None or value == "":
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format(value, form) if math.isfinite(value) else "unknown"
    return str(value)
