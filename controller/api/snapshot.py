"""One scan as others see it: state, batch, values with quality and age, and what is missing."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from controller import __version__
from controller.api.hands import bypasses_json, hand_offers, hands_json
from controller.api.journal import band_cells
from controller.api.recovery import recovery_json, recovery_offers
from controller.core.alarms import Alarm, Suppression
from controller.core.alarms.log import figures
from controller.core.band import BANDED
from controller.core.batch import J_PER_KWH, Batch
from controller.core.commanding import missing_for, mode_refusals
from controller.core.commands import TRIGGER_OF, CommandName
from controller.core.derived import arms_of
from controller.core.explain import phase_story
from controller.core.hands import Mode
from controller.core.interlocks import Matrix
from controller.core.labels import phase_label
from controller.core.matrix.row import Reaction
from controller.core.permissions import RELEASE_STATES, rule_for
from controller.core.permissives import (
    Permissive,
    go_on_permissives,
    release_permissives,
    reset_permissives,
    start_permissives,
    unlock_permissives,
)
from controller.core.recovering import WAITS, waiting
from controller.core.remaining import time_left_s
from controller.core.signals import SIGNALS, Image, Signal
from controller.core.state import ScanState
from controller.core.states import State, allowed_triggers
from controller.core.target import shell_inputs, thickness_json
from controller.core.twin import outside
from controller.cycle import Timing
from controller.edge.clock import utc_text
from controller.edge.modbus import DeviceStatus
from controller.edge.plantfile import PlantFile

_CHECKS: dict[State, tuple[Callable[[ScanState, Image], tuple[Permissive, ...]], ...]] = {
    State.IDLE: (start_permissives,),
    State.PAUSED: (go_on_permissives,),
    State.HELD: (go_on_permissives,),
    State.COMPLETE: (unlock_permissives,),
    State.STOPPED: (unlock_permissives,),
    State.ABORTED: (reset_permissives, unlock_permissives),
}
NEVER_GREY = (CommandName.HOLD, CommandName.STOP, CommandName.ABORT)


class Snapshots:
    """Makes snapshots of one plant and numbers them."""

    def __init__(self, plant: PlantFile, speed: float) -> None:
        self._plant = plant
        self._speed = speed
        self._seq = 0
        self._sources = {signal: plant.source(signal) for signal in Signal}
        self._tops = {signal: wire.span[1] for signal, wire in plant.signals.items() if wire.span}

    def line(
        self, state: ScanState, image: Image, timing: Timing, devices: Sequence[DeviceStatus]
    ) -> bytes:
        """The snapshot as one line of JSON, with its line end."""
        self._seq += 1
        plant = self._plant
        body = {
            "seq": self._seq,
            "utc": utc_text(),
            "process_s": round(state.now_s, 2),
            "speed": self._speed,
            "scan": asdict(timing),
            "simulated": plant.simulated,
            "plant": {"id": plant.id, "title": plant.title},
            "software": __version__,
            "state": state.state.value,
            "state_version": state.version,
            "state_s": round(state.now_s - state.entered_s, 2),
            "batch": _batch(state, image, self._speed),
            "values": self._values(state, image),
            "outputs": asdict(state.outputs),
            "permissives": _permissives(state, image),
            "alarms": [_alarm(alarm, state) for alarm in state.alarms],
            "alarm_figures": _alarm_figures(state),
            "commands": _commands(state, image),
            "lid_release": state.release is not None,
            "mode": state.mode.value,
            "hands": hands_json(state, image),
            "bypasses": bypasses_json(state),
            "recovery": recovery_json(state, image),
            "devices": [asdict(device) for device in devices],
        }
        return json.dumps(_finite(body), separators=(",", ":")).encode() + b"\n"

    def _values(self, state: ScanState, image: Image) -> dict[str, dict[str, Any]]:
        bands = signal_bands(state.matrix, arms_of(state, state.watch, state.now_s))
        return {
            signal.name.lower(): {**self._value(signal, image), "limits": bands.get(signal)}
            for signal in Signal
        }

    def _value(self, signal: Signal, image: Image) -> dict[str, Any]:
        info, value = SIGNALS[signal], image.values[signal]
        above_range = value == math.inf
        return {
            "value": self._tops.get(signal, value) if above_range else value,
            "above_range": above_range,
            "unit": info.unit,
            "decimals": info.decimals,
            "digital": info.digital,
            "label": info.label,
            "quality": image.quality[signal].value,
            "age_s": image.age_s[signal],
            "source": self._sources[signal] or "computed",
        }


@lru_cache(maxsize=64)
def signal_bands(matrix: Matrix, arms: int) -> dict[Signal, dict[str, list[float]]]:
    """Per analog signal the tightest band of its warnings, and of its holds and trips.

    A missing end is infinite. Only rows that `arms` arms: a limit that does not count is not shown.
    """
    bands: dict[Signal, dict[str, list[float]]] = {}
    armed = {entry[0] for entry in matrix.armed(arms)}
    for index, row in enumerate(matrix.rows):
        if not isinstance(row.source, Signal) or index not in armed:
            continue
        if SIGNALS[row.source].digital:
            continue
        kind = "warn" if row.reaction is Reaction.WARN else "act"
        band = bands.setdefault(row.source, {}).setdefault(kind, [-math.inf, math.inf])
        band[0], band[1] = max(band[0], row.low), min(band[1], row.high)
    return bands


def _finite(value: Any) -> Any:
    """NaN and infinity have no place in JSON: null."""
    if isinstance(value, float):
        return round(value, 6) if value - value == 0.0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _batch(state: ScanState, image: Image, speed: float) -> dict[str, Any] | None:
    batch, totals = state.batch, state.totals
    if batch is None:
        return None
    elapsed_s = state.now_s - batch.started_s if batch.started_s is not None else 0.0
    recipe = batch.recipe
    story = phase_story(state, image.values)
    started = batch.started_s is not None
    return {
        "id": batch.id,
        "recipe": {
            "id": recipe.id,
            "version": recipe.version,
            "title": recipe.title,
            "sha256": recipe.sha256,
        },
        "operator": batch.operator,
        "phase": None if story is None else asdict(story),
        "process_s": totals.process_s,
        "hold_s": totals.hold_s,
        "elapsed_s": elapsed_s,
        "wall_s": elapsed_s / speed,
        "time_left_s": time_left_s(state),
        "revolutions": totals.revolutions,
        "on_time_s": totals.on_time_s,
        "energy_kwh_per_kg": totals.energy_j / J_PER_KWH / batch.mass_kg,
        "argon_l": totals.argon_l,
        "leak_rate_mbar_l_s": state.position.leak_rate_mbar_l_s,
        "o2_slope_ppm_per_min": state.position.o2_slope_ppm_per_min,
        "purge_credit": state.watch.credit,
        "phases": [
            {
                "label": phase_label(phase),
                "type": phase.type,
                "done": state.state is State.COMPLETE or (started and index < state.position.index),
            }
            for index, phase in enumerate(batch.phases)
        ],
        "thickness": recipe_thickness(recipe),
        "charge": None if batch.charge is None else asdict(batch.charge),
        "target": _target(batch),
        "band": _band(state, image),
    }


def _band(state: ScanState, image: Image) -> dict[str, Any] | None:
    """The band of the batch's own dry runs; `now` is None where nothing is judged."""
    batch = state.batch
    if batch is None or batch.band is None:
        return None
    cells = band_cells(state)
    half = len(cells) // 2
    process_s = state.totals.process_s
    return {
        "sha256": batch.band.sha256,
        "runs": batch.band.document.runs,
        "now": {
            signal.name.lower(): [low, high]
            for signal, low, high in zip(BANDED, cells[:half], cells[half:], strict=True)
        }
        if cells
        else None,
        "outside": list(outside(batch, state.position, process_s, image.values)) if cells else [],
    }


