"""A trend of hours as a thousand points, beside the bare downsampling of an array in memory.

The anchor is tsdownsample's MinMaxLTTB, compiled and vectorised: of a good library the fastest that
keeps extremes. A trend is read from its file and comes back with its times; the first look at it
reads all of it, later looks what is new.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tsdownsample import LTTBDownsampler, MinMaxLTTBDownsampler

from benchmarks.dry_run import cpu_s
from benchmarks.result import Result
from controller.core.signals import SIGNAL_COUNT, Quality
from controller.records.reader import RecordReader
from controller.records.trendfile import (
    OWN_COLUMNS,
    SCANS_PER_FRAME,
    Sample,
    TrendFile,
    frame_bytes,
    header_bytes,
)
from controller.records.trends import FOLDER

HOURS = 8.0
PERIOD_S = 0.1
POINTS = 1000
GOAL_TIMES = 3.0
ROUNDS = 9


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


def run(quick: bool) -> Sequence[Result]:
    """Least of several; the file is in the cache of the system."""
    hours = 2.0 if quick else HOURS
    with TemporaryDirectory(prefix="bm-bench-") as name:
        data = Path(name)
        path = data / FOLDER / "BENCH.trend"
        path.parent.mkdir()
        write_trend(path, hours)
        values = TrendFile(path).column("o2_ppm").copy()
        reader = RecordReader(data)
        rounds = [
            (
                cpu_s(lambda: RecordReader(data).thinned("BENCH", "o2_ppm", POINTS)),
                cpu_s(lambda: reader.thinned("BENCH", "o2_ppm", POINTS)),
                cpu_s(lambda: MinMaxLTTBDownsampler().downsample(values, n_out=POINTS)),
                cpu_s(lambda: LTTBDownsampler().downsample(values, n_out=POINTS)),
            )
            for _ in range(ROUNDS)
        ]
        megabytes = path.stat().st_size / 1e6
    first_ms, ms, bare_ms, lttb_ms = (1000.0 * min(column) for column in zip(*rounds, strict=True))
    anchor = f"bare MinMaxLTTB of {len(values)} values: {bare_ms:.3f} ms (LTTB {lttb_ms:.3f} ms)"
    detail = {"hours": hours, "first_ms": first_ms, "ours_ms": ms, "bare_ms": bare_ms}
    detail |= {"lttb_ms": lttb_ms, "file_mb": megabytes}
    return (
        Result(f"trend of {hours:g} h as {POINTS} points", ms, "ms", anchor, None, detail),
        Result("trend to bare downsampling", ms / bare_ms, "times", anchor, GOAL_TIMES),
        Result("the first look at it", first_ms, "ms", "reads the whole trend file"),
        Result("trend file", megabytes / hours, "MB/h", "goal of a live record", 15.0),
    )
