"""A simulated plant on free loopback ports, the controller's side of its wires, and a scan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from controller.core.outputs import DEAD, Outputs
from controller.core.signals import Image, Signal
from controller.edge.clock import monotonic_s
from controller.edge.modbus import ModbusPlant
from controller.edge.plantfile import PlantFile, load_plant, with_addresses
from sim.mill import Mill
from sim.parameters import LAB
from sim.server import PlantServer

ROOT = Path(__file__).parents[2]
LAB_PLANT = ROOT / "deploy" / "lab-0.5l.toml"
DEADLINE_S = 10.0
PERIOD_S = 0.1


async def wait_until(condition: Callable[[], bool], deadline_s: float = DEADLINE_S) -> float:
    """Wait for `condition`, looking at it every 2 ms; how long it took. Fails at the deadline."""
    started_s = monotonic_s()
    while not condition():
        assert monotonic_s() - started_s < deadline_s, f"not within {deadline_s} s"
        await asyncio.sleep(0.002)
    return monotonic_s() - started_s


def state(mill: Mill, values: Mapping[Signal, float]) -> None:
    """Let the transmitters of `mill` state these values, whatever is true."""

    def says(value: float) -> Callable[[float], float]:
        return lambda _: value

    mill.transmitters.overrides.update({signal: says(v) for signal, v in values.items()})


def armed(image: Image) -> bool:
    """Whether all watchdogs have been proven."""
    return not image.health.watchdogs_unarmed


@dataclass
class Rig:
    """Both ends of the wire. `scan` does what the controller's loop does, on its period."""

    file: PlantFile
    server: PlantServer
    plant: ModbusPlant
    heartbeat: bool = False

    @property
    def mill(self) -> Mill:
        """The simulated mill itself."""
        return self.server.mill

    def requests(self) -> int:
        """How many requests all the devices have received."""
        return sum(device.requests for device in self.server.devices.values())

    async def scan_until(
        self,
        condition: Callable[[Image], bool],
        outputs: Outputs = DEAD,
        deadline_s: float = DEADLINE_S,
    ) -> Image:
        """Scan with these outputs until an image fulfills `condition`; that image.

        Like the gate, it tells the plant nothing but DEAD before all watchdogs are proven.
        """
        if outputs != DEAD and self.plant.read().health.watchdogs_unarmed:
            await self.scan_until(armed)
        started_s = next_s = monotonic_s()
        while True:
            image = self.plant.read()
            if condition(image):
                return image
            assert monotonic_s() - started_s < deadline_s, f"not within {deadline_s} s"
            self.heartbeat = not self.heartbeat
            self.plant.write(outputs, self.heartbeat)
            next_s += PERIOD_S
            self.plant.next_scan_at(next_s)
            await asyncio.sleep(next_s - monotonic_s())


@asynccontextmanager
async def live_rig(path: Path = LAB_PLANT) -> AsyncIterator[Rig]:
    """A running plant server with an empty lab mill, and a started ModbusPlant."""
    file = load_plant(path)
    server = PlantServer(file, Mill(LAB, seed=1, charge=None))
    addresses = await server.start(ephemeral=True)
    running = asyncio.create_task(server.run())
    plant = ModbusPlant(with_addresses(file, addresses))
    await plant.start()
    try:
        yield Rig(file, server, plant)
    finally:
        await plant.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.stop()
