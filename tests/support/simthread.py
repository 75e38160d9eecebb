"""A simulated plant on free ports in a thread of its own, for what runs a loop itself."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.edge.plantfile import PlantFile, load_plant, with_addresses
from sim.mill import Mill
from sim.server import PlantServer
from sim.world import parameters_for


@dataclass
class Site:
    """The plant file with the addresses of the running simulator, and the simulator itself."""

    plant: PlantFile
    server: PlantServer
    loop: asyncio.AbstractEventLoop

    def at_the_mill(self, work: Callable[[], Any]) -> None:
        """Do something to the simulated mill, between two of its steps."""
        done = threading.Event()

        def do() -> None:
            work()
            self.server.step()
            done.set()

        self.loop.call_soon_threadsafe(do)
        assert done.wait(5.0)

    def write_addresses(self, path: Path) -> Path:
        """The file that --addresses takes."""
        where = {device.id: device.address for device in self.plant.devices}
        path.write_text(json.dumps(where))
        return path


@contextmanager
def simulated(path: Path) -> Iterator[Site]:
    """The plant of the plant file `path`, with an empty mill, until the block ends."""
    plant = load_plant(path)
    mill = Mill(parameters_for(plant.equipment), seed=1, charge=None)
    ready: list[Site] = []
    started, ending = threading.Event(), asyncio.Event()

    async def run() -> None:
        server = PlantServer(plant, mill)
        addresses = await server.start(ephemeral=True)
        running = asyncio.create_task(server.run())
        ready.append(
            Site(with_addresses(plant, addresses), server, asyncio.get_running_loop()),
        )
        started.set()
        await ending.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert started.wait(10.0)
    try:
        yield ready[0]
    finally:
        ready[0].loop.call_soon_threadsafe(ending.set)
        thread.join(10.0)
