"""A controller process with a port for Prometheus: ready, health, figures, and a quiet JSON log."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from simplant import LAB_PLANT
from simthread import simulated

from controller.edge.clock import monotonic_s

DEADLINE_S = 20.0
SCRAPES = 50


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def running(addresses: Path, folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "controller", "control", "--addresses", str(addresses)]
    paths = ["--socket", str(folder / "run" / "door.sock"), "--data", str(folder / "data")]
    process = subprocess.Popen(
        [*command, *paths, "--metrics-port", str(port), "--log-json"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10.0)


def test_it_says_when_it_is_ready_and_what_it_counts(tmp_path: Path) -> None:
    port = free_port()
    with (
        simulated(LAB_PLANT) as site,
        running(site.write_addresses(tmp_path / "at.json"), tmp_path, port) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        end_s = monotonic_s() + DEADLINE_S
        missing: object = "no answer"
        while missing != []:
            assert monotonic_s() < end_s, missing
            try:
                missing = client.get("/ready").json()["missing"]
            except httpx.TransportError:
                continue
        assert client.get("/ready").status_code == 200
        assert client.get("/health").json()["state"] == "IDLE"
        for _ in range(SCRAPES):
            text = client.get("/metrics").text
        names = {family.name for family in text_string_to_metric_families(text)}
        assert {"blademill_scan_seconds", "blademill_watchdog_margin_seconds"} <= names
        assert client.get("/v1/snapshot").status_code == 404  # the door is elsewhere
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=10.0)
        assert process.returncode == 0
        lines = [json.loads(line) for line in logged.splitlines()]
        assert [line["text"] for line in lines if "ended" in line["text"]]
        assert len(lines) < 10  # nothing for scans, polls and scrapes
        assert all({"time", "level", "from", "text"} <= set(line) for line in lines)


def test_a_port_that_is_taken_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        addresses = tmp_path / "at.json"
        addresses.write_text("{}")
        with running(addresses, tmp_path, port) as process:
            _, said = process.communicate(timeout=20.0)
    assert process.returncode == 1
    assert f"127.0.0.1:{port}" in said
    assert "--metrics-port" in said
