"""The time to the end that people are shown, against the batch as it then really went."""

from __future__ import annotations

import pytest
from bench import LAB, ROOT
from worlds import new_run

from controller.core.remaining import time_left_s
from controller.core.states import State
from controller.edge.recipefile import load_recipe

SAMPLED_SCANS = 100


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float, float]]:
    """Of a clean batch, every 10 s: the phase, the time left as told, and as it turned out."""
    run = new_run(load_recipe(ROOT / "recipes" / "training.toml", LAB))
    seen: list[tuple[str, float, float]] = []
    while run.state is not State.COMPLETE:
        run.step()
        state = run.world.state
        left_s = time_left_s(state)
        if state.state is State.RUNNING and run.world.scans % SAMPLED_SCANS == 0:
            assert left_s is not None
            seen.append((run.phase_type(), left_s, state.totals.process_s))
    assert time_left_s(run.world.state) is None
    end_s = run.world.state.totals.process_s
    return [(phase, left_s, end_s - at_s) for phase, left_s, at_s in seen]


def test_the_time_left_is_a_lower_estimate_from_the_first_minute_on(
    told: list[tuple[str, float, float]],
) -> None:
    assert len(told) > 30
    for phase, left_s, true_s in told:
        assert left_s <= 1.05 * true_s, (phase, left_s, true_s)


def test_most_of_what_is_left_is_foreseen_while_milling(
    told: list[tuple[str, float, float]],
) -> None:
    milling = [(left_s, true_s) for phase, left_s, true_s in told if phase.startswith("mill_")]
    assert milling
    for left_s, true_s in milling:
        assert left_s >= 0.8 * true_s - 15.0, (left_s, true_s)
