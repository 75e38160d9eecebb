"""The simulated plant on the wire: one Modbus TCP server for each address of a plant file."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final, cast

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from controller.edge.clock import monotonic_s
from controller.edge.plantfile import PlantFile
from controller.edge.registers import READ_FUNCTION, OnExpiry, Table
from controller.edge.wiring import HEARTBEAT
from controller.errors import InputError, StartError
from sim.devices import HeartbeatRelay, SimulatedDevice, outputs_of
from sim.drive import DriveFault
from sim.mill import Mill

TICK_S: Final = 0.02
# A simulator that was stopped does not race after the time that it lost.
CATCH_UP_S: Final = 0.5
TABLE_OF_READ: Final = {code: table for table, code in READ_FUNCTION.items()}
TABLE_OF_WRITE: Final = {
    5: Table.COIL,
    6: Table.HOLDING,
    15: Table.COIL,
    16: Table.HOLDING,
}
BITS: Final = 16  # of a bit table, in one word of the library's storage

Address = tuple[str, int]


class PlantServer:
    """A mill behind the devices of its plant file, in real time times `speed`.

    `on_tick` is called after every step of the plant. Raises InputError for a plant that is not
    marked simulated, or whose devices are not all on a loopback address.
    """

    def __init__(
        self,
        plant: PlantFile,
        mill: Mill,
        *,
        speed: float = 1.0,
        clock: Callable[[], float] = monotonic_s,
        on_tick: Callable[[Mill], None] = lambda mill: None,
    ) -> None:
        _require_simulated(plant)
        self.mill = mill
        self.speed = speed
        self.devices = {
            device.id: SimulatedDevice(plant, device, clock) for device in plant.devices
        }
        self._clock = clock
        self._on_tick = on_tick
        self._relay = HeartbeatRelay(plant.heartbeat_s, clock)
        self._addresses: dict[str, Address] = {}
        self._servers: dict[Address, ModbusTcpServer] = {}
        self._stepped_s = clock()
        self._outputs: dict[str, float] = {}

    async def start(self, *, ephemeral: bool = False) -> dict[str, Address]:
        """Listen; where each device is, by id. With `ephemeral`, on free ports.

        Raises StartError when a port is taken.
        """
        self.step()
        groups: defaultdict[Address, list[SimulatedDevice]] = defaultdict(list)
        for device in self.devices.values():
            groups[device.device.host, device.device.port].append(device)
        for (host, port), devices in groups.items():
            at = await self._listen(host, 0 if ephemeral else port, devices)
            self._addresses |= {device.device.id: at for device in devices}
        return dict(self._addresses)

    async def unplug(self, device_id: str) -> None:
        """Take a device (and what shares its address) off the network: every connection ends."""
        await _shut(self._servers.pop(self._addresses[device_id]))

    async def plug(self, device_id: str) -> None:
        """Put an unplugged device back at its address."""
        host, port = at = self._addresses[device_id]
        devices = [self.devices[name] for name, where in self._addresses.items() if where == at]
        await self._listen(host, port, devices)

    async def _listen(self, host: str, port: int, devices: list[SimulatedDevice]) -> Address:
        units = {device.device.unit: device for device in devices}

        def trace(sending: bool, pdu: ModbusPDU) -> ModbusPDU:
            device = None if sending else units.get(pdu.dev_id)
            if device is None:
                return pdu
            if pdu.function_code in device.deaf_to:
                return cast(ModbusPDU, None)  # the library then answers nothing
            device.request()
            return pdu

        sim_devices = [self._sim_device(device) for device in devices]
        if 0 not in units:
            sim_devices.append(SimDevice(0, _NOTHING, action=_no_such_unit))
        server = ModbusTcpServer(sim_devices, address=(host, port), trace_pdu=trace)
        try:
            await server.serve_forever(background=True)
        except RuntimeError as error:
            raise StartError(
                "cannot listen",
                where=f"{host}:{port} ({devices[0].device.id})",
                do="Is a simulator running already? Stop it, or use --ephemeral.",
            ) from error
        sockets = cast(asyncio.Server, server.transport).sockets
        address: Address = sockets[0].getsockname()[:2]
        self._servers[address] = server
        return address

    def _sim_device(self, device: SimulatedDevice) -> SimDevice:
        async def action(
            function: int,
            start: int,
            address: int,
            count: int,
            registers: list[int],
            values: list[int] | list[bool] | None,
        ) -> ExcCodes | None:
            return self._serve(device, function, start, address, count, registers, values)

        return SimDevice(device.device.unit, _storage(device), action=action)

    def _serve(
        self,
        device: SimulatedDevice,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """One request. `registers` is the library's storage of the table, from `start` on."""
        if device.busy:
            return ExcCodes.DEVICE_BUSY
        if function not in device.profile.device.functions:
            return ExcCodes.ILLEGAL_FUNCTION
        if values is not None:
            return self._write(device, function, address, values)
        table = TABLE_OF_READ.get(function)
        if table is None:
            return None  # the library reads back what it has just written
        if table in (Table.COIL, Table.DISCRETE):
            first = address - address % BITS
            for word in range(count):
                bits = _packed(device.words[table], first + BITS * word)
                registers[first // BITS + word - start] = bits
            return None
        if count > device.profile.device.max_registers:
            return ExcCodes.ILLEGAL_VALUE
        words = device.read(table, address, count)
        if isinstance(words, ExcCodes):
            return words
        registers[address - start : address - start + count] = words
        return None

    def _write(
        self,
        device: SimulatedDevice,
        function: int,
        address: int,
        values: list[int] | list[bool],
    ) -> ExcCodes | None:
        refused = device.write(TABLE_OF_WRITE[function], address, values)
        if refused is None:
            self._apply()
        return refused

    async def run(self) -> None:
        """Let the plant run, until cancelled."""
        self._stepped_s = self._clock()
        while True:
            await asyncio.sleep(TICK_S)
            self.step()

    async def stop(self) -> None:
        """End all connections and free the ports."""
        for server in self._servers.values():
            await _shut(server)
        self._servers.clear()

    def step(self) -> None:
        """Move the plant on to now, and its devices' registers and watchdogs with it."""
        for device in self.devices.values():
            if device.watch() is OnExpiry.FAULT:
                self.mill.drive.trip(DriveFault.COMM_TIMEOUT)
        self._apply()
        now_s = self._clock()
        elapsed_s = min(now_s - self._stepped_s, CATCH_UP_S)
        self._stepped_s = now_s
        if elapsed_s > 0.0:
            self.mill.step(elapsed_s * self.speed)
            self._on_tick(self.mill)
        values = self.mill.measure()
        for device in self.devices.values():
            device.measure(values)

    def _apply(self) -> None:
        values: dict[str, float] = {}
        for device in self.devices.values():
            values |= device.outputs
        if not self._relay.closed(values[HEARTBEAT]):
            values["run_permit"] = 0.0
        if values != self._outputs:
            self._outputs = values
            self.mill.apply(outputs_of(values))


async def _shut(server: ModbusTcpServer) -> None:
    await server.shutdown()  # type: ignore[no-untyped-call]


def _require_simulated(plant: PlantFile) -> None:
    if not plant.simulated:
        raise InputError(
            "is not marked simulated: it is the file of a real mill",
            where=plant.name,
            do="Give the simulator a plant file with simulated = true.",
        )
    for device in plant.devices:
        if not ip_address(device.host).is_loopback:
            raise InputError(
                f"{device.host} is not a loopback address",
                where=f"{plant.name}, device {device.id}",
                do="The simulator only listens on 127.0.0.1 or ::1.",
            )


def _packed(words: dict[int, int], first: int) -> int:
    return sum(1 << bit for bit in range(BITS) if words.get(first + bit))


# The library wants every table to have something in it.
_NO_BITS: Final = [SimData(0, values=[False] * BITS, datatype=DataType.BITS)]
_NO_REGISTERS: Final = [SimData(0, values=0, datatype=DataType.UINT16)]
_NOTHING: Final = (_NO_BITS, _NO_BITS, _NO_REGISTERS, _NO_REGISTERS)


def _storage(
    device: SimulatedDevice,
) -> tuple[list[SimData], list[SimData], list[SimData], list[SimData]]:
    def bits(table: Table) -> list[SimData]:
        top = max(device.words[table], default=0)
        count = BITS * (top // BITS + 1)
        return [SimData(0, values=[False] * count, datatype=DataType.BITS)]

    def registers(table: Table) -> list[SimData]:
        return [
            SimData(address, values=0, datatype=DataType.UINT16)
            for address in sorted(device.words[table])
        ] or list(_NO_REGISTERS)

    return (
        bits(Table.COIL),
        bits(Table.DISCRETE),
        registers(Table.HOLDING),
        registers(Table.INPUT),
    )


async def _no_such_unit(*_: Any) -> ExcCodes:
    return ExcCodes.GATEWAY_NO_RESPONSE
