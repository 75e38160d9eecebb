"""The simulated devices, read and written by a Modbus client that is not ours: Debian's mbpoll."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable

import pytest
from simplant import LAB_PLANT, state, wait_until

from controller.core.signals import Signal
from controller.edge.plantfile import load_plant
from sim.mill import Mill
from sim.parameters import LAB
from sim.server import PlantServer

pytestmark = pytest.mark.modbus

INSTALL = "mbpoll was not found. Type: sudo apt-get install -y mbpoll"
COIL, DISCRETE, INPUT_FLOAT, HOLDING, HOLDING_FLOAT = "0", "1", "3:float", "4", "4:float"
LINE = re.compile(r"^\[(\d+)\]:\s+(\S+)(?: \((-?\d+)\))?", re.MULTILINE)
STATED = {
    Signal.ROTOR_RPM: 5999.0,
    Signal.TORQUE_NM: -0.3,
    Signal.DRIVE_STATE: 3.0,
    Signal.DRIVE_FAULT_CODE: 58.0,
    Signal.ARGON_FLOW_SLPM: 4.25,
    Signal.FROST_POINT_C: -61.5,
    Signal.ROOM_H2S_PPM: 0.75,
    Signal.O2_PPM: 250.0,
    Signal.MOTOR_C: 50.0,
}


class Bench:
    """A plant server, and mbpoll on any of its devices; addresses are those on the wire."""

    def __init__(self, server: PlantServer, ports: dict[str, int], mbpoll: str) -> None:
        self.server = server
        self._ports = ports
        self._mbpoll = mbpoll

    async def poll(self, device: str, kind: str, address: int, *options: str) -> str:
        """One call of mbpoll; what it printed, on either stream."""
        arguments = ["-m", "tcp", "-p", str(self._ports[device]), "-0", "-1", "-t", kind]
        before_values = options.index("127.0.0.1") if "127.0.0.1" in options else len(options)
        process = await asyncio.create_subprocess_exec(
            self._mbpoll,
            *arguments,
            *("-r", str(address)),
            *options[:before_values],
            *(options[before_values:] or ("127.0.0.1",)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return printed.decode()

    async def read(self, device: str, kind: str, address: int, *options: str) -> list[float]:
        """The values read; a 16-bit word above 32767 as the signed number that mbpoll adds."""
        printed = await self.poll(device, kind, address, *options)
        found = [float(signed or value) for _, value, signed in LINE.findall(printed)]
        assert found, printed
        return found

    async def write(self, device: str, kind: str, address: int, *values: str) -> str:
        """Write `values` from `address` on."""
        return await self.poll(device, kind, address, "127.0.0.1", *values)


def on_bench(test: Callable[[Bench], Awaitable[None]]) -> None:
    mbpoll = shutil.which("mbpoll")
    assert mbpoll is not None, INSTALL

    async def run() -> None:
        mill = Mill(LAB, seed=1, charge=None)
        state(mill, STATED)
        server = PlantServer(load_plant(LAB_PLANT), mill)
        addresses = await server.start(ephemeral=True)
        running = asyncio.create_task(server.run())
        ports = {device: port for device, (_, port) in addresses.items()}
        try:
            await test(Bench(server, ports, mbpoll))
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await server.stop()

    asyncio.run(run())


def test_drive() -> None:
    async def test(bench: Bench) -> None:
        assert await bench.read("drive", HOLDING, 0x210B, "-c", "2") == [-250.0, 5999.0]
        fault, status = await bench.read("drive", HOLDING, 0x2100, "-c", "2")
        assert fault == 58.0
        assert int(status) & 0b11 == 3

    on_bench(test)


def test_flow_controller_has_its_high_word_first() -> None:
    async def test(bench: Bench) -> None:
        assert await bench.read("mfc", HOLDING_FLOAT, 1208, "-B") == [4.25]
        assert await bench.read("mfc", HOLDING_FLOAT, 1208) != [4.25]

    on_bench(test)


def test_dew_point_transmitter_has_its_low_word_first() -> None:
    async def test(bench: Bench) -> None:
        assert await bench.read("moisture", HOLDING_FLOAT, 8) == [-61.5]
        assert await bench.read("moisture", HOLDING_FLOAT, 8, "-B") != [-61.5]
        assert await bench.read("moisture", HOLDING, 512, "-c", "2") == [1.0, 1.0]
        assert await bench.read("moisture", HOLDING, 7936) == [-12345.0]
        assert await bench.read("moisture", HOLDING_FLOAT, 7937) == [-123.45]

    on_bench(test)


def test_gas_detector() -> None:
    async def test(bench: Bench) -> None:
        (status,) = await bench.read("room_h2s", HOLDING, 0)
        assert int(status) & 0b1111 == 1
        assert await bench.read("room_h2s", HOLDING_FLOAT, 2, "-B") == [0.75]
        (unit,) = await bench.read("room_h2s", HOLDING, 6)
        assert int(unit) >> 8 == 1  # ppm

    on_bench(test)


def test_remote_inputs() -> None:
    async def test(bench: Bench) -> None:
        assert await bench.read("di", DISCRETE, 0, "-c", "8") == [1, 1, 1, 0, 1, 0, 1, 1]
        assert await bench.read("ai_process", INPUT_FLOAT, 8, "-B") == [8.0]
        assert await bench.read("ai_aux", INPUT_FLOAT, 8, "-B") == [8.0]

    on_bench(test)


def test_outputs_are_written_by_coils_and_by_a_set_point() -> None:
    async def test(bench: Bench) -> None:
        assert await bench.read("do", COIL, 0, "-c", "10") == [0.0] * 10
        await bench.write("do", COIL, 1, "1")
        await wait_until(lambda: bench.server.mill.outputs.supply_open)
        assert await bench.read("do", COIL, 0, "-c", "3") == [0.0, 1.0, 0.0]
        await bench.poll("mfc", HOLDING_FLOAT, 1009, "-B", "127.0.0.1", "5.0")
        await wait_until(lambda: bench.server.mill.outputs.argon_flow_slpm == 5.0)

    on_bench(test)


def test_the_drive_is_commanded_word_by_word() -> None:
    async def test(bench: Bench) -> None:
        await bench.write("drive", HOLDING, 0x2001, "5000")
        await bench.write("drive", HOLDING, 0x2000, "18")
        await wait_until(lambda: bench.server.mill.outputs.run)
        assert bench.server.mill.outputs.rotor_rpm == pytest.approx(3000.0)
        await bench.write("drive", HOLDING, 0x2000, "1")
        await wait_until(lambda: not bench.server.mill.outputs.run)

    on_bench(test)


@pytest.mark.parametrize(
    ("device", "kind", "address", "options", "answer"),
    [
        ("drive", HOLDING, 0x2000, (), "Illegal data address"),  # write-only
        ("drive", HOLDING, 0x2107, (), "Illegal data address"),  # no such word
        ("drive", INPUT_FLOAT, 0, (), "Illegal"),
        ("drive", HOLDING, 0x2001, ("127.0.0.1", "65000"), "Illegal data value"),
        ("drive", HOLDING, 0x210C, ("127.0.0.1", "1"), "Illegal data address"),  # read-only
        ("di", COIL, 0, (), "Illegal function"),
        ("moisture", HOLDING, 512, ("-c", "33"), "Illegal data"),
    ],
)
def test_what_the_device_does_not_know_is_refused(
    device: str, kind: str, address: int, options: tuple[str, ...], answer: str
) -> None:
    async def test(bench: Bench) -> None:
        assert answer.lower() in (await bench.poll(device, kind, address, *options)).lower()

    on_bench(test)


def test_a_write_out_of_range_is_ignored_without_a_word() -> None:
    async def test(bench: Bench) -> None:
        before = await bench.read("moisture", HOLDING_FLOAT, 768)
        printed = await bench.poll("moisture", HOLDING_FLOAT, 768, "127.0.0.1", "20000.0")
        assert "Illegal" not in printed
        assert await bench.read("moisture", HOLDING_FLOAT, 768) == before
        await bench.poll("moisture", HOLDING_FLOAT, 768, "127.0.0.1", "990.0")
        assert await bench.read("moisture", HOLDING_FLOAT, 768) == [990.0]

    on_bench(test)
