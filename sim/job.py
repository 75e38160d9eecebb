"""One dry run, fault matrix or band as a process of its own: a request in, lines of JSON out.

Whoever starts it (the page's server) gives it low priority, reads its progress, and kills it when
nobody wants it any more. `python -m sim.job` reads one request from standard input:

    {"kind": "dry_run", "recipe_toml": "...", "name": "bm-05", "plant": "deploy/lab-0.5l.toml",
     "seed": 0, "faults": ["o2_stuck@300"]}
    {"kind": "fault_matrix", "recipe_toml": "...", "name": "training", "plant": "..."}
    {"kind": "band", "recipe_toml": "...", "name": "training", "plant": "..."}

(`plant_toml` may have the text of the plant file, `plant` is then only its name), and writes
`{"progress": 0.25, ...}` a few times a second, then `{"result": ...}` or `{"error": "..."}`.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from controller import __version__
from controller.core.limits import limits_for
from controller.core.recipe import Recipe
from controller.core.recipe_time import least_s
from controller.core.signals import SIGNALS
from controller.edge.bandfile import band_text
from controller.edge.plantfile import PlantFile, load_plant, parse_plant
from controller.edge.recipefile import parse_recipe
from controller.errors import BlademillError
from sim.dryrun import TREND, DryRun, dry_run
from sim.fault_matrix import fault_matrix
from sim.faults.catalogue import CATALOGUE
from sim.faults.parse import parse_fault
from sim.margins import margins

TOLD_EVERY_S: Final = 0.2
ROWS_MAX: Final = 4_000


class Request(BaseModel):
    """What is to be run."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: Literal["dry_run", "fault_matrix", "band"]
    recipe_toml: str
    name: str
    plant: str
    plant_toml: str = ""
    speed: float = Field(default=1.0, ge=0.01, le=100.0)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    faults: tuple[str, ...] = Field(default=(), max_length=20)


class _Told:
    """Says how far it is, not more often than a person can see."""

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        self._say = say
        self._next_s = 0.0

    def __call__(self, share: float, **more: Any) -> None:
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + TOLD_EVERY_S
            self._say({"progress": round(min(share, 0.99), 3), **more})


def carry_out(request: Request, say: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Does what is asked for and returns the result. Raises a BlademillError for wrong input."""
    plant = _plant(request)
    recipe = parse_recipe(request.recipe_toml.encode(), request.name, plant.equipment)
    told = _Told(say)
    if request.kind == "fault_matrix":
        return _matrix(recipe, plant, told)
    if request.kind == "band":
        return _band(recipe, plant, request, told)
    return _dry_run(recipe, plant, request, told)


def _plant(request: Request) -> PlantFile:
    if request.plant_toml:
        return parse_plant(request.plant_toml.encode(), request.plant)
    return load_plant(Path(request.plant))


def _matrix(recipe: Recipe, plant: PlantFile, told: _Told) -> dict[str, Any]:
    tried = 0

    def one() -> None:
        nonlocal tried
        tried += 1
        told(tried / len(CATALOGUE), tried=tried, of=len(CATALOGUE))

    found = fault_matrix(recipe, plant, tried=one).to_json()
    canonical = json.dumps(found, sort_keys=True, separators=(",", ":"))
    return {
        "simulated": True,
        "software": __version__,
        "recipe_sha256": recipe.sha256,
        "plant_sha256": plant.sha256,
        "matrix_sha256": hashlib.sha256(canonical.encode()).hexdigest(),
        **found,
    }


def _band(recipe: Recipe, plant: PlantFile, request: Request, told: _Told) -> dict[str, Any]:
    from sim.band import RUNS, band_of  # brings scipy, which takes most of a second

    def one(done: int) -> None:
        told(done / RUNS, tried=done, of=RUNS)

    found = band_of(recipe, plant, seed=request.seed, speed=request.speed, told=one)
    return {"simulated": True, "band_json": band_text(found)}


def _dry_run(recipe: Recipe, plant: PlantFile, request: Request, told: _Told) -> dict[str, Any]:
    faults = [parse_fault(text) for text in request.faults]
    brake = plant.equipment.ramp_down_rpm_per_s
    expected_s = sum(least_s(phase, brake) for phase in recipe.phases) or math.inf

    def at(now_s: float, state: str) -> None:
        told(now_s / expected_s, plant_s=round(now_s, 1), state=state)

    run = dry_run(recipe, plant, seed=request.seed, faults=faults, told=at)
    limits = limits_for(plant.equipment, recipe.atmosphere)
    return {
        **run.to_json(),
        "seed": request.seed,
        "software": __version__,
        "plant": plant.id,
        "plant_sha256": plant.sha256,
        "margins": [
            asdict(one) | {"signal": one.signal.name.lower()} for one in margins(run.peaks, limits)
        ],
        "trend": _trend(run),
        "events": [
            {"t_s": event.t_s, "kind": event.kind.value, "text": event.text, "data": event.data}
            for event in run.log.events
        ],
    }


def _trend(run: DryRun) -> dict[str, Any]:
    """The trend as columns; of a long run every n-th row, and n is told."""
    rows = run.log.trend
    every = max(1, math.ceil(len(rows) / ROWS_MAX))
    kept = rows[::every]
    return {
        "every_s": every,
        "t_s": [round(row[0], 1) for row in kept],
        "columns": [
            {
                "signal": signal.name.lower(),
                "label": SIGNALS[signal].label,
                "unit": SIGNALS[signal].unit,
                "values": [_plain(row[at]) for row in kept],
            }
            for at, signal in enumerate(TREND, start=1)
        ],
    }


def _plain(value: float) -> float | None:
    return float(f"{value:.5g}") if math.isfinite(value) else None


def main() -> int:
    """Reads one request from standard input; 0 when there is a result."""

    def say(line: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(line, separators=(",", ":"), allow_nan=False) + "\n")
        sys.stdout.flush()

    try:
        request = Request.model_validate_json(sys.stdin.buffer.read())
        say({"result": carry_out(request, say)})
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        say({"error": f"{'.'.join(map(str, first['loc']))}: {first['msg']}"})
        return 1
    except BlademillError as refused:
        say({"error": refused.person_text})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
