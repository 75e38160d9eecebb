"""A point of the front as a recipe file, run once whole before it is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Any, Final, cast

import tomlkit
from tomlkit.items import AoT, Table

from controller.core.recipe import Recipe
from controller.core.states import State
from controller.edge.plantfile import PlantFile
from controller.edge.recipefile import parse_recipe
from controller.errors import RecipeError
from sim.design.reach import Reach
from sim.design.trial import COOLER_K, Point
from sim.dryrun import DryRun, dry_run

NOTE: Final = (
    "Estimated by simulation, constants not validated: kinetics, heat and powder are assumed values"
    " of the simulator. Made by blademill design; look at it, and try it with inert powder first."
)
TIME_MARGIN: Final = 2.0
TRIES: Final = 4
SURE_K: Final = 0.3
COVERAGE_SLACK: Final = 0.005  # what is asked for, as it is told: with two digits


@dataclass(frozen=True, slots=True)
class Proposal:
    """One recipe of the front: its text, what the search saw, and its whole dry run."""

    name: str
    text: str
    point: Point
    recipe: Recipe
    dry_run: DryRun

    def to_json(self) -> dict[str, Any]:
        """The contract of `design --json`, for one proposal."""
        schedule, run = self.point.schedule, self.dry_run
        return {
            "name": self.name,
            "rotor_rpm": schedule.rotor_rpm,
            "on_s": schedule.on_s,
            "off_s": schedule.off_s,
            "end_revolutions": _revolutions(self.point),
            "milling_s": self.point.time_s,
            "duration_s": run.duration_s,
            "outcome": run.outcome.value,
            "coverage": run.thickness_nm["simulated_coverage"],
            "attached": run.thickness_nm["simulated_attached"],
            "damage": self.point.damage,
            "powder_peak_c": run.peaks.powder_c,
            "energy_kwh_per_kg": run.totals["energy_kwh_per_kg"],
            "recipe_sha256": self.recipe.sha256,
        }


def proposed(name: str, base: str, reach: Reach, point: Point, plant: PlantFile) -> Proposal:
    """The recipe `name` made from the text of `base`, read by the checker that reads all recipes.

    Raises RecipeError when the plant or the checker does not allow it.
    """
    text = _text(name, base, reach, point, plant)
    recipe = parse_recipe(text.encode(), f"{name}.toml", plant.equipment)
    return Proposal(name, text, point, recipe, dry_run(recipe, plant))


def proposals_for(
    name: str,
    base: str,
    reach: Reach,
    points: Sequence[Point],
    plant: PlantFile,
    *,
    powder_max_c: float,
    coverage: float,
) -> list[Proposal]:
    """The points as recipes `name-a`, `name-b` and so on. Each has run once whole, and kept what
    was asked for: those that the mill or the whole batch does not allow are left out.
    """
    made: list[Proposal] = []
    for point in points:
        letter = ascii_lowercase[len(made)]
        try:
            proposal = _cool(f"{name}-{letter}", base, reach, point, plant, powder_max_c)
        except RecipeError:
            continue
        run = proposal.dry_run
        covered = run.thickness_nm["simulated_coverage"] >= coverage - COVERAGE_SLACK
        if run.outcome is State.COMPLETE and run.peaks.powder_c <= powder_max_c and covered:
            made.append(proposal)
    return made


def _cool(
    name: str, base: str, reach: Reach, point: Point, plant: PlantFile, powder_max_c: float
) -> Proposal:
    """The proposal with pulses that end early enough: the recipe goes by a probe, which is slower
    than the powder that the search looked at.
    """
    proposal = proposed(name, base, reach, point, plant)
    for _ in range(TRIES):
        over_k = proposal.dry_run.peaks.powder_c - powder_max_c
        if over_k <= 0.0:
            break
        sooner_c = point.schedule.powder_high_c - over_k - SURE_K
        point = replace(point, schedule=replace(point.schedule, powder_high_c=sooner_c))
        proposal = proposed(name, base, reach, point, plant)
    return proposal


def _text(name: str, base: str, reach: Reach, point: Point, plant: PlantFile) -> str:
    document = tomlkit.parse(base)
    header = cast(Table, document["recipe"])
    sse = cast(Table, document["sse"])
    header["id"] = name.upper()
    header["version"] = 1
    header["title"] = f"{reach.dense_nm:.0f} nm dense, {reach.wt_percent:.2f} wt%, by simulation"
    header["note"] = NOTE
    sse["wt_percent"] = round(reach.wt_percent, 2)
    phases = cast(AoT, document["phases"])
    first = next(n for n, phase in enumerate(phases) if str(phase["type"]).startswith("mill"))
    mill = _mill(point, plant, float(phases[first]["argon_flow_slpm"]))
    kept = [phase for phase in phases if not str(phase["type"]).startswith("mill")]
    made = tomlkit.aot()
    for phase in [*kept[:first], mill, *kept[first:]]:
        made.append(phase)
    document["phases"] = made
    return tomlkit.dumps(document)


def _mill(point: Point, plant: PlantFile, argon_flow_slpm: float) -> Table:
    schedule = point.schedule
    table = tomlkit.table()
    table.update(
        {
            "type": "mill_pulse",
            "rotor_rpm": schedule.rotor_rpm,
            "ramp_rpm_per_s": plant.equipment.ramp_up_max_rpm_per_s,
            "on_s": float(schedule.on_s),
            "off_s": float(schedule.off_s),
            "argon_flow_slpm": argon_flow_slpm,
            "powder_high_c": schedule.powder_high_c,
            "powder_low_c": schedule.powder_high_c - COOLER_K,
            "end_revolutions": _revolutions(point),
            "time_limit_s": float(math.ceil(TIME_MARGIN * point.time_s / 60.0) * 60),
        }
    )
    return table


def _revolutions(point: Point) -> float:
    """A little less than what the search counted, so that no further pulse is needed for it."""
    return float(max(1.0, math.floor(0.995 * point.revolutions)))