def _target(batch: Batch) -> dict[str, float | str]:
    """What the recipe wants charged, for the charge form."""
    sse, total_g = batch.recipe.sse, batch.recipe.charge.total_mass_g
    ratio = shell_inputs(batch.recipe).mass_ratio
    return {
        "cam_mass_g": round(total_g / (1.0 + ratio), 3),
        "sse_mass_g": round(total_g * ratio / (1.0 + ratio), 3),
        "wt_percent": sse.wt_percent,
        "basis": sse.basis.value,
    }


# Asked for in every snapshot, and the same as long as the recipe is.
recipe_thickness = lru_cache(maxsize=8)(thickness_json)


def _permissives(state: ScanState, image: Image) -> list[dict[str, Any]]:
    checks = _CHECKS.get(state.state, ())
    return [asdict(item) for check in checks for item in check(state, image)]


def _alarm(alarm: Alarm, state: ScanState) -> dict[str, Any]:
    row, hidden = state.matrix.rows[alarm.row], alarm.hidden
    return {
        "id": row.id,
        "signal": row.source.name.lower(),
        "text": f"{row.text}: {alarm.detail}" if alarm.detail else row.text,
        "priority": row.priority.value,
        "state": alarm.state.value,
        "active": alarm.active,
        "acked": alarm.acked,
        "first_out": alarm.first_out,
        "unknown": alarm.unknown,
        "since_s": alarm.since_s,
        "ago_s": state.now_s - alarm.since_s,
        "suppression": alarm.suppression.value,
        "until_s": None if hidden is None else hidden.until_s,
        "reason": "" if hidden is None else hidden.reason,
        "hidden_by": "" if hidden is None else hidden.user,
        "chattering": row.id in state.alarm_log.chattering,
        "cause": row.cause,
        "consequence": row.consequence,
        "action": row.action,
    }


