"""Controller's side and simulated devices over real loopback connections, in real time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from simplant import PERIOD_S, Rig, armed, live_rig, state, wait_until

from controller.core.image import assemble
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import SIGNAL_COUNT, Image, Quality, Signal
from controller.edge.clock import monotonic_s, sleep_until
from controller.edge.modbus import TICKET_PERIODS, ModbusPlant
from controller.edge.plantfile import with_addresses
from controller.edge.registers import RawType
from controller.errors import DeviceError
from sim.devices import EVERY_FUNCTION
from sim.drive import DriveFault

pytestmark = pytest.mark.modbus

SPIN = Outputs(run=True, rotor_rpm=3000.0, run_permit=True, argon_flow_slpm=5.0, supply_open=True)
WATCHDOG_S = 1.0
# Two ticks of the simulator, and a busy machine.
SLACK_S = 0.4


def live(test: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        async with live_rig() as rig:
            await test(rig)

    asyncio.run(run())


def known(image: Image) -> bool:
    """All but room H2S: its heartbeat shows up within 2 s only."""
    return all(image.quality[signal].usable for signal in set(Signal) - {Signal.ROOM_H2S_PPM})


def all_known(image: Image) -> bool:
    return all(quality.usable for quality in image.quality)


def turning(image: Image) -> bool:
    return image.values[Signal.ROTOR_RPM] > 1000.0


def unknown(signal: Signal) -> Callable[[Image], bool]:
    return lambda image: math.isnan(image.values[signal])


def test_nothing_is_known_and_nothing_sent_before_the_first_write() -> None:
    async def test(rig: Rig) -> None:
        image = rig.plant.read()
        assert set(image.quality) == {Quality.NOT_LICENSED}
        assert all(math.isnan(value) for value in image.values)
        await wait_until(lambda: monotonic_s() > started_s + 3 * PERIOD_S)
        assert rig.requests() == 0

    started_s = monotonic_s()
    live(test)


STATED = {
    Signal.DRIVE_STATE: 3.0,
    Signal.DRIVE_FAULT_CODE: 58.0,
    Signal.FROST_POINT_C: -61.37,
    Signal.AMBIENT_PRESSURE_MBAR_ABS: 987.6,
    Signal.VESSEL_PRESSURE_MBAR_G: 48.25,
    Signal.TORQUE_NM: -0.123,
    Signal.ROTOR_RPM: 11_999.0,
    Signal.SAMPLE_FLOW_SLPM: 0.47,
    Signal.ROOM_O2_PERCENT: 20.9,
}


def resolution(rig: Rig, signal: Signal) -> float:
    """By how much a value may differ for the wire's sake."""
    wire = rig.file.signals[signal]
    point = rig.file.device(wire.device).register_map.points[wire.point]
    if point.type is RawType.F32:
        return 1e-5 * abs(wire.span[1] - wire.span[0]) if wire.span else 1e-5
    return 0.51 * point.scale * (wire.scale or 1.0)


def test_the_same_plant_gives_the_same_image_over_the_wire() -> None:
    """The contract of the two plants: by wire and by hand, one image."""

    async def test(rig: Rig) -> None:
        stated = [1.0] * SIGNAL_COUNT
        stated[Signal.ARGON_FLOW_SP_SLPM] = 0.0  # the set point's own register
        for signal, value in STATED.items():
            stated[signal] = value
        state(rig.mill, {signal: stated[signal] for signal in Signal})
        image = await rig.scan_until(
            lambda image: all_known(image) and image.values[Signal.DRIVE_FAULT_CODE] == 58.0
        )
        by_hand = assemble(stated)
        for signal in set(Signal) - {Signal.H2O_PPM}:
            assert image.values[signal] == pytest.approx(
                by_hand.values[signal], abs=resolution(rig, signal)
            ), signal.name
        assert image.values[Signal.H2O_PPM] == pytest.approx(
            by_hand.values[Signal.H2O_PPM], rel=1e-4
        )

    live(test)


def test_outputs_reach_the_mill_and_the_blade_turns() -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(turning, SPIN)
        assert rig.mill.outputs == SPIN
        image = await rig.scan_until(lambda image: image.values[Signal.ROTOR_RPM] > 2990.0, SPIN)
        assert image.values[Signal.DRIVE_STATE] == 3.0
        await rig.scan_until(lambda image: image.values[Signal.ROTOR_RPM] == 0.0)
        assert rig.mill.outputs == DEAD

    live(test)


