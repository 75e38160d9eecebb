"""One run of a study: a mill with its own constants, the shipped scan, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from controller.core.coating import target_thickness
from controller.core.events import Event, EventKind
from controller.core.recipe import Recipe
from controller.core.states import State
from controller.core.target import shell_inputs
from controller.edge.plantfile import PlantFile
from sim.mill import Mill
from sim.parameters import Charge, MillParameters
from sim.peaks import Peaks
from sim.study.outcome import Outcome
from sim.study.vary import BIASED, Vary
from sim.undisturbed import undisturbed
from sim.world import ENDED, PERIOD_S, Operator, World, mill_of, parameters_for, powder_of

LIMIT_S: Final = 86_400.0
START_LIMIT_S: Final = 600.0
_OVER: Final = (*ENDED, State.HELD)
_MARKED: Final = ("charge", "bias", "shell")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The constants of one run."""

    parameters: MillParameters
    charge: Charge
    bias: dict[str, float]
    shell: dict[str, float]

    def put_biases(self, mill: Mill) -> None:
        """Lets the transmitters of `mill` be off by what was drawn for them."""
        for name, bias in self.bias.items():
            mill.transmitters.overrides[BIASED[name]] = _off_by(bias)


def drawn(recipe: Recipe, plant: PlantFile, items: Sequence[Vary], row: Sequence[float]) -> Drawn:
    """The nominal mill and powder with this row of shares (0 to 1, one per item) drawn into it."""
    groups: dict[str, dict[str, float]] = {}
    nominal = parameters_for(plant.equipment)
    charge = powder_of(recipe)
    for item, share in zip(items, row, strict=True):
        group, name = item.of.split(".")
        value = item.draw(float(share))
        if group not in ("bias", "shell"):
            part = charge if group == "charge" else getattr(nominal, group)
            value = item.applied(getattr(part, name), value)
        groups.setdefault(group, {})[name] = value
    changed: dict[str, Any] = {
        group: replace(getattr(nominal, group), **values)
        for group, values in groups.items()
        if group not in _MARKED
    }
    return Drawn(
        replace(nominal, **changed),
        replace(charge, **groups.get("charge", {})),
        groups.get("bias", {}),
        groups.get("shell", {}),
    )


def run_once(recipe: Recipe, plant: PlantFile, chosen: Drawn, seed: int) -> Outcome:
    """One batch in virtual time on the mill of these constants, by a person who does all right."""
    mill = mill_of(chosen.parameters, chosen.charge, plant.equipment, seed)
    chosen.put_biases(mill)
    mill.settle()
    world = World(mill, plant)
    operator, peaks = Operator(recipe), Peaks()
    events: list[Event] = []
    with undisturbed():
        _run(world, operator, peaks, events)
    return _outcome(recipe, chosen, world, peaks, events)


def _run(world: World, operator: Operator, peaks: Peaks, events: list[Event]) -> None:
    """Lets the batch run until it is over, or cannot be started."""
    mill = world.mill
    last_scan = round(LIMIT_S / PERIOD_S)
    while world.scans < last_scan:
        decision = world.step(operator.commands(world) if not operator.done else ())
        peaks.take(mill)
        peaks.take_measured(world.image.values)
        events += decision.events
        if decision.events and decision.state.state in _OVER:
            break
        if not operator.done and world.now_s > START_LIMIT_S:
            break


def _off_by(bias: float) -> Callable[[float], float]:
    def lie(true: float) -> float:
        return true + bias

    return lie


def _outcome(
    recipe: Recipe, chosen: Drawn, world: World, peaks: Peaks, events: Sequence[Event]
) -> Outcome:
    truth, totals, batch = world.mill.truth(), world.state.totals, world.state.batch
    dense_nm, apparent_nm = _shell_nm(recipe, chosen)
    mass_kg = batch.mass_kg if batch else math.nan
    return Outcome(
        completed=float(world.state.state is State.COMPLETE),
        state=world.state.state.value,
        first_cause=_first_cause(events),
        duration_s=world.now_s,
        purge_s=_purge_s(events),
        dense_nm=dense_nm,
        apparent_nm=apparent_nm,
        simulated_local_nm=truth.local_nm,
        coverage=truth.coverage,
        attached=truth.attached,
        broken=truth.broken,
        powder_peak_c=peaks.powder_c,
        jar_peak_c=peaks.jar_c,
        o2_spinning_ppm=peaks.o2_ppm_while_spinning,
        h2o_spinning_ppm=peaks.h2o_ppm_while_spinning,
        h2s_spinning_ppm=peaks.h2s_ppm_while_spinning,
        torque_peak_nm=peaks.torque_nm,
        pressure_peak_mbar_g=peaks.pressure_mbar_g,
        leak_rate_mbar_l_s=world.state.position.leak_rate_mbar_l_s or math.nan,
        argon_l=totals.argon_l,
        energy_kwh_per_kg=totals.energy_j / 3.6e6 / mass_kg,
        revolutions=totals.revolutions,
    )


def _shell_nm(recipe: Recipe, chosen: Drawn) -> tuple[float, float]:
    """Dense and apparent target shell of the powder that was really in the jar."""
    powder, nominal = chosen.charge, shell_inputs(recipe)
    fraction = nominal.solid_fraction + chosen.shell.get("solid_fraction", 0.0)
    found = target_thickness(
        replace(
            nominal,
            sse_wt_percent=nominal.sse_wt_percent + chosen.shell.get("sse_wt_percent", 0.0),
            d50_um=powder.core_d50_m * 1e6,
            d10_um=None,
            d90_um=None,
            core_density_g_cm3=powder.core_kg_m3 / 1000.0,
            shell_density_g_cm3=powder.sse_kg_m3 / 1000.0,
            solid_fraction=min(max(fraction, 0.2), 1.0),
            sse_d50_um=powder.sse_d50_m * 1e6,
        )
    )
    return found.dense_nm, found.apparent_nm


def _first_cause(events: Sequence[Event]) -> str:
    """The rows that first held, stopped or tripped the batch; empty when none did."""
    for event in events:
        if event.kind is EventKind.TRANSITION and event.data["to"] in (
            "HOLDING",
            "STOPPING",
            "ABORTING",
        ):
            return str(event.data["cause"])
    return ""


def _purge_s(events: Sequence[Event]) -> float:
    """How long the purge took, NaN when it did not end."""
    began_s = math.nan
    for event in events:
        if event.data.get("type") != "purge":
            continue
        if event.kind is EventKind.PHASE_STARTED:
            began_s = event.t_s
        elif event.kind is EventKind.PHASE_ENDED:
            return event.t_s - began_s
    return math.nan
