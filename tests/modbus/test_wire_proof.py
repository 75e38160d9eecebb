"""Before the first command: who the device is, and an armed watchdog; then read-back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from pymodbus.client import AsyncModbusTcpClient
from simplant import PERIOD_S, Rig, armed, live_rig, wait_until

from controller.core.events import EventKind
from controller.core.health import HEALTHY
from controller.core.outputs import DEAD, Outputs
from controller.core.permissives import start_permissives
from controller.core.scan import scan
from controller.core.signals import Image, Quality, Signal
from controller.core.state import initial_state
from controller.edge.clock import monotonic_s
from sim.devices import SimulatedDevice

pytestmark = pytest.mark.modbus

COVER = Outputs(run_permit=True, supply_open=True, argon_flow_slpm=2.0)
SPIN = Outputs(run=True, rotor_rpm=3000.0, run_permit=True)
SLACK_S = 0.6


def live(test: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        async with live_rig() as rig:
            await test(rig)

    asyncio.run(run())


def told(image: Image, field: str) -> str:
    return dict(image.details).get(field, "")


def missing(rig: Rig, image: Image) -> list[str]:
    """The permissives of a start that this image does not fulfill."""
    checks = start_permissives(initial_state(rig.file.equipment), image)
    return [check.id for check in checks if not check.ok]


async def scans(rig: Rig, outputs: Outputs, seconds: float) -> Image:
    """Scan for this long, whatever happens; the last image."""
    ends_s = monotonic_s() + seconds
    next_s = monotonic_s()
    while True:
        image = rig.plant.read()
        if monotonic_s() > ends_s:
            return image
        rig.heartbeat = not rig.heartbeat
        rig.plant.write(outputs, rig.heartbeat)
        next_s += PERIOD_S
        await asyncio.sleep(next_s - monotonic_s())


def test_a_device_with_another_word_order_is_not_believed_and_is_named() -> None:
    """S10, C16: the test register says that the words lie the other way round."""

    async def test(rig: Rig) -> None:
        moisture = rig.server.devices["moisture"]
        moisture.state("test_float", 1.0)
        image = await rig.scan_until(lambda i: i.health.wrong_devices > 0.0)
        assert image.quality[Signal.FROST_POINT_C] is Quality.BAD_CONFIG
        assert told(image, "wrong_devices") == (
            "moisture: test_float is 1, and -123.45 in the right device"
        )
        assert "RIGHT_DEVICES" in missing(rig, image)
        decision = scan(initial_state(rig.file.equipment), image, (), 0.1, PERIOD_S)
        alarms = [e.text for e in decision.events if e.kind is EventKind.ALARM_RAISED]
        assert any("moisture: test_float" in text for text in alarms)
        moisture.state("test_float", -123.45)
        await rig.scan_until(lambda i: i.quality[Signal.FROST_POINT_C].usable)

    live(test)


def test_a_detector_that_is_set_to_another_unit_is_not_read_a_thousand_times_too_high() -> None:
    """S10: 40007 says in which unit the concentration is. Somebody changes it at the detector."""

    async def test(rig: Rig) -> None:
        room = rig.server.devices["room_h2s"]
        await rig.scan_until(lambda i: i.quality[Signal.ROOM_H2S_PPM].usable)
        room.state("gas_unit", 2.0)
        image = await rig.scan_until(lambda i: not i.quality[Signal.ROOM_H2S_PPM].usable)
        assert image.quality[Signal.ROOM_H2S_PPM] is Quality.BAD_CONFIG
        await rig.server.unplug("room_h2s")
        await rig.server.plug("room_h2s")
        image = await rig.scan_until(lambda i: i.health.wrong_devices > 0.0)
        assert told(image, "wrong_devices") == (
            "room_h2s: gas_unit is 2 (ppb), and 1 (ppm) in the right device"
        )
        assert "RIGHT_DEVICES" in missing(rig, image)
        room.state("gas_unit", 1.0)
        await rig.scan_until(lambda i: i.quality[Signal.ROOM_H2S_PPM].usable)

    live(test)


def test_nothing_is_switched_on_before_the_watchdogs_are_proven() -> None:
    """I10: a controller that was just started sends zeros, whatever it wants."""

    async def test(rig: Rig) -> None:
        seen: list[bool] = []
        next_s = monotonic_s()
        while (image := rig.plant.read()).health != HEALTHY or not seen:
            assert "WATCHDOGS" in missing(rig, image) or armed(image)
            seen.append(rig.mill.outputs.supply_open and not armed(image))
            rig.heartbeat = not rig.heartbeat
            rig.plant.write(COVER, rig.heartbeat)
            next_s += PERIOD_S
            await asyncio.sleep(next_s - monotonic_s())
        assert not any(seen)
        await wait_until(lambda: rig.mill.outputs.supply_open)

    live(test)


def test_remote_outputs_that_do_not_watch_stay_at_zero() -> None:
    """After a silence they do not say that their watchdog ran out: it is off."""

    async def test(rig: Rig) -> None:
        do = rig.server.devices["do"]
        do.device = replace(do.device, watchdog_s=None)
        image = await scans(rig, COVER, 4.0)
        assert told(image, "watchdogs_unarmed").startswith("do: it did not run out in 1.")
        assert not rig.mill.outputs.supply_open

    live(test)


def test_a_drive_that_comes_back_with_its_watchdog_off_gets_no_run_command() -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(lambda i: i.values[Signal.ROTOR_RPM] > 1000.0, SPIN)
        await rig.server.unplug("drive")
        await rig.scan_until(lambda i: not armed(i), SPIN)
        drive = rig.server.devices["drive"]
        drive.outputs = dict.fromkeys(drive.outputs, 0.0)  # its power was off
        drive.state("comm_loss_time", 0.0)
        await rig.server.plug("drive")
        image = await scans(rig, SPIN, 2.0)
        assert told(image, "watchdogs_unarmed") == "drive: comm_loss_time does not read back as 1"
        assert drive.outputs["run"] == 0.0
        drive.state("comm_loss_time", 1.0)
        await rig.scan_until(armed)

    live(test)


def test_a_setting_that_is_changed_while_the_connection_stands_is_noticed() -> None:
    """A gateway hides that the drive behind it was without power."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(armed)
        rig.server.devices["drive"].state("comm_loss_action", 0.0)
        image = await rig.scan_until(lambda i: not armed(i), deadline_s=3.0)
        assert told(image, "watchdogs_unarmed").startswith("drive: comm_loss_action")

    live(test)


