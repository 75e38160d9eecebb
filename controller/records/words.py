"""A batch record as a page of text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

_NONE: Final = "-"


def batch_text(record: dict[str, Any]) -> str:
    """What a person wants to know first, then what happened."""
    return "\n".join([*_head(record), *_material(record), *_run(record), *_story(record)])


def _head(record: dict[str, Any]) -> Iterator[str]:
    setting, recipe = record["setting"] or {}, record["recipe"]
    simulated = " (SIMULATED)" if record["simulated"] else ""
    yield f"{record['id']}: {record['outcome']}{simulated}"
    yield f"  recipe {recipe.get('id')} v{recipe.get('version')}, sha256 {recipe.get('sha256')}"
    yield f"  software {setting.get('software')}, plant {setting.get('plant_id')}"
    yield f"  loaded {record['loaded_utc']}, started {record['started_utc'] or _NONE}"
    yield f"  ended {record['ended_utc'] or _NONE}, operator {record['operator'] or _NONE}"
    disposition = record["disposition"]
    yield f"  disposition {disposition['disposition'] if disposition else 'not given'}"


def _material(record: dict[str, Any]) -> Iterator[str]:
    charge = record["charge"]
    if charge is None:
        yield "  no charge confirmed"
        return
    yield (
        f"  charge {_n(charge['cam_mass_g'])} g of {charge['cam_lot']}"
        f" and {_n(charge['sse_mass_g'])} g of {charge['sse_lot']}"
    )
    for part, wear in record["wear"].items():
        before, after = _n(wear["hours_before"]), _n(wear["hours"])
        yield f"  {part} {wear['id']}: {before} h before, {after} h after"
    if "actual_wt_percent" in charge:
        yield (
            f"  electrolyte {charge['actual_wt_percent']:.3f} % of {charge['basis']}, wanted"
            f" {_n(charge['target_wt_percent'])} within {_n(charge['tolerance_points'])} points"
        )


def _run(record: dict[str, Any]) -> Iterator[str]:
    times, milling, trend = record["times"], record["milling"], record["trend"] or {}
    leak = record["leak_test"] or {}
    yield f"  leak rate {_n(leak.get('leak_rate_mbar_l_s'))} mbar L/s"
    for name in ("o2_ppm", "h2o_ppm"):
        gas = trend.get(name) or {}
        yield (
            f"  {name}: at first turn {_n(gas.get('at_first_turn'))}, max while turning"
            f" {_n(gas.get('max_while_turning'))}, lid to lid {_n(gas.get('ppm_min'))} ppm min"
        )
    yield (
        f"  {_n(milling['revolutions'])} revolutions, {_n(milling['on_time_s'])} s on,"
        f" {_n(milling['energy_net_kwh_per_kg'])} kWh/kg net,"
        f" {_n(trend.get('energy_gross_kwh_per_kg'))} gross"
    )
    yield f"  process {_n(times['process_s'])} s, held {_n(times['hold_s'])} s"
    predicted = record["predicted"] or {}
    yield f"  predicted shell {_n(predicted.get('apparent_nm'))} nm apparent (mass conservation)"
    for found in record["measured"]:
        data = found["data"]
        yield f"  measured {_n(data['thickness_nm'])} nm by {data['method']} on {data['section']}"
    if record["yield"]:
        yield f"  recovered {_n(record['yield']['recovered_g'])} g"


def _story(record: dict[str, Any]) -> Iterator[str]:
    told = [
        *record["transitions"],
        *record["alarms"],
        *record["commands"],
        *record["comments"],
        *record["bypasses"],
        *record["handovers"],
        *record["recovery"],
    ]
    for item in sorted(told, key=lambda item: int(item["seq"])):
        yield f"  {item['seq']:>7}  {item['utc']}  {item['kind']:<18} {item['text']}"


def _n(value: float | None) -> str:
    return _NONE if value is None else f"{value:.6g}"
