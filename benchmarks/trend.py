"""A trend of hours as a thousand points, beside the bare downsampling of an array in memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dry_run import cpu_s
from benchmarks.result import Result
from controller.core.signals import SIGNAL_COUNT, Quality
from controller.records.downsample import least_and_greatest
from controller.records.trendfile import (
    OWN_COLUMNS,
    SCANS_PER_FRAME,
    Sample,
    TrendFile,
    frame_bytes,
    header_bytes,
)

HOURS = 8.0
PERIOD_S = 0.1
POINTS = 1000
GOAL_TIMES = 3.0


def write_trend(path: Path, hours: float) -> None:
    """A trend file of that length; every frame is the same but for its number and waves."""
    frames = round(hours * 3600.0 / PERIOD_S / SCANS_PER_FRAME)
    quality = (Quality.GOOD,) * SIGNAL_COUNT
    own = (0.0,) * len(OWN_COLUMNS)
    with path.open("wb") as file:
        file.write(header_bytes("BENCH", PERIOD_S))
        for number in range(frames):
            wave = 20.0 + math.sin(0.01 * number)
            scans = [
                Sample(number + PERIOD_S * scan, 0, [wave + scan] * SIGNAL_COUNT, quality, own)
                for scan in range(SCANS_PER_FRAME)
            ]
            file.write(frame_bytes(number, scans))


def _query(path: Path) -> None:
    trend = TrendFile(path)
    values, times = trend.column("o2_ppm"), trend.times()
    picked = least_and_greatest(values, POINTS)
    values[picked], times[picked]


def run(quick: bool) -> Sequence[Result]:
    """Least of several; the file is in the cache, as after its first look."""
    hours = 0.5 if quick else HOURS
    with TemporaryDirectory(prefix="bm-bench-") as folder:
        path = Path(folder) / "BENCH.trend"
        write_trend(path, hours)
        values = TrendFile(path).column("o2_ppm").copy()
        rounds = [
            (cpu_s(lambda: _query(path)), cpu_s(lambda: least_and_greatest(values, POINTS)))
            for _ in range(7)
        ]
        megabytes = path.stat().st_size / 1e6
    ours_ms, bare_ms = (1000.0 * min(column) for column in zip(*rounds, strict=True))
    anchor = f"bare downsampling of {len(values)} values: {bare_ms:.2f} ms"
    detail = {"hours": hours, "ours_ms": ours_ms, "bare_ms": bare_ms, "file_mb": megabytes}
    return (
        Result(f"trend of {hours:g} h as {POINTS} points", ours_ms, "ms", anchor, None, detail),
        Result("trend to bare downsampling", ours_ms / bare_ms, "times", anchor, GOAL_TIMES),
        Result("trend file", megabytes / hours, "MB/h", "goal of a live record", 15.0),
    )
