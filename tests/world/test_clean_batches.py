"""Clean batches of every packaged recipe: they complete, and nothing cries wolf (L5)."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

import pytest
from bench import LAB, PLANT, ROOT, SHORT
from worlds import Run, new_run

from controller.core.events import EventKind
from controller.core.matrix.row import Priority
from controller.core.recipe import Recipe
from controller.core.signals import Signal
from controller.core.states import State
from controller.edge.recipefile import load_recipe
from sim.dryrun import dry_run, event_line

PACKAGED = ["bm-03", "bm-05", "bm-10", "training"]


def packaged(name: str) -> Recipe:
    return load_recipe(ROOT / "recipes" / f"{name}.toml", LAB)


@functools.cache
def finished(name: str) -> tuple[Run, dict[str, float]]:
    """A whole batch with the invariants checked, and the truth of the plant at its worst."""
    run = new_run(packaged(name))
    peaks = {"powder_c": 0.0, "h2s_ppm_milling": 0.0, "o2_ppm_milling": 0.0}
    for _ in range(60_000):
        run.step()
        mill = run.world.mill
        peaks["powder_c"] = max(peaks["powder_c"], mill.heat.powder_c)
        if run.phase_type().startswith("mill_"):
            x = run.world.image.values
            peaks["h2s_ppm_milling"] = max(
                peaks["h2s_ppm_milling"], mill.h2s_ppm, x[Signal.H2S_PPM]
            )
            peaks["o2_ppm_milling"] = max(peaks["o2_ppm_milling"], mill.o2_ppm)
        if run.state in (State.COMPLETE, State.STOPPED, State.ABORTED, State.HELD):
            break
    return run, peaks


@pytest.mark.parametrize("name", PACKAGED)
def test_a_clean_batch_completes_without_hold_or_trip(name: str) -> None:
    """L5: no spurious trip, no spurious hold, no alarm of a priority that calls a person."""
    run, _ = finished(name)
    assert run.state is State.COMPLETE
    visited = [e.data["to"] for e in run.events if e.kind is EventKind.TRANSITION]
    assert visited == ["STARTING", "RUNNING", "COMPLETING", "COMPLETE"]
    raised = [e for e in run.events if e.kind is EventKind.ALARM_RAISED]
    assert all(e.data["priority"] == Priority.P3.value for e in raised), raised
    assert not run.invariants.breaches


@pytest.mark.parametrize("name", PACKAGED)
def test_a_clean_batch_stays_far_from_every_danger(name: str) -> None:
    """The simulator's truth, not what the probes say."""
    run, peaks = finished(name)
    assert peaks["powder_c"] <= 60.0
    assert peaks["h2s_ppm_milling"] < 10.0
    assert peaks["o2_ppm_milling"] < 10.0
    assert run.world.mill.lid_closed and run.world.mill.lid_locked


def test_every_invariant_was_at_stake_in_a_clean_batch() -> None:
    """A check whose premise never held has shown nothing."""
    run, _ = finished("bm-05")
    for premise in ("I1", "I3 start", "I4", "I5", "I9", "I10", "I11", "I19", "I21"):
        assert run.invariants.witness[premise] > 0, premise


def test_the_doses_are_given_as_the_recipe_says() -> None:
    run, _ = finished("bm-05")
    truth = run.world.mill.truth()
    totals = run.world.state.totals
    assert 55_000.0 <= totals.revolutions <= 55_000.0 * 1.01
    assert totals.revolutions == pytest.approx(truth.revolutions, rel=0.005)
    assert totals.argon_l <= truth.argon_l, "the bleed is beside the flow controller"


@pytest.mark.parametrize("seed", range(2, 7))
def test_other_noise_makes_no_other_batch(seed: int) -> None:
    """L5."""
    run = new_run(SHORT, seed)
    assert run.go(900.0, until=lambda run: run.state is State.COMPLETE), run.state
    assert not [e for e in run.events if e.kind is EventKind.ALARM_RAISED]
    assert not run.invariants.breaches


# The same run again.

SCRIPT = """
import sys
sys.path.insert(0, {support!r})
from bench import PLANT, SHORT
from sim.dryrun import dry_run, event_line
run = dry_run(SHORT, PLANT, seed=int(sys.argv[1]))
sys.stdout.buffer.write(run.log.sha256.encode() + b"\\n")
sys.stdout.buffer.writelines(event_line(event) for event in run.log.events)
"""


def in_a_process(seed: int, hash_seed: str) -> bytes:
    script = SCRIPT.format(support=str(ROOT / "tests" / "support"))
    return subprocess.run(
        [sys.executable, "-c", script, str(seed)],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    ).stdout


def test_one_seed_is_one_log_in_any_process() -> None:
    """P14: byte for byte, whatever the order of hashes; another seed is another run."""
    first = in_a_process(5, "0")
    assert in_a_process(5, "4242") == first
    here = dry_run(SHORT, PLANT, seed=5)
    lines = b"".join(event_line(event) for event in here.log.events)
    assert first == here.log.sha256.encode() + b"\n" + lines
    assert first.count(b"\n") > 15
    assert dry_run(SHORT, PLANT, seed=6).log.sha256 != here.log.sha256
