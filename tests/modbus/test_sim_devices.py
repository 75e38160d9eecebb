"""The simulated devices without a network: registers, refusals, watchdogs, heartbeat."""

from __future__ import annotations

import math
from dataclasses import asdict, replace

import pytest
from pymodbus.constants import ExcCodes
from simplant import LAB_PLANT

from controller.core.outputs import DEAD, Outputs
from controller.core.signals import SIGNAL_COUNT, Signal
from controller.edge.plantfile import load_plant
from controller.edge.registers import OnExpiry, Table
from controller.errors import InputError
from sim.devices import HeartbeatRelay, SimulatedDevice, outputs_of
from sim.drive import DriveFault
from sim.mill import Mill
from sim.parameters import LAB
from sim.server import PlantServer

PLANT = load_plant(LAB_PLANT)
HOLDING = Table.HOLDING


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def device(name: str, clock: Clock | None = None) -> SimulatedDevice:
    return SimulatedDevice(PLANT, PLANT.device(name), clock or Clock())


def test_signals_show_up_in_the_registers_of_their_devices() -> None:
    values = [0.0] * SIGNAL_COUNT
    values[Signal.ROTOR_RPM] = 5999.6
    values[Signal.TORQUE_NM] = -0.6
    values[Signal.DRIVE_STATE] = 3.0
    drive = device("drive")
    drive.measure(values)
    assert drive.words[HOLDING][0x210C] == 6000
    assert drive.words[HOLDING][0x210B] == 0x10000 - 500
    assert drive.words[HOLDING][0x2101] & 0b11 == 3


def test_what_a_transmitter_cannot_state_is_held_inside_its_words() -> None:
    values = [0.0] * SIGNAL_COUNT
    values[Signal.SHAFT_POWER_W] = -50.0
    values[Signal.DRIVE_CURRENT_A] = math.nan
    drive = device("drive")
    drive.measure(values)
    assert drive.words[HOLDING][0x210F] == 0
    assert drive.words[HOLDING][0x2104] == 0


def test_a_write_only_word_cannot_be_read() -> None:
    assert device("drive").read(HOLDING, 0x2000, 1) is ExcCodes.ILLEGAL_ADDRESS
    assert device("drive").read(HOLDING, 0x20FF, 2) is ExcCodes.ILLEGAL_ADDRESS
    assert device("drive").read(HOLDING, 0x2100, 2) == [0, 1 << 8 | 1 << 10]


def test_a_read_only_word_cannot_be_written() -> None:
    drive = device("drive")
    assert drive.write(HOLDING, 0x210C, [1]) is ExcCodes.ILLEGAL_ADDRESS
    assert drive.write(HOLDING, 0x3000, [1]) is ExcCodes.ILLEGAL_ADDRESS


def test_the_command_word_starts_stops_or_does_nothing() -> None:
    drive = device("drive")
    assert drive.write(HOLDING, 0x2000, [0x12, 10_000, 0]) is None
    assert drive.outputs == {"run": 1.0, "rotor_rpm": 6000.0, "drive_fault_reset": 0.0}
    drive.write(HOLDING, 0x2000, [0x00])
    assert drive.outputs["run"] == 1.0
    drive.write(HOLDING, 0x2000, [0x01])
    assert drive.outputs["run"] == 0.0


def test_a_frequency_above_the_range_is_refused_and_nothing_taken() -> None:
    drive = device("drive")
    assert drive.write(HOLDING, 0x2000, [0x12, 60_000, 0]) is ExcCodes.ILLEGAL_VALUE
    assert drive.outputs == {"run": 0.0, "rotor_rpm": 0.0, "drive_fault_reset": 0.0}


def test_the_dew_point_transmitter_ignores_what_is_out_of_range() -> None:
    moisture = device("moisture")
    before = moisture.read(HOLDING, 768, 2)
    assert moisture.write(HOLDING, 768, [0x4000, 0x461C]) is None  # 10000 hPa, low word first
    assert moisture.read(HOLDING, 768, 2) == before
    assert moisture.write(HOLDING, 768, [0, 0x4461]) is None  # 900 hPa
    assert moisture.read(HOLDING, 768, 2) == [0, 0x4461]


def test_heartbeats_run_on_the_devices_own_clock() -> None:
    clock = Clock()
    midas = device("room_h2s", clock)
    seen = []
    for _ in range(4):
        midas.measure([0.0] * SIGNAL_COUNT)
        seen.append((midas.words[HOLDING][0] >> 11 & 1, midas.words[HOLDING][9]))
        clock.now_s += 2.0
    assert [bit for bit, _ in seen] in ([0, 1, 0, 1], [1, 0, 1, 0])
    assert [counter for _, counter in seen] == [1000, 1002, 1004, 1006]