def _alarm_figures(state: ScanState) -> dict[str, Any]:
    found = asdict(figures(state.alarm_log, state.alarms, state.matrix.rows, state.now_s))
    return {**found, "top": [{"id": row_id, "count": count} for row_id, count in found["top"]]}


def _commands(state: ScanState, image: Image) -> dict[str, dict[str, Any]]:
    """Which commands would be accepted now, and what is missing for the others."""
    allowed = allowed_triggers(state.state)
    found: dict[str, dict[str, Any]] = {}
    for name, trigger in TRIGGER_OF.items():
        in_table = trigger in allowed
        missing = missing_for(trigger, state, image) if in_table else ()
        found[name.value] = {
            "enabled": name in NEVER_GREY or (in_table and not missing),
            "missing": list(missing) if in_table else [f"not in state {state.state.value}"],
        }
    idle = state.state is State.IDLE
    hidden = {alarm.suppression for alarm in state.alarms}
    for name, enabled, text in (
        (CommandName.LOAD, idle, "only in state IDLE"),
        (CommandName.CHARGE, idle and state.batch is not None, "a loaded recipe in state IDLE"),
        (CommandName.ACK, bool(state.alarms), "no alarms"),
        (CommandName.SHELVE, True, ""),
        (CommandName.UNSHELVE, Suppression.SHELVED in hidden, "no shelved alarms"),
        (CommandName.OUT_OF_SERVICE, True, ""),
        (CommandName.IN_SERVICE, Suppression.OUT_OF_SERVICE in hidden, "none out of service"),
    ):
        found[name.value] = {"enabled": enabled, "missing": [] if enabled else [text]}
    offers = hand_offers(state, image) | recovery_offers(state, image)
    for name, missing in offers.items():
        found[name.value] = {"enabled": not missing, "missing": list(missing)}
    for name in WAITS:
        waits = waiting(state, name)
        if waits:
            found[name.value] = {"enabled": False, "missing": list(waits)}
    if state.mode is not Mode.AUTO:
        _barred_by_mode(state, found)
    release = _release_missing(state, image)
    found[CommandName.LID_RELEASE.value] = {"enabled": not release, "missing": release}
    return {name: {**offer, **_who(CommandName(name), state)} for name, offer in found.items()}


def _barred_by_mode(state: ScanState, found: dict[str, dict[str, Any]]) -> None:
    """What the mode alone refuses."""
    for name, offer in found.items():
        reasons = mode_refusals(state, CommandName(name))
        if reasons and CommandName(name) not in NEVER_GREY:
            offer["enabled"], offer["missing"] = False, list(reasons)


def _who(name: CommandName, state: ScanState) -> dict[str, Any]:
    """Which roles may give a command in this state, and what else it takes of a person."""
    rule = rule_for(name, state.state)
    if rule is None:
        return {"roles": [], "proof": False, "not_by": ""}
    operator = "" if state.batch is None else state.batch.operator
    return {
        "roles": [role.value for role in rule.roles],
        "proof": rule.proof,
        "not_by": operator if rule.second_person else "",
    }


def _release_missing(state: ScanState, image: Image) -> list[str]:
    if state.state not in RELEASE_STATES:
        return ["only when the batch is over"]
    return [check.missing for check in release_permissives(state, image) if not check.ok]
