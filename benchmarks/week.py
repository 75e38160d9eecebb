"""A batch of a week at scan rate, opened and zoomed on the page Batches in a real browser.

The week takes the place of the trend of a batch of some minutes: its scans in random order, so that
nothing of them compresses away, stored as the archive stores them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from playwright.sync_api import Page, TimeoutError
from recording import record_of_run

from benchmarks.page import running_mill
from benchmarks.result import Result
from benchmarks.rig import folder, wait_for
from controller.records.archive import SUFFIX, storage
from controller.records.trends import FOLDER

WEEK_H = 168
# As many as pyarrow puts into one group by itself.
SCANS_PER_GROUP = 1_048_576
PERIOD_S = 0.1
LATE_S = 0.0001
LIMIT_MS = 30_000.0
DRAWN = ".batch-plot .u-over"
# The longest time between two pictures, while a person goes closer ten times.
FRAMES = """
async () => {
  let longest = 0, last = performance.now(), going = true;
  const look = (now) => {
    longest = Math.max(longest, now - last);
    last = now;
    if (going) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const plot = document.querySelector('.batch-plot .trend-canvas');
  if (!plot) return NaN;
  for (let i = 0; i < 10; i++) {
    plot.dispatchEvent(new KeyboardEvent('keydown', {key: '+', bubbles: true}));
    await wait(200);
  }
  going = false;
  return longest;
}
"""


def write_weeks_archive(path: Path, scans: int) -> None:
    """In place of this archive so many scans of it in random order, stored as it is."""
    one, rng = pq.read_table(path), np.random.default_rng(1)
    place = one.schema.get_field_index("t_s")
    columns = {name: one[name].to_numpy() for name in one.column_names}
    unfinished = path.with_suffix(".tmp")
    with pq.ParquetWriter(unfinished, one.schema, **storage(columns)) as writer:
        for begin in range(0, scans, SCANS_PER_GROUP):
            count = min(scans - begin, SCANS_PER_GROUP)
            late_s = rng.exponential(LATE_S, count)
            times = pa.array(PERIOD_S * np.arange(begin, begin + count) + late_s)
            part = one.take(rng.integers(one.num_rows, size=count))
            writer.write_table(part.set_column(place, one.schema.field("t_s"), times))
    unfinished.rename(path)


def run(quick: bool) -> Sequence[Result]:
    """Opened beside the same page on the trend that the batch really has."""
    hours = 2 if quick else WEEK_H
    scans = round(hours * 3600.0 / PERIOD_S)
    with folder() as place, folder() as record:
        batch = record_of_run(record)
        with running_mill(place, record) as (mill, person):
            page = person.new_page()
            address = f"{mill.url}#/batches/{batch}"
            minutes_ms = opened_ms(page, address)
            # The controller has archived it, and its archiver has gone.
            wait_for(lambda: not (record / FOLDER / f"{batch}.trend").exists())
            write_weeks_archive(record / FOLDER / f"{batch}{SUFFIX}", scans)
            first_ms, again_ms = (opened_ms(page, address) for _ in range(2))
            longest_ms = page.evaluate(FRAMES)
    anchor = f"the same page with a trend of minutes {minutes_ms:.0f} ms"
    detail = {"scans": scans}
    return [
        Result(f"trend of {hours} h, first look", first_ms, "ms", anchor, 2000.0, detail),
        Result(f"trend of {hours} h, later looks", again_ms, "ms", anchor, 2000.0, detail),
        Result("longest picture while zooming", longest_ms, "ms", "16.7 ms between two at best"),
    ]


def opened_ms(page: Page, address: str) -> float:
    """Until the plots stand there; `LIMIT_MS` when they never do, so that the goal is missed."""
    page.goto("about:blank")
    began_s = time.perf_counter()
    page.goto(address)
    with suppress(TimeoutError):
        page.locator(DRAWN).first.wait_for(timeout=LIMIT_MS)
        return 1000.0 * (time.perf_counter() - began_s)
    return LIMIT_MS
