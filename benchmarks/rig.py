"""A simulated plant in a thread, and the controller and the page as processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from controller.edge.plantfile import PlantFile, load_plant
from controller.packaged import packaged_file
from sim.mill import Mill
from sim.parameters import LAB
from sim.server import PlantServer

ROOT = Path(__file__).parents[1]
MEASURED = str(Path(__file__).with_name("measured_controller.py"))
START_S = 30.0


def lab_plant() -> PlantFile:
    """The plant file of the lab mill."""
    return load_plant(packaged_file("deploy", "lab-0.5l.toml"))


def wait_for(condition: Callable[[], Any], deadline_s: float = START_S) -> None:
    """Until `condition` holds; raises TimeoutError at the deadline."""
    began_s = time.monotonic()
    while not condition():
        if time.monotonic() - began_s > deadline_s:
            raise TimeoutError(f"not within {deadline_s} s")
        time.sleep(0.01)


class Plant:
    """The simulated plant on free ports, at the speed of the wall clock."""

    def __init__(self, mill: Mill | None = None) -> None:
        self.file = lab_plant()
        self.server = PlantServer(self.file, mill or Mill(LAB, seed=1, charge=None))
        self.addresses: dict[str, tuple[str, int]] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))
        self._thread.start()
        self._ready.wait(START_S)

    async def _run(self) -> None:
        self.addresses = await self.server.start(ephemeral=True)
        self._stop = asyncio.Event()
        running = asyncio.create_task(self.server.run())
        self._ready.set()
        await self._stop.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await self.server.stop()

    def do(self, work: Callable[[], Any]) -> Any:
        """Does something in the plant's own thread, between two of its steps."""

        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(START_S)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


class Controller:
    """The measured controller process of a plant."""

    def __init__(
        self, plant: Plant, folder: Path, begin: str = "idle", metrics_port: int = 0
    ) -> None:
        self._late = folder / "late.json"
        self.socket = folder / "door.sock"
        addresses = folder / "addresses.json"
        found = {name: f"{host}:{port}" for name, (host, port) in plant.addresses.items()}
        addresses.write_text(json.dumps(found))
        self._log = (folder / "control.log").open("wb")
        self.process = subprocess.Popen(
            [
                *(sys.executable, MEASURED, str(self._late), begin, "control"),
                *("--addresses", str(addresses), "--socket", str(self.socket)),
                *("--data", str(folder)),
                *(("--metrics-port", str(metrics_port)) if metrics_port else ()),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=self._log,
            stderr=self._log,
        )
        wait_for(self.snapshot)

    def snapshot(self) -> dict[str, Any]:
        """The newest snapshot; empty while there is none."""
        transport = httpx.HTTPTransport(uds=str(self.socket))
        try:
            with httpx.Client(transport=transport, base_url="http://door", timeout=3.0) as client:
                reply = client.get("/v1/snapshot")
        except httpx.HTTPError:
            return {}
        return dict(reply.json()) if reply.status_code == 200 else {}

    def late_s(self) -> list[float]:
        """The lateness of each scan since the last call."""
        self._late.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        wait_for(self._late.exists)
        return [float(late) for late in json.loads(self._late.read_text())]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self._log.close()


class Page:
    """The page's process, at `port`."""

    def __init__(self, socket: Path, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        log = folder / "hmi.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "controller", "hmi"),
                    *("--socket", str(socket), "--port", "0"),
                ],
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "PYTHONUNBUFFERED": "1",
                    "XDG_STATE_HOME": str(folder),
                },
                stdout=out,
                stderr=out,
            )
        address = re.compile(r"http://127\.0\.0\.1:(\d+)/")
        wait_for(lambda: address.search(log.read_text()))
        found = address.findall(log.read_text())
        self.port = int(found[-1])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait()


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards, but for what an archiver that outlives its controller may
    still write.
    """
    with tempfile.TemporaryDirectory(prefix="bm-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)
