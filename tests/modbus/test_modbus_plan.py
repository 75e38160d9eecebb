"""Which requests a plant file comes down to."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simplant import LAB_PLANT

from controller.core.outputs import DEAD, Outputs
from controller.edge.plan import (
    ORDER_NAMES,
    DevicePlan,
    order_words,
    plan_devices,
    read_blocks,
    write_blocks,
)
from controller.edge.plantfile import load_plant
from controller.edge.profile import load_profile, profile_names
from controller.edge.registers import Profile
from controller.errors import DeviceError

PLANS = {plan.device.id: plan for plan in plan_devices(load_plant(LAB_PLANT))}
PROFILES = [load_profile(name) for name in profile_names()]


def order(outputs: Outputs = DEAD, heartbeat: bool = False) -> tuple[float, ...]:
    return tuple(getattr(outputs, name, heartbeat) for name in ORDER_NAMES)


@given(st.sampled_from(PROFILES), st.data())
def test_reads_cover_every_point_and_touch_nothing_write_only(
    profile: Profile, data: st.DataObject
) -> None:
    readable = [point.id for point in profile.points.values() if point.access.readable]
    chosen = data.draw(st.sets(st.sampled_from(readable), min_size=1))
    blocks = read_blocks(profile, chosen)
    for name in chosen:
        point = profile.points[name]
        inside = [
            block
            for block in blocks
            if block.table is point.table
            and block.address <= point.address
            and point.end <= block.address + block.count
        ]
        assert len(inside) == 1
    known = {
        (point.table, address)
        for point in profile.points.values()
        if point.access.readable
        for address in range(point.address, point.end)
    }
    for block in blocks:
        assert block.count <= profile.device.max_registers
        assert {(block.table, block.address + n) for n in range(block.count)} <= known


def test_the_lab_plant_is_read_in_few_requests() -> None:
    assert {name: len(plan.reads) for name, plan in PLANS.items()} == {
        "drive": 2,
        "mfc": 2,
        "moisture": 2,
        "room_h2s": 1,
        "di": 1,
        "do": 1,  # read back
        "ai_process": 1,
        "ai_aux": 1,
    }


def test_a_coil_between_two_outputs_is_held_at_zero() -> None:
    blocks = write_blocks(load_profile("moxa-e1211"), ["do_7", "do_9"])
    assert [(block.address, block.count) for block in blocks] == [(7, 3)]
    every = Outputs(
        **{name: True for name in ORDER_NAMES if isinstance(getattr(DEAD, name, 0), bool)}
    )  # type: ignore[arg-type]
    (words,) = order_words(PLANS["do"], order(every, heartbeat=True))
    assert words == (1, 1, 1, 1, 1, 1, 1, 1, 0, 1)


def test_the_dead_image_is_zero_and_stop_on_the_wire() -> None:
    assert order_words(PLANS["drive"], order()) == ((0x01, 0, 0),)
    assert order_words(PLANS["mfc"], order()) == ((0, 0),)
    assert order_words(PLANS["do"], order()) == ((0,) * 10,)


def test_a_running_image_on_the_wire() -> None:
    spinning = Outputs(run=True, rotor_rpm=6000.0, run_permit=True, drive_fault_reset=True)
    assert order_words(PLANS["drive"], order(spinning)) == ((0x12, 10_000, 0b10),)


@pytest.mark.parametrize(
    ("device", "outputs"),
    [
        ("drive", Outputs(rotor_rpm=math.nan)),
        ("drive", Outputs(rotor_rpm=-1.0)),
        ("drive", Outputs(rotor_rpm=1e6)),
        ("mfc", Outputs(argon_flow_slpm=math.inf)),
        ("mfc", Outputs(argon_flow_slpm=-0.1)),
    ],
)
def test_a_value_that_a_device_does_not_take_never_gets_on_the_wire(
    device: str, outputs: Outputs
) -> None:
    """I11: every register within its declared range."""
    plan: DevicePlan = PLANS[device]
    with pytest.raises(DeviceError):
        order_words(plan, order(outputs))
