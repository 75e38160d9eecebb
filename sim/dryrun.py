"""Dry run: one recipe on the simulated plant in virtual time, by the scan that also runs live."""

from __future__ import annotations

import hashlib
import json
import math
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from controller.core.band import RunBand
from controller.core.coating import target_thickness
from controller.core.events import Event, EventKind
from controller.core.recipe import Recipe
from controller.core.signals import Signal
from controller.core.states import State
from controller.core.target import shell_inputs
from controller.edge.plantfile import PlantFile
from sim.mill import Mill
from sim.peaks import Peaks
from sim.undisturbed import undisturbed
from sim.world import ENDED, PERIOD_S, Operator, World, new_mill

if TYPE_CHECKING:
    from sim.faults.model import Planned

TREND_EVERY: Final = 10
TOLD_EVERY: Final = 600
LIMIT_S: Final = 86_400.0
TREND: Final = (
    Signal.O2_PPM,
    Signal.H2O_PPM,
    Signal.H2S_PPM,
    Signal.ROTOR_RPM,
    Signal.TORQUE_NM,
    Signal.VESSEL_PRESSURE_MBAR_G,
    Signal.JAR_C,
    Signal.POWDER_PROBE_C,
    Signal.ARGON_FLOW_SLPM,
)
_TREND: Final = [int(signal) for signal in TREND]
_ROW: Final = struct.Struct(f">{1 + len(_TREND)}d")


class Log:
    """Every event, and the trend once a second. Hashed as it grows: events as lines of JSON, trend
    rows as big-endian doubles.
    """

    __slots__ = ("_hash", "events", "trend")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.events: list[Event] = []
        self.trend: list[tuple[float, ...]] = []

    def event(self, event: Event) -> None:
        """Appends one event."""
        self.events.append(event)
        self._hash.update(event_line(event))

    def sample(self, t_s: float, x: Sequence[float]) -> None:
        """Appends one trend row."""
        row = (t_s, *[x[signal] for signal in _TREND])
        self.trend.append(row)
        self._hash.update(_ROW.pack(*row))

    @property
    def sha256(self) -> str:
        """The hash of everything so far."""
        return self._hash.hexdigest()


def event_line(event: Event) -> bytes:
    """One event as a line of canonical JSON."""
    body = {"kind": event.kind.value, "t_s": event.t_s, "text": event.text, "data": event.data}
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a dry run found, and its log."""

    outcome: State
    recipe: Recipe
    duration_s: float
    wall_s: float
    scans: int
    thickness_nm: dict[str, float]
    peaks: Peaks
    totals: dict[str, float]
    log: Log = field(repr=False)
    faults: tuple[Planned, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The contract of `dry-run --json`."""
        recipe = self.recipe
        return {
            "outcome": self.outcome.value,
            "simulated": True,
            "recipe": {"id": recipe.id, "version": recipe.version, "sha256": recipe.sha256},
            "duration_s": round(self.duration_s, 6),
            "wall_s": self.wall_s,
            "real_time_factor": self.duration_s / self.wall_s if self.wall_s > 0 else None,
            "scans": self.scans,
            "thickness_nm": self.thickness_nm,
            "peaks": asdict(self.peaks),
            "totals": self.totals,
            "log_sha256": self.log.sha256,
            **({"faults": [fault.to_json() for fault in self.faults]} if self.faults else {}),
        }

    def to_text(self) -> str:
        """A summary for the terminal."""
        nm, peaks, totals = self.thickness_nm, self.peaks, self.totals
        factor = self.duration_s / self.wall_s if self.wall_s > 0 else math.inf
        lines = [
            f"{self.recipe.id} v{self.recipe.version}: {self.outcome.value} (SIMULATED)",
            f"  plant time {self.duration_s:.1f} s in {self.wall_s:.2f} s ({factor:.0f} times)",
            f"  target shell: dense {nm['dense']:.0f} nm, apparent {nm['apparent']:.0f} nm at solid"
            f" fraction {self.recipe.sse.solid_fraction:g}",
            f"  simulated: attached {nm['simulated_attached']:.3f}, coverage"
            f" {nm['simulated_coverage']:.3f} (estimate, kinetic constants assumed)",
            f"  peaks: O2 {peaks.o2_ppm_while_spinning:.1f} ppm and H2O"
            f" {peaks.h2o_ppm_while_spinning:.1f} ppm while spinning,"
            f" powder {peaks.powder_c:.1f} °C",
            f"  totals: {totals['revolutions']:.0f} revolutions, {totals['energy_kwh_per_kg']:.3f}"
            f" kWh/kg net, argon {totals['argon_l']:.0f} L",
        ]
        lines += [f"  fault: {fault}" for fault in self.faults]
        lines += [
            f"  {event.t_s:9.1f} s  {event.text}"
            for event in self.log.events
            if event.kind in (EventKind.TRANSITION, EventKind.ALARM_RAISED)
        ]
        lines.append(f"  log sha256 {self.log.sha256}")
        return "\n".join(lines)


