"""Compiled packages do what the interpreted ones do, to the last bit of a run's log."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from controller.packaged import packaged_file
from sim.dryrun import dry_run

ROOT = Path(__file__).parents[2]
SEEDS = (0, 7)
IN_A_PROCESS = """
import sys
import controller.core.scan
import sim.mill
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe
from controller.packaged import packaged_file
from sim.dryrun import dry_run

for module in (controller.core.scan, sim.mill):
    assert module.__file__.endswith(".so"), module.__file__
plant = load_plant(packaged_file("deploy", "lab-0.5l.toml"))
recipe = load_recipe(packaged_file("recipes", "training.toml"), plant.equipment)
print(dry_run(recipe, plant, seed=int(sys.argv[1])).log.sha256)
"""


def _compiled_sha256(folder: Path, seed: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, str(seed)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_same_seed_gives_the_same_log_compiled(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "build_compiled.py"), str(tmp_path)], check=True)
    plant = load_plant(packaged_file("deploy", "lab-0.5l.toml"))
    recipe = load_recipe(packaged_file("recipes", "training.toml"), plant.equipment)
    for seed in SEEDS:
        assert _compiled_sha256(tmp_path, seed) == dry_run(recipe, plant, seed=seed).log.sha256
