"""Values that a device gives twice, signs that stand apart, and drives with states of their own."""

from __future__ import annotations

import math
import struct

import pytest
from simplant import ROOT

from controller.core.signals import DriveState, Quality, Signal
from controller.edge.codec import PointCodec, States
from controller.edge.judge import Judge
from controller.edge.plan import DevicePlan, plan_devices, read_blocks
from controller.edge.plantfile import load_plant
from controller.edge.profile import load_profile
from controller.edge.registers import WordOrder

PILOT = load_plant(ROOT / "deploy" / "pilot-20l.toml")
CAPACITY_SLPM = 50.0


def plan(device: str) -> DevicePlan:
    return next(plan for plan in plan_devices(PILOT) if plan.device.id == device)


def flow_controller(percent: float, flow_slpm: float) -> list[list[int]]:
    """Replies of the Bronkhorst to the plan's requests."""
    floats = {0x8168: CAPACITY_SLPM, 0xA100: flow_slpm, 0xA118: 0.0}
    words = {0x0020: round(320.0 * percent), 0x0021: 0, 0x0024: 0}
    for address, value in floats.items():
        words[address], words[address + 1] = struct.unpack(">HH", struct.pack(">f", value))
    return [
        [words[address] for address in range(block.address, block.address + block.count)]
        for block in plan("mfc").reads
    ]


@pytest.mark.parametrize(
    ("percent", "flow_slpm", "quality"),
    [
        (40.0, 20.0, Quality.GOOD),
        (40.0, 22.4, Quality.GOOD),
        (40.0, 22.6, Quality.BAD_SENSOR),
        (0.0, 20.0, Quality.BAD_SENSOR),
        (100.0, math.nan, Quality.BAD_SENSOR),
    ],
)
def test_a_flow_that_the_device_gives_twice_must_agree(
    percent: float, flow_slpm: float, quality: Quality
) -> None:
    reading = Judge(plan("mfc")).reading(flow_controller(percent, flow_slpm), 0.0)
    assert set(reading.quality) == {quality}


@pytest.mark.parametrize(
    ("status", "net_g"), [(0b0100, 1500.0), (0b0101, -1500.0), (0b0110, 1500.0)]
)
def test_a_weight_has_its_sign_in_the_status_word(status: int, net_g: float) -> None:
    profile = load_profile("dini-argeo-dgt")
    (block,) = read_blocks(profile, ["net"])
    assert (block.address, block.count) == (2, 3)
    codec = PointCodec(profile.points["net"], WordOrder.HIGH_FIRST)
    assert codec.decode([0, 1500, status], 0) == (net_g, Quality.GOOD)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        (0x0000, DriveState.STOPPED),
        (0x0100, DriveState.RUNNING),
        (0x0232, DriveState.STOPPED),
        (0x0300, None),
    ],
)
def test_a_drives_own_states_become_ours_by_name(word: int, state: DriveState | None) -> None:
    value, quality = PILOT.signal_channel(Signal.DRIVE_STATE).decode([word], 0)
    assert (value == state) if state is not None else math.isnan(value)
    assert quality.usable == (state is not None)


def test_a_drive_that_has_fewer_states_says_the_nearest() -> None:
    states = States.named({"stopped": 0, "running": 1, "tripped": 2})
    assert [states.to_point(float(state)) for state in DriveState] == [0.0, 1.0, 1.0, 1.0]