def test_a_scan_in_a_thread_of_its_own_reads_and_writes() -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(armed)
        images: list[Image] = []

        def scan() -> None:
            deadline_s = monotonic_s()
            for number in range(30):
                images.append(rig.plant.read())
                rig.plant.write(SPIN, bool(number % 2))
                deadline_s += PERIOD_S
                rig.plant.next_scan_at(deadline_s)
                sleep_until(deadline_s)

        await asyncio.to_thread(scan)
        assert turning(images[-1])
        assert images[-1].age_s[Signal.ROTOR_RPM] < 0.5

    live(test)


def test_values_are_fresh_for_the_scan_that_uses_them() -> None:
    """Fast polls begin shortly before the scan: half of the images hold values under 60 ms old."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(known)
        ages: list[float] = []

        def collected(image: Image) -> bool:
            ages.append(image.age_s[Signal.LID_CLOSED])
            return len(ages) > 20

        await rig.scan_until(collected)
        assert sorted(ages)[10] < 0.06

    live(test)


def test_without_a_ticket_nothing_is_sent_and_the_drive_goes_safe() -> None:
    """I15: a scan that hangs while the poll tasks live must let the plant's watchdogs run out."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(turning, SPIN)
        hung_s = monotonic_s()
        await wait_until(lambda: not rig.plant.licensed())
        # A request that was on its way when the ticket ran out may still arrive.
        await wait_until(lambda: monotonic_s() > hung_s + (TICKET_PERIODS + 1) * PERIOD_S)
        silent = rig.requests()
        await wait_until(lambda: rig.mill.drive.fault is DriveFault.COMM_TIMEOUT)
        assert monotonic_s() - hung_s < TICKET_PERIODS * PERIOD_S + WATCHDOG_S + SLACK_S
        assert rig.mill.drive.output_rps == 0.0
        assert rig.mill.outputs == LEFT_ALONE
        assert rig.requests() == silent
        assert rig.mill.lid_locked
        for signal in (Signal.LID_CLOSED, Signal.ROTOR_RPM, Signal.VESSEL_PRESSURE_MBAR_G):
            assert rig.plant.read().quality[signal] is Quality.STALE

    live(test)


# What the drive was told last stands in its registers; the remote outputs are all at zero.
LEFT_ALONE = Outputs(run=True, rotor_rpm=3000.0, argon_flow_slpm=5.0)


def test_a_heartbeat_that_stands_still_drops_the_run_permit() -> None:
    """I15: requests alone do not keep the permit, only a heartbeat that changes does."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(turning, SPIN)
        stuck_s = next_s = monotonic_s()
        while rig.mill.outputs.run_permit:
            assert monotonic_s() - stuck_s < WATCHDOG_S + SLACK_S
            rig.plant.read()
            rig.plant.write(SPIN, rig.heartbeat)
            next_s += PERIOD_S
            await asyncio.sleep(next_s - monotonic_s())
        await wait_until(lambda: rig.mill.drive.output_rps == 0.0)
        # Coming back does not start the blade again: that takes a new run command.
        await rig.scan_until(
            lambda image: image.values[Signal.RUN_PERMIT_FEEDBACK] == 1.0, SPIN, deadline_s=3.0
        )
        await rig.scan_until(lambda image: image.age_s[Signal.LID_CLOSED] < 0.1, SPIN)
        assert rig.mill.drive.output_rps == 0.0

    live(test)


def test_a_drive_fault_is_reset_over_the_wire() -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(known)
        rig.mill.drive.trip(DriveFault.COMM_TIMEOUT)
        await rig.scan_until(lambda image: image.values[Signal.DRIVE_FAULT_CODE] == 58.0)
        reset = Outputs(drive_fault_reset=True)
        await rig.scan_until(lambda image: image.values[Signal.DRIVE_FAULT_CODE] == 0.0, reset)

    live(test)


@pytest.mark.parametrize(
    ("device", "signal"),
    [("di", Signal.LID_CLOSED), ("ai_process", Signal.O2_PPM), ("drive", Signal.ROTOR_RPM)],
)
def test_a_device_that_is_unplugged_is_unknown_at_once_and_comes_back(
    device: str, signal: Signal
) -> None:
    """I14: a lost link makes its signals unknown, and the rest stays as it is."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(known)
        await rig.server.unplug(device)
        lost_s = monotonic_s()
        image = await rig.scan_until(unknown(signal))
        assert monotonic_s() - lost_s < 2 * PERIOD_S + SLACK_S
        assert image.quality[signal] is Quality.BAD_COMM
        assert image.quality[Signal.ROOM_O2_PERCENT] is Quality.GOOD
        status = next(found for found in rig.plant.devices() if found.id == device)
        assert not status.connected
        assert status.errors > 0
        await rig.server.plug(device)
        await rig.scan_until(known)
        assert next(found for found in rig.plant.devices() if found.id == device).connected

    live(test)


