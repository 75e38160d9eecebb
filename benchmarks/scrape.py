"""A scrape of the figures for Prometheus: how long it takes, and that no scan is later for it.

Beside it stands a request to the same server that has almost nothing to tell. Scans are compared
with those of windows without scrapes, which take turns with windows of five a second: some twenty
times as many as Prometheus makes.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import httpx

from benchmarks.anchor import Timer, timer_name
from benchmarks.phases import PERIOD_S, SETTLE_S
from benchmarks.result import Result, quantile
from benchmarks.rig import Controller, Plant, folder

EVERY_S = 0.2
MOST_MS = 5.0
# Two windows without scrapes differ by as much: what is within it says nothing.
FINEST = 1.5


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def scraped(url: str, took_s: dict[str, list[float]]) -> Iterator[None]:
    """Meanwhile somebody asks for the figures, and for the short answer, again and again."""
    over = threading.Event()

    def work() -> None:
        with httpx.Client(base_url=url, timeout=3.0) as client:
            while not over.wait(EVERY_S):
                for path in ("/health", "/metrics"):
                    began_s = time.perf_counter()
                    client.get(path).raise_for_status()
                    took_s[path].append(time.perf_counter() - began_s)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def run(quick: bool) -> Sequence[Result]:
    """The median scrape, and the median lateness of scans with scrapes to that without."""
    rounds, seconds = (1, 4.0) if quick else (4, 15.0)
    took_s: dict[str, list[float]] = {"/health": [], "/metrics": []}
    late_s: dict[str, list[float]] = {"quiet": [], "scraped": []}
    timer_s: dict[str, list[float]] = {"quiet": [], "scraped": []}
    plant, port = Plant(), free_port()
    url = f"http://127.0.0.1:{port}"
    with folder() as place:
        controller = Controller(plant, place, metrics_port=port)
        try:
            for _ in range(rounds):
                for phase, meanwhile in (
                    ("quiet", nullcontext()),
                    ("scraped", scraped(url, took_s)),
                ):
                    with meanwhile:
                        time.sleep(SETTLE_S)
                        controller.late_s()
                        timer_s[phase] += Timer(round(seconds / PERIOD_S)).late_s()
                        late_s[phase] += controller.late_s()
        finally:
            controller.stop()
            plant.stop()
    return results(took_s, late_s, timer_s)


def results(
    took_s: dict[str, list[float]], late_s: dict[str, list[float]], timer_s: dict[str, list[float]]
) -> Sequence[Result]:
    scrape_ms, short_ms = (1e3 * quantile(took_s[path], 0.5) for path in ("/metrics", "/health"))
    quiet, scraped_now = (quantile(late_s[phase], 0.5) for phase in ("quiet", "scraped"))
    bare = quantile(timer_s["scraped"], 0.5) / quantile(timer_s["quiet"], 0.5)
    return (
        Result("scrape, median", scrape_ms, "ms", f"a short answer {short_ms:.2f} ms", MOST_MS),
        Result(
            "lateness scraped to quiet, median",
            scraped_now / quiet,
            "times",
            f"{timer_name()} {bare:.2f} times",
            FINEST,
            {"scans": len(late_s["scraped"]), "scrapes": len(took_s["/metrics"])},
        ),
        Result(
            "lateness while scraped, p99",
            1e3 * quantile(late_s["scraped"], 0.99),
            "ms",
            f"quiet {1e3 * quantile(late_s['quiet'], 0.99):.2f} ms",
        ),
    )
