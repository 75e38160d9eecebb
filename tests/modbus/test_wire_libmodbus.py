"""The controller's side of the wire against a server that is not ours: Debian's libmodbus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from libmodbus import LibmodbusServers, Memory
from simplant import LAB_PLANT, PERIOD_S, ROOT, armed

from controller.core.health import HEALTHY
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import SIGNAL_COUNT, Image, Quality, Signal
from controller.edge.clock import monotonic_s
from controller.edge.modbus import ModbusPlant
from controller.edge.plantfile import PlantFile, load_plant, with_addresses
from controller.edge.registers import Table
from controller.edge.wiring import Device
from sim.devices import SimulatedDevice

pytestmark = pytest.mark.modbus

PILOT_PLANT = ROOT / "deploy" / "pilot-20l.toml"
RUN, SPEED, SPEED_SHOWN = 0x2000, 0x2001, 0x2102
OUTPUTS = Outputs(
    run=True, rotor_rpm=3000.0, run_permit=True, argon_flow_slpm=4.5, supply_open=True
)


def fill(memory: Memory, plant: PlantFile, device: Device, values: list[float]) -> None:
    """The registers of a healthy device that states `values`."""
    registers = SimulatedDevice(plant, device, lambda: 0.0)
    registers.measure(values)
    for table, words in registers.words.items():
        for address, word in words.items():
            memory[table, address] = word
    watchdog = device.register_map.watchdog
    if watchdog and watchdog.expired and not watchdog.settings:
        point = device.register_map.points[watchdog.expired]
        memory[point.table, point.address] = 1


def like_a_drive(memory: Mapping[str, Memory]) -> None:
    """Plain memory, but for the one register in which the drive shows its set point."""
    drive = memory["drive"]
    drive[Table.HOLDING, SPEED_SHOWN] = drive[Table.HOLDING, SPEED]


class Scans:
    """What the controller's loop does, without deciding anything."""

    def __init__(self, plant: ModbusPlant) -> None:
        self.plant = plant
        self._beat = False

    async def run(self, outputs: Outputs, seconds: float) -> Image:
        next_s = monotonic_s()
        for _ in range(round(seconds / PERIOD_S)):
            image = self.plant.read()
            self._beat = not self._beat
            self.plant.write(outputs, self._beat)
            next_s += PERIOD_S
            self.plant.next_scan_at(next_s)
            await asyncio.sleep(next_s - monotonic_s())
        return image


async def served(path: Path, servers: LibmodbusServers) -> tuple[ModbusPlant, Scans]:
    plant = load_plant(path)
    values = [1.0] * SIGNAL_COUNT
    values[Signal.ARGON_FLOW_SP_SLPM] = 0.0
    values[Signal.FROST_POINT_C] = -61.5
    values[Signal.AMBIENT_PRESSURE_MBAR_ABS] = 1007.0
    for device in plant.devices:
        fill(servers.memory[device.id], plant, device, values)
    wired = ModbusPlant(with_addresses(plant, servers.addresses))
    await wired.start()
    return wired, Scans(wired)


def test_values_and_outputs_go_to_and_fro() -> None:
    names = [device.id for device in load_plant(LAB_PLANT).devices]

    async def test(servers: LibmodbusServers) -> None:
        plant, scans = await served(LAB_PLANT, servers)
        try:
            image = await scans.run(DEAD, 2.5)
            assert armed(image)
            assert image.values[Signal.FROST_POINT_C] == pytest.approx(-61.5)
            assert image.values[Signal.AMBIENT_PRESSURE_MBAR_ABS] == pytest.approx(1007.0, abs=0.01)
            assert image.values[Signal.LID_LOCKED] == 1.0
            known = set(Signal) - {Signal.ROOM_H2S_PPM}  # its heartbeat stands still in memory
            assert all(image.quality[signal].usable for signal in known)
            assert image.quality[Signal.ROOM_H2S_PPM] is Quality.BAD_SENSOR
            image = await scans.run(OUTPUTS, 1.0)
            drive, do = servers.memory["drive"], servers.memory["do"]
            assert drive[Table.HOLDING, RUN] == 0x12
            assert drive[Table.HOLDING, SPEED] == 5000
            assert [do[Table.COIL, number] for number in range(4)] == [1, 1, 0, 0]
            assert image.values[Signal.ARGON_FLOW_SP_SLPM] == pytest.approx(4.5)
            assert image.health == HEALTHY, image.details
            await plant.write_dead()
            assert drive[Table.HOLDING, RUN] == 0x01
            assert [do[Table.COIL, number] for number in range(10)] == [0] * 10
        finally:
            await plant.stop()

    with LibmodbusServers(names, like_a_drive) as servers:
        asyncio.run(test(servers))


