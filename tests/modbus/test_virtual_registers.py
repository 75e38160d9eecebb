"""The plant in virtual time says and hears what the registers carry: scaling, words, rounding."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.image import ALL_GOOD
from controller.core.outputs import DEAD
from controller.core.signals import SIGNAL_COUNT, SIGNALS, Quality, Signal
from controller.edge.plan import ORDER_NAMES, order_words, plan_devices
from controller.edge.plantfile import PlantFile, load_plant
from controller.edge.recipefile import load_recipe, resolve_recipe
from sim.devices import SimulatedDevice, outputs_of
from sim.registers import Registers
from sim.world import Operator, World, new_mill

ROOT = Path(__file__).parents[2]
PLANTS = {path.stem: load_plant(path) for path in sorted((ROOT / "deploy").glob("*.toml"))}
REGISTERS = {name: Registers(plant) for name, plant in PLANTS.items()}
# Beyond every range of both plants, on both sides. A float32 has no numbers between 0 and 1e-38.
ANYTHING = (
    st.floats(-2e5, 5e5) | st.floats(-150.0, 1500.0) | st.sampled_from((math.inf, -math.inf))
).map(lambda value: value if abs(value) > 1e-30 else 0.0)
plants = pytest.mark.parametrize("name", PLANTS)


class Wire:
    """Every device of a plant file as it answers on the wire, without the wire."""

    def __init__(self, plant: PlantFile) -> None:
        self.plans = plan_devices(plant)
        self.devices = [SimulatedDevice(plant, plan.device, lambda: 0.0) for plan in self.plans]

    def read(self, values: list[float]) -> tuple[list[float], list[Quality]]:
        """What the controller's own plan and codec read of these values, and how good it is."""
        found, quality = list(values), list(ALL_GOOD)
        for plan, device in zip(self.plans, self.devices, strict=True):
            device.measure(values)
            words = [device.read(block.table, block.address, block.count) for block in plan.reads]
            for wire in plan.signals:
                block = words[wire.block]
                assert isinstance(block, list)
                found[wire.index], quality[wire.index] = wire.channel.decode(block, wire.at)
        return found, quality

    def obey(self, order: tuple[float, ...]) -> dict[str, float]:
        """What the devices hold after this order."""
        held: dict[str, float] = {}
        for plan, device in zip(self.plans, self.devices, strict=True):
            for block, words in zip(plan.writes, order_words(plan, order), strict=True):
                assert device.write(block.table, block.address, words) is None
            held |= device.outputs
        return held


WIRES = {name: Wire(plant) for name, plant in PLANTS.items()}


def measured(draw: st.DrawFn) -> list[float]:
    """Any values: contacts are 0 or 1, states and codes are whole numbers."""
    values = [draw(ANYTHING) for _ in range(SIGNAL_COUNT)]
    for signal in Signal:
        if SIGNALS[signal].digital:
            values[signal] = draw(st.sampled_from((0.0, 1.0)))
    values[Signal.DRIVE_STATE] = float(draw(st.integers(0, 3)))
    values[Signal.DRIVE_FAULT_CODE] = float(draw(st.integers(0, 255)))
    return values


def assert_same(name: str, values: list[float]) -> None:
    found, quality = WIRES[name].read(list(values))
    stated = list(values)
    stated_quality = REGISTERS[name].read(stated)
    for signal in PLANTS[name].signals:
        was, now = found[signal], stated[signal]
        assert was == now or (math.isnan(was) and math.isnan(now)), signal.name
        assert quality[signal] is stated_quality[signal], signal.name


@plants
@given(st.composite(measured)())
def test_any_value_is_read_as_the_wire_would_carry_it(name: str, values: list[float]) -> None:
    assert_same(name, values)


@plants
@given(st.sampled_from([s for s in Signal if not SIGNALS[s].digital]), st.floats(-0.01, 1.01))
def test_values_at_the_ends_of_a_span_too(name: str, signal: Signal, share: float) -> None:
    plant = PLANTS[name]
    if signal not in plant.signals or plant.signals[signal].span is None:
        return
    low, high = plant.signals[signal].span or (0.0, 1.0)
    values = [1.0] * SIGNAL_COUNT
    values[signal] = low + share * (high - low)
    assert_same(name, values)


@plants
def test_a_lost_value_is_unknown_on_both(name: str) -> None:
    """I14; in a register without a word for it, it is a point that cannot be read."""
    values = [math.nan] * SIGNAL_COUNT
    REGISTERS[name].read(values)
    analog = [s for s in PLANTS[name].signals if not SIGNALS[s].digital]
    assert all(math.isnan(values[signal]) for signal in analog)


@plants
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_set_point_is_heard_as_the_wire_would_carry_it(
    name: str, speed: float, flow: float
) -> None:
    equipment = PLANTS[name].equipment
    outputs = replace(
        DEAD,
        run=True,
        rotor_rpm=speed * equipment.rotor_rpm_max,
        argon_flow_slpm=flow * equipment.argon_flow_max_slpm,
    )
    order = (*map(float, astuple(outputs)), 1.0)
    assert len(order) == len(ORDER_NAMES)
    held = WIRES[name].obey(order)
    del held["heartbeat"]
    assert REGISTERS[name].order(outputs) == outputs_of(held)


@plants
def test_a_whole_batch_sees_nothing_that_the_wire_would_hide(name: str) -> None:
    """Its images are what the wire would carry, from the leak test into the milling."""
    plant = PLANTS[name]
    recipe = load_recipe(resolve_recipe("bm-05", plant.id), plant.equipment)
    world, operator = World(new_mill(recipe, plant.equipment, 3), plant), Operator(recipe)
    for number in range(12_000):
        if number % 100 == 0:
            assert_same(name, world.copy().mill.measure())
        world.step(() if operator.done else operator.commands(world))