def dry_run(
    recipe: Recipe,
    plant: PlantFile,
    *,
    seed: int = 0,
    faults: Sequence[Planned] = (),
    band: RunBand | None = None,
    told: Callable[[float, str], None] = lambda now_s, state: None,
) -> DryRun:
    """Runs `recipe` on the simulator of `plant` until it has ended, in virtual time.

    `faults` begin and end at their times, in seconds of plant time. `told` hears the plant time and
    the state once a minute of it. With a `band` the run is judged by it.
    The log is the same for the same recipe, plant, seed and faults in any process. Wall time is
    only reported, it decides nothing.
    """
    equipment = plant.equipment
    mill = new_mill(recipe, equipment, seed)
    world = World(mill, plant)
    if faults:
        world.inject(faults, plant)
    operator, peaks, log = Operator(recipe, band), Peaks(), Log()
    with undisturbed():
        wall_s = _ran(world, operator, peaks, log, told)
    return DryRun(
        outcome=world.state.state,
        recipe=recipe,
        duration_s=world.now_s,
        wall_s=wall_s,
        scans=world.scans,
        thickness_nm=_thickness(recipe, mill),
        peaks=peaks,
        totals=_totals(world),
        log=log,
        faults=tuple(faults),
    )


def _ran(
    world: World, operator: Operator, peaks: Peaks, log: Log, told: Callable[[float, str], None]
) -> float:
    """Lets the batch run until it has ended; the wall time that it took."""
    mill = world.mill
    began = time.perf_counter()
    last_scan = round(LIMIT_S / PERIOD_S)
    started = False
    for scans in range(1, last_scan + 1):
        decision = world.step(() if started else operator.commands(world))
        x = world.image.values
        peaks.take(mill)
        peaks.take_measured(x)
        if decision.events:
            started = operator.done
            for event in decision.events:
                log.event(event)
        if scans % TREND_EVERY == 0:
            log.sample(decision.state.now_s, x)
            if scans % TOLD_EVERY == 0:
                told(decision.state.now_s, decision.state.state.value)
        if decision.events and decision.state.state in ENDED:
            break
    return time.perf_counter() - began


def _thickness(recipe: Recipe, mill: Mill) -> dict[str, float]:
    """The recipe's target, and what the simulator's kinetics made of it (constants assumed)."""
    target = target_thickness(shell_inputs(recipe))
    truth = mill.truth()
    return {
        "dense": target.dense_nm,
        "apparent": target.apparent_nm,
        "thin_limit": target.thin_limit_nm,
        "simulated_local": truth.local_nm,
        "simulated_mean": truth.mean_nm,
        "simulated_coverage": truth.coverage,
        "simulated_attached": truth.attached,
    }


def _totals(world: World) -> dict[str, float]:
    totals, batch = world.state.totals, world.state.batch
    mass_kg = batch.mass_kg if batch else 0.0
    return {
        "revolutions": totals.revolutions,
        "on_time_s": totals.on_time_s,
        "process_s": totals.process_s,
        "hold_s": totals.hold_s,
        "energy_kwh_per_kg": totals.energy_j / 3.6e6 / mass_kg if mass_kg else 0.0,
        "argon_l": totals.argon_l,
        "leak_rate_mbar_l_s": world.state.position.leak_rate_mbar_l_s or 0.0,
    }