def test_another_masters_write_is_seen() -> None:
    """A14, H12: what reads back is not what was written here."""
    names = [device.id for device in load_plant(LAB_PLANT).devices]
    meddles = False

    def after(memory: Mapping[str, Memory]) -> None:
        like_a_drive(memory)
        if meddles:
            memory["do"][Table.COIL, 4] = 1

    async def test(servers: LibmodbusServers) -> None:
        nonlocal meddles
        plant, scans = await served(LAB_PLANT, servers)
        try:
            image = await scans.run(DEAD, 2.5)
            assert image.health == HEALTHY, image.details
            meddles = True
            image = await scans.run(DEAD, 0.5)
            assert image.health.foreign_write == 1.0
            assert dict(image.details)["foreign_write"] == "do: lid_unlock reads 1, written was 0"
        finally:
            await plant.stop()

    with LibmodbusServers(names, after) as servers:
        asyncio.run(test(servers))


def test_a_volatile_watchdog_is_written_and_read_back() -> None:
    """The registers of the coupler are plain memory here, and zero: as after power-up."""
    plant = load_plant(PILOT_PLANT)
    coupler = next(d for d in plant.devices if d.register_map.id == "wago-750")
    points = coupler.register_map.points
    assert coupler.register_map.watchdog is not None
    settings = coupler.register_map.watchdog.settings
    asked = [points[setting.point] for setting in settings]

    async def test(servers: LibmodbusServers) -> None:
        wired, scans = await served(PILOT_PLANT, servers)
        memory = servers.memory[coupler.id]
        try:
            image = await scans.run(DEAD, 1.0)
            assert coupler.id not in dict(image.details).get("watchdogs_unarmed", "")
            assert coupler.watchdog_s is not None
            held = {point.id: memory[point.table, point.address] for point in asked}
            assert held == {"watchdog_mode": 1, "watchdog_time": round(10 * coupler.watchdog_s)}
            memory[Table.HOLDING, points["watchdog_mode"].address] = (
                0  # lost its power for a moment
            )
            await scans.run(DEAD, 2.5)
            assert memory[Table.HOLDING, points["watchdog_mode"].address] == 1
        finally:
            await wired.stop()

    with LibmodbusServers([d.id for d in plant.devices], lambda _: None) as servers:
        asyncio.run(test(servers))


def test_a_watchdog_that_cannot_be_armed_keeps_the_outputs_at_zero() -> None:
    """The register takes the write and forgets it: not armed, so nothing is switched on."""
    plant = load_plant(PILOT_PLANT)
    coupler = next(d for d in plant.devices if d.register_map.id == "wago-750")
    mode = coupler.register_map.points["watchdog_mode"]
    (permit,) = (
        coupler.register_map.points[wire.point]
        for name, wire in plant.outputs.items()
        if name == "supply_open"
    )

    def forgets(memory: Mapping[str, Memory]) -> None:
        memory[coupler.id][mode.table, mode.address] = 0

    async def test(servers: LibmodbusServers) -> None:
        wired, scans = await served(PILOT_PLANT, servers)
        try:
            image = await scans.run(replace(DEAD, supply_open=True), 2.0)
            assert image.health.watchdogs_unarmed >= 1.0
            assert f"{coupler.id}: watchdog_mode" in dict(image.details)["watchdogs_unarmed"]
            assert servers.memory[coupler.id][permit.table, permit.address] == 0
        finally:
            await wired.stop()

    with LibmodbusServers([d.id for d in plant.devices], forgets) as servers:
        asyncio.run(test(servers))
