"""A batch of a week at scan rate, opened and zoomed on the page Batches in a real browser.

The week is one simulated hour in the archive's own form, 168 times; it takes the place of the
trend of a batch of some minutes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from playwright.sync_api import Page, TimeoutError
from recording import record_of_run

from benchmarks.page import running_mill
from benchmarks.result import Result
from benchmarks.rig import folder
from benchmarks.trend import write_trend
from controller.records.archive import archive

WEEK_H = 168
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


def write_weeks_archive(path: Path, hours: int) -> int:
    """So many scans as the archive keeps them."""
    hour = path.with_name("HOUR.trend")
    write_trend(hour, 1.0)
    archive(hour)
    one = pq.read_table(hour.with_suffix(".parquet"))
    place = one.schema.get_field_index("t_s")
    unfinished = path.with_suffix(".tmp")
    with pq.ParquetWriter(unfinished, one.schema, compression="zstd") as writer:
        for number in range(hours):
            times = pa.array(one["t_s"].to_numpy() + 3600.0 * number)
            writer.write_table(one.set_column(place, one.schema.field("t_s"), times))
    unfinished.rename(path)
    for left in (hour, hour.with_suffix(".parquet")):
        left.unlink()
    return hours * one.num_rows


def run(quick: bool) -> Sequence[Result]:
    """Opened beside the same page on the trend that the batch really has."""
    hours = 2 if quick else WEEK_H
    with folder() as place, folder() as record:
        batch = record_of_run(record)
        trends = record / "trends"
        with running_mill(place, record) as (mill, person):
            page = person.new_page()
            address = f"{mill.url}#/batches/{batch}"
            minutes_ms = opened_ms(page, address)
            scans = write_weeks_archive(trends / f"{batch}.parquet", hours)
            (trends / f"{batch}.trend").unlink(missing_ok=True)
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
