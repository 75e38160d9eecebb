"""Process time: what the scan has lived through, and what it was told of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.cycle import PERIOD_S, ProcessTime

MOST_S = 2.0 * PERIOD_S
GAPS = st.lists(st.floats(0.001, 4.0e7), min_size=1, max_size=50)


@given(st.floats(0.0, 1e9), GAPS, st.sampled_from([1.0, 10.0]))
def test_no_scan_counts_for_more_than_two_periods(
    first_s: float, gaps_s: list[float], speed: float
) -> None:
    """I24: 0 <= dt <= 2 T, whatever the clock does."""
    time, at_s = ProcessTime(speed), first_s
    assert time.advance(at_s) == 0.0
    for gap_s in gaps_s:
        before_s, lived_s = at_s, time.now_s
        at_s += gap_s
        assert time.advance(at_s) == at_s - before_s
        assert -1e-6 <= time.now_s - lived_s <= speed * MOST_S + 1e-6


def test_a_day_of_small_delays_does_not_drift() -> None:
    time = ProcessTime(1.0)
    for scan in range(864_001):
        time.advance(5.0 + scan * PERIOD_S + 0.03 * (scan % 3))
    assert time.now_s == pytest.approx(86_400.0, abs=0.04)


def test_speed_makes_process_time_faster_and_gaps_not() -> None:
    time = ProcessTime(10.0)
    time.advance(1.0)
    assert time.advance(1.1) == pytest.approx(0.1)
    assert time.now_s == pytest.approx(1.0)
    assert time.advance(6.1) == pytest.approx(5.0)
    assert time.now_s == pytest.approx(1.0 + 10.0 * MOST_S)
