"""The operator page in a real browser on the real processes: its first value, its bytes, how old a
scan is when it can be read, what twenty browsers cost the server, and whether it stays small.

Memory and nodes are looked at over ten minutes; a page is open for weeks, so what grows is told per
hour. The points of the live trend grow for six hours and then stay; they are in the figure.
"""

from __future__ import annotations

import os
import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from machine import CHROMIUM_ADVICE, CHROMIUM_ARGS, find_chromium
from millpage import MillPage, mill_page
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.result import Result, quantile
from benchmarks.rig import folder

CLIENTS = 20
TICKS = os.sysconf("SC_CLK_TCK")
# When the first value stands in the drawing, in ms since the page was asked for; and of each frame
# how old its scan was when it arrived, and when the page had been changed by it.
WATCH = """
(() => {
  window.arrived = [];
  window.shown = [];
  let scan = 0;
  const Source = window.EventSource;
  window.EventSource = class extends Source {
    constructor(...args) {
      super(...args);
      super.addEventListener('message', (event) => {
        scan = Date.parse(JSON.parse(event.data).utc);
        window.arrived.push(Date.now() - scan);
      });
    }
  };
  new MutationObserver(() => {
    if (!window.first && document.querySelector('.mimic [data-signal=o2_ppm] .tag-value')) {
      window.first = performance.now();
    }
    if (scan) window.shown.push(Date.now() - scan);
    scan = 0;
  }).observe(document, {subtree: true, childList: true, characterData: true});
})()
"""
SIZES = """
() => {
  const all = [...performance.getEntriesByType('navigation'),
               ...performance.getEntriesByType('resource')];
  return {sent: all.reduce((sum, it) => sum + it.transferSize, 0),
          read: all.reduce((sum, it) => sum + it.decodedBodySize, 0),
          document: all[0].responseEnd, first: window.first};
}
"""


@contextmanager
def running_mill(
    place: Path, record: Path | None = None
) -> Iterator[tuple[MillPage, BrowserContext]]:
    """A mill in a batch, and somebody signed in; `record` is of earlier days.

    Raises RuntimeError without a Chromium.
    """
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError(CHROMIUM_ADVICE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGS))
        with mill_page(browser, place, speed=1.0, record=record) as mill:
            person = mill.person(mill.administrator(), "Ada", "operator", "supervisor")
            mill.start_batch()
            yield mill, person
        browser.close()


def run(quick: bool) -> Sequence[Result]:
    """All figures of one running mill."""
    loads, frames_s, cpu_s, minutes = (2, 3.0, 3.0, 0.2) if quick else (9, 30.0, 20.0, 10.0)
    with folder() as place, running_mill(place) as (mill, person):
        return [
            *cold_loads(mill, person, loads),
            *ages(mill, person, frames_s),
            *cost(mill, person, cpu_s),
            *growth(mill, person, minutes),
        ]


def _open(mill: MillPage, browser: Browser, person: BrowserContext) -> tuple[BrowserContext, Page]:
    context = browser.new_context(storage_state=person.storage_state())
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.add_init_script(WATCH)
    page.goto(mill.url)
    page.locator(".mimic [data-signal=o2_ppm] .tag-value").wait_for()
    return context, page


def cold_loads(mill: MillPage, person: BrowserContext, count: int) -> list[Result]:
    """Loads with an empty cache."""
    found: list[dict[str, float]] = []
    for _ in range(count):
        context, page = _open(mill, mill.browser, person)
        found.append(page.evaluate(SIZES))
        context.close()
    first, document = (
        statistics.median(it[name] for it in found) for name in ("first", "document")
    )
    sent, read = (max(it[name] for it in found) / 1000.0 for name in ("sent", "read"))
    anchor = f"its document had arrived after {document:.0f} ms"
    return [
        Result("page, first live value", first, "ms", anchor, 1000.0, {"loads": count}),
        Result("page, bytes on the wire", sent, "kB", f"{read:.0f} kB when unpacked", 400.0),
    ]


def ages(mill: MillPage, person: BrowserContext, seconds: float) -> list[Result]:
    """How old a scan is when the page shows it."""
    context, page = _open(mill, mill.browser, person)
    page.evaluate("() => { window.arrived.length = window.shown.length = 0; }")
    page.wait_for_timeout(1000.0 * seconds)
    arrived, shown = page.evaluate("() => [window.arrived, window.shown]")
    context.close()
    return [
        Result(
            f"page, scan to picture, {name}",
            quantile(shown, share),
            "ms",
            f"its frame had arrived after {quantile(arrived, share):.0f} ms",
            goal,
            {"frames": len(shown)},
        )
        for name, share, goal in (("median", 0.5, 150.0), ("p95", 0.95, 300.0))
    ]


def cost(mill: MillPage, person: BrowserContext, seconds: float) -> list[Result]:
    """What browsers cost the page's process, in hundredths of one core."""
    pid = mill.processes.pid("hmi")
    alone = _load(pid, seconds)
    cookies = "; ".join(f"{it['name']}={it['value']}" for it in person.cookies())
    port = int(mill.url.rstrip("/").rpartition(":")[2])
    readers = [_Reader(port, cookies) for _ in range(CLIENTS)]
    time.sleep(1.0)
    load = _load(pid, seconds)
    rates = [reader.stop() / (seconds + 1.0) for reader in readers]
    return [
        Result(
            f"page's server with {CLIENTS} browsers",
            100.0 * load,
            "% of a core",
            f"without any {100.0 * alone:.2f} %; the slowest had {min(rates):.1f} frames/s",
            10.0,
        )
    ]


def _load(pid: int, seconds: float) -> float:
    before = _ticks(pid)
    time.sleep(seconds)
    return (_ticks(pid) - before) / TICKS / seconds


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


class _Reader:
    """One browser's stream, read and thrown away; it counts the frames."""

    def __init__(self, port: int, cookies: str) -> None:
        self._frames = 0
        self._socket = socket.create_connection(("127.0.0.1", port))
        head = f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\n\r\n"
        self._socket.sendall(head.encode())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while data := self._socket.recv(65_536):
            self._frames += data.count(b"\ndata: ")

    def stop(self) -> int:
        """How many frames came."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        return self._frames


def growth(mill: MillPage, person: BrowserContext, minutes: float) -> list[Result]:
    """Memory and nodes of a page that is left open."""
    context, page = _open(mill, mill.browser, person)
    page.wait_for_timeout(min(60_000.0, 20_000.0 * minutes))
    before = _weight(page)
    page.wait_for_timeout(60_000.0 * minutes)
    after = _weight(page)
    context.close()
    heap_mb = (after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 1e6
    nodes = after["Nodes"] - before["Nodes"]
    begun = f"{before['JSHeapUsedSize'] / 1e6:.1f} MB, {before['Nodes']:.0f} nodes at the beginning"
    return [
        Result(f"page, memory after {minutes:g} min more", heap_mb, "MB", begun, 2.0),
        Result(f"page, nodes after {minutes:g} min more", nodes, "", begun, 100.0),
    ]


def _weight(page: Page) -> dict[str, Any]:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return {it["name"]: it["value"] for it in found}