def test_a_device_that_falls_silent_is_unknown_within_its_maximum_age() -> None:
    """I14: the connection stands, but nothing is answered any more."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(known)
        rig.server.devices["di"].deaf_to = EVERY_FUNCTION
        silent_s = monotonic_s()
        image = await rig.scan_until(unknown(Signal.LID_CLOSED))
        max_age_s = rig.file.device("di").max_age_s
        assert monotonic_s() - silent_s < max_age_s + 2 * PERIOD_S + SLACK_S
        assert image.quality[Signal.LID_CLOSED] is Quality.STALE
        rig.server.devices["di"].deaf_to = frozenset()
        await rig.scan_until(known)

    live(test)


def test_a_stop_is_written_while_the_drives_reads_hang() -> None:
    """Outputs have a connection of their own: a stop never waits behind a read."""

    async def test(rig: Rig) -> None:
        await rig.scan_until(turning, SPIN)
        rig.server.devices["drive"].deaf_to = frozenset({3})
        await rig.scan_until(unknown(Signal.ROTOR_RPM), SPIN)
        rig.plant.read()
        rig.plant.write(DEAD, not rig.heartbeat)
        assert await wait_until(lambda: not rig.mill.outputs.run) < PERIOD_S + SLACK_S

    live(test)


@pytest.mark.parametrize(
    ("device", "point", "raw", "signal", "quality"),
    [
        ("moisture", "online_status", 0.0, Signal.FROST_POINT_C, Quality.UNCERTAIN),
        ("mfc", "adc_error", 1.0, Signal.ARGON_FLOW_SLPM, Quality.BAD_SENSOR),
    ],
)
def test_a_device_that_says_it_is_not_well_is_not_believed(
    device: str, point: str, raw: float, signal: Signal, quality: Quality
) -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(known)
        rig.server.devices[device].state(point, raw)
        image = await rig.scan_until(unknown(signal))
        assert image.quality[signal] is quality

    live(test)


def test_a_wrong_address_is_a_fault_of_configuration() -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(known)
        drive, mfc = rig.plant.plant.device("drive"), rig.plant.plant.device("mfc")
        crossed = with_addresses(
            rig.plant.plant,
            {"drive": (mfc.host, mfc.port), "mfc": (drive.host, drive.port)},
        )
        other = ModbusPlant(crossed)
        await other.start()
        try:
            image = await replace(rig, plant=other).scan_until(
                lambda image: image.quality[Signal.ROTOR_RPM] is Quality.BAD_CONFIG
            )
            assert math.isnan(image.values[Signal.ROTOR_RPM])
        finally:
            await other.stop()

    live(test)


def test_the_last_words_are_dead_and_need_no_ticket() -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(turning, SPIN)
        await wait_until(lambda: not rig.plant.licensed())
        await rig.plant.write_dead()
        assert rig.mill.outputs == DEAD

    live(test)


def test_the_last_words_end_in_time_when_a_device_is_mute() -> None:
    async def test(rig: Rig) -> None:
        await rig.scan_until(turning, SPIN)
        rig.server.devices["mfc"].deaf_to = EVERY_FUNCTION
        started_s = monotonic_s()
        await rig.plant.write_dead()
        assert monotonic_s() - started_s < 1.0 + SLACK_S
        assert not rig.mill.outputs.run
        assert not rig.mill.outputs.run_permit

    live(test)


def test_an_image_that_does_not_fit_grants_no_ticket() -> None:
    """I11: an impossible set point reaches no device, and does not keep the plant alive."""

    async def test(rig: Rig) -> None:
        with pytest.raises(DeviceError, match="rotor_rpm"):
            rig.plant.write(Outputs(rotor_rpm=math.nan), True)
        assert not rig.plant.licensed()

    live(test)
