"""A thousand points of many hours: every peak of every stretch, the same as from all scans."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.signals import Quality
from controller.records.archive import ParquetTrend, archive
from controller.records.extremes import SCANS_AT_A_TIME, Extremes, Kept
from controller.records.reader import RecordReader
from controller.records.trendfile import (
    COLUMNS,
    SCANS_PER_BLOCK,
    SIGNAL_COLUMNS,
    Sample,
    TrendFile,
    frame_bytes,
    header_bytes,
)

NAN = float("nan")
VALUES = st.lists(
    st.floats(-1e6, 1e6, width=32) | st.sampled_from((NAN, float("inf"))), min_size=1, max_size=900
)


def found_in(values: list[float], most: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    column = np.array(values, np.float32)
    times = 0.1 * np.arange(len(values))
    return Extremes.of(times, column).points(most)


@given(VALUES, st.integers(2, 60))
def test_every_point_was_measured_and_the_extremes_are_among_them(
    values: list[float], most: int
) -> None:
    times, points = found_in(values, most)
    assert len(points) <= most
    assert (np.diff(times) > 0).all()
    at = np.round(times / 0.1).astype(int)
    np.testing.assert_array_equal(points, np.array(values, np.float32)[at])
    known = [value for value in values if np.isfinite(value)]
    if known:
        assert np.nanmax(points[np.isfinite(points)]) == np.float32(max(known))
        assert np.nanmin(points[np.isfinite(points)]) == np.float32(min(known))


def sample(t_s: float, value: float) -> Sample:
    own = (1.0,) * (len(COLUMNS) - len(SIGNAL_COLUMNS))
    quality = [Quality.GOOD] * len(SIGNAL_COLUMNS)
    return Sample(t_s, 1_700_000_000_000, [value] * len(SIGNAL_COLUMNS), quality, own)


def written(path: Path, counts: list[int], seed: int = 1) -> None:
    """A trend file with frames of so many scans, as restarts and ends leave them."""
    rng = np.random.default_rng(seed)
    scan = 0
    with path.open("wb") as file:
        file.write(header_bytes("B", 0.1))
        for number, count in enumerate(counts):
            rows = []
            for _ in range(count):
                scan += 1
                value = NAN if rng.random() < 0.1 else float(rng.normal())
                rows.append(sample(0.1 * scan, value))
            file.write(frame_bytes(number, rows))


@pytest.mark.parametrize("counts", [[10] * 31, [10, 3, 10, 10, 1], [4], [10] * 8 + [7]])
def test_a_trend_that_grows_is_the_same_as_one_that_is_read_anew(
    tmp_path: Path, counts: list[int]
) -> None:
    path, kept = tmp_path / "B.trend", Kept()
    for frames in range(1, len(counts) + 1):
        written(path, counts[:frames])
        grown = kept.of(TrendFile(path), "o2_ppm")
        anew = Kept().of(TrendFile(path), "o2_ppm")
        assert int(grown.scans.sum()) == sum(counts[:frames])
        for one, other in zip(grown.points(20), anew.points(20), strict=True):
            np.testing.assert_array_equal(one, other)


def test_many_scans_taken_a_part_at_a_time_are_the_same_as_all_at_once() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=2 * SCANS_AT_A_TIME + 7).astype(np.float32)
    times = 0.1 * np.arange(len(values))
    least = values[: 2 * SCANS_AT_A_TIME].reshape(-1, SCANS_PER_BLOCK).min(axis=1)
    found = Extremes.of(times, values)
    assert int(found.scans.sum()) == len(values)
    np.testing.assert_array_equal(found.low[:-1], least)
    split = 3 * SCANS_PER_BLOCK
    apart = Extremes.of(times[:split], values[:split]).then((times[split:], values[split:]))
    for one, other in zip(found.points(500), apart.points(500), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_archived_trend_has_the_same_extremes(tmp_path: Path) -> None:
    path = tmp_path / "B.trend"
    written(path, [10] * 40)
    live = Kept().of(TrendFile(path), "o2_ppm").points(16)
    archive(path)
    kept, archived = Kept(), ParquetTrend(path.with_suffix(".parquet"))
    for _ in range(2):
        for one, other in zip(kept.of(archived, "o2_ppm").points(16), live, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_long_trend_goes_this_way_and_a_short_one_is_thinned_scan_by_scan(
    tmp_path: Path,
) -> None:
    (tmp_path / "trends").mkdir()
    written(tmp_path / "trends" / "B.trend", [10] * 200)
    reader = RecordReader(tmp_path)
    whole = TrendFile(tmp_path / "trends" / "B.trend").column("o2_ppm")
    for points in (4, 20, 1_000):
        times, values = reader.thinned("B", "o2_ppm", points)
        assert len(values) <= points and (np.diff(times) > 0).all()
        assert np.nanmax(values) == np.nanmax(whole)
        assert np.nanmin(values) == np.nanmin(whole)
    assert 4 * SCANS_PER_BLOCK * 10 <= len(whole) < 4 * SCANS_PER_BLOCK * 500