@pytest.mark.parametrize(("name", "reaction"), [("drive", OnExpiry.FAULT), ("do", OnExpiry.ZERO)])
def test_a_watchdog_runs_out_once_and_any_request_arms_it_again(
    name: str, reaction: OnExpiry
) -> None:
    """I15: silence for longer than the watchdog's time, and the device acts by itself."""
    clock = Clock()
    watched = device(name, clock)
    watched.request()
    clock.now_s += 0.9
    assert watched.watch() is None
    watched.request()
    clock.now_s += 0.9
    assert watched.watch() is None
    clock.now_s += 0.2
    assert watched.watch() is reaction
    assert watched.watch() is None
    watched.request()
    clock.now_s += 1.1
    assert watched.watch() is reaction


def test_remote_outputs_fall_to_zero_and_come_back_with_the_next_write() -> None:
    clock = Clock()
    do = device("do", clock)
    do.request()
    do.write(Table.COIL, 0, [1] * 10)
    assert do.outputs["lid_unlock"] == 1.0
    clock.now_s += 1.1
    assert do.watch() is OnExpiry.ZERO
    assert set(do.outputs.values()) == {0.0}
    assert do.read(Table.COIL, 0, 10) == [0] * 8 + [1, 0]  # coil 8 is wired to nothing
    do.request()
    do.write(Table.COIL, 0, [1] * 10)
    assert do.outputs["lid_unlock"] == 1.0


def test_the_heartbeat_relay_drops_when_the_level_stands_still() -> None:
    clock = Clock()
    relay = HeartbeatRelay(1.0, clock)
    assert not relay.closed(0.0)
    assert relay.closed(1.0)
    clock.now_s += 0.9
    assert relay.closed(0.0)
    clock.now_s += 1.1
    assert not relay.closed(0.0)
    assert relay.closed(1.0)


def test_outputs_are_put_together_from_the_devices() -> None:
    values = dict.fromkeys((*asdict(DEAD), "heartbeat"), 0.0)
    assert outputs_of(values) == DEAD
    values |= {"run": 1.0, "rotor_rpm": 3000.0, "heartbeat": 1.0}
    assert outputs_of(values) == Outputs(run=True, rotor_rpm=3000.0)


def mill() -> Mill:
    return Mill(LAB, seed=1, charge=None)


def test_the_simulator_refuses_the_file_of_a_real_mill() -> None:
    with pytest.raises(InputError, match="not marked simulated"):
        PlantServer(replace(PLANT, simulated=False), mill())


def test_the_simulator_refuses_to_listen_to_others() -> None:
    first = replace(PLANT.devices[0], host="0.0.0.0")  # noqa: S104
    with pytest.raises(InputError, match="loopback"):
        PlantServer(replace(PLANT, devices=(first, *PLANT.devices[1:])), mill())


def test_the_plant_runs_at_its_speed_and_the_watchdogs_in_real_time() -> None:
    clock = Clock()
    plant = PlantServer(PLANT, mill(), speed=10.0, clock=clock)
    drive, do = plant.devices["drive"], plant.devices["do"]
    for beat in range(11):
        drive.request()
        drive.write(HOLDING, 0x2000, [0x12, 10_000, 0])
        do.request()
        do.write(Table.COIL, 0, [1, *[0] * 8, beat % 2])
        plant.step()
        clock.now_s += 0.05
    assert 3000.0 < plant.mill.rotor_rpm < 6100.0  # 1200 rpm/s for 5 s of the plant
    clock.now_s += 1.1
    plant.step()
    assert plant.mill.drive.fault is DriveFault.COMM_TIMEOUT
    assert not plant.mill.outputs.run_permit
    assert drive.words[HOLDING][0x2100] & 0xFF == DriveFault.COMM_TIMEOUT


def test_a_simulator_that_was_stopped_does_not_race_after_the_lost_time() -> None:
    clock = Clock()
    steps: list[float] = []
    plant = PlantServer(
        PLANT, mill(), clock=clock, on_tick=lambda mill: steps.append(mill.heat.jar_c)
    )
    plant.mill.heat.jar_c = 80.0
    clock.now_s += 3600.0
    plant.step()
    assert len(steps) == 1
    assert steps[0] > 79.0