async def meddle(rig: Rig, device: str, write: Callable[..., Awaitable[object]]) -> Image:
    """Another master writes again and again, until the controller sees it."""
    at = rig.plant.plant.device(device)
    client = AsyncModbusTcpClient(at.host, port=at.port)
    assert await client.connect()

    async def go_on() -> None:
        while True:
            await write(client)
            await asyncio.sleep(0.02)

    meddling = asyncio.create_task(go_on())
    try:
        return await rig.scan_until(lambda i: i.health.foreign_write > 0.0, COVER, deadline_s=2.0)
    finally:
        meddling.cancel()
        await asyncio.gather(meddling, return_exceptions=True)
        client.close()


@pytest.mark.parametrize(
    ("device", "write", "output"),
    [
        ("drive", lambda c: c.write_registers(0x2001, [7500]), "drive: rotor_rpm reads 75"),
        ("do", lambda c: c.write_coils(4, [True]), "do: lid_unlock reads 1, written was 0"),
        ("do", lambda c: c.write_coils(0, [False]), "do: run_permit reads 0, written was 1"),
        ("mfc", lambda c: c.write_registers(1009, [0x4100, 0]), "mfc: argon_flow_slpm reads 8"),
    ],
)
def test_another_masters_write_is_seen_named_and_a_trip(
    device: str, write: Callable[..., Awaitable[object]], output: str
) -> None:
    """A14, I16."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(lambda i: i.health == HEALTHY, COVER)
        image = await scans(rig, COVER, 0.5)
        assert image.health == HEALTHY, image.details
        image = await meddle(rig, device, write)
        assert told(image, "foreign_write").startswith(output)
        assert "SOLE_MASTER" in missing(rig, image)

    live(test)


def test_no_ramp_and_no_restart_of_the_wire_looks_like_another_master() -> None:
    """Outputs that change in every scan, a lost connection, a stalled scan: all of it is ours."""

    async def test(rig: Rig) -> None:
        foreign: list[str] = []

        async def ramp(scan_count: int) -> None:
            next_s = monotonic_s()
            for number in range(scan_count):
                flow = 2.0 + number % 7
                out = replace(COVER, argon_flow_slpm=flow, rotor_rpm=100.0 * (number % 50))
                out = replace(out, exhaust_shut=number % 2 == 0, supply_open=number % 3 == 0)
                foreign.append(told(rig.plant.read(), "foreign_write"))
                rig.heartbeat = not rig.heartbeat
                rig.plant.write(out, rig.heartbeat)
                next_s += PERIOD_S
                rig.plant.next_scan_at(next_s)
                await asyncio.sleep(next_s - monotonic_s())

        await rig.scan_until(armed)
        await ramp(30)
        await rig.server.unplug("do")
        await rig.server.plug("do")
        await ramp(10)
        stalled_s = monotonic_s()
        await wait_until(lambda: monotonic_s() - stalled_s > 1.6)
        await ramp(20)
        assert not any(foreign), foreign

    live(test)


def test_a_simulated_drive_shows_the_speed_that_it_was_told() -> None:
    """The register that is read back is not the one that is written."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(lambda i: i.values[Signal.ROTOR_RPM] > 1000.0, SPIN)
        drive: SimulatedDevice = rig.server.devices["drive"]
        assert drive.read(drive.profile.points["frequency_reference"].table, 0x2102, 1) == [5000]
        await rig.scan_until(lambda i: i.values[Signal.ROTOR_RPM] == 0.0, DEAD)

    live(test)
