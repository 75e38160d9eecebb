"""Every fault makes a difference that can be measured, and is gone when it is taken out again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple
from functools import cache

import pytest
from bench import command, seen
from faultworlds import PLANT, injected, run_for, world_at

from controller.core.commands import Command, CommandName
from controller.core.signals import Signal
from sim.faults.catalogue import CATALOGUE
from sim.faults.inject import Injector
from sim.faults.model import Situation, planned
from sim.mill import Mill
from sim.world import ENDED, World

WATCHED_S = 30.0

# What only matters when something else happens too: that is then there in both runs.
TOGETHER_WITH = {
    "lid_bridged": ("lid_opened",),
    "lid_closed_closed": ("lid_opened",),
    "lid_locked_closed": ("lid_opened",),
    "estop_contact_closed": ("estop_pressed",),
    "mains_contact_closed": ("mains_lost",),
    "relief_blocked": ("second_master_valves", "second_master_argon"),
}
FIRST_IN = (
    Situation.MILL,
    Situation.LEAK,
    Situation.START,
    Situation.RELEASE,
    Situation.REST,
)

Trace = list[tuple[object, ...]]


def at(situation: Situation, *names: str) -> World:
    world = world_at(situation)
    world.inject([planned(CATALOGUE[name], world.now_s) for name in names], PLANT)
    return world


def picture(world: World) -> tuple[object, ...]:
    truth, image = world.mill.truth(), world.image
    values = tuple(None if math.isnan(value) else value for value in image.values)
    return (
        values,
        tuple(image.quality),
        astuple(truth),
        world.state.state,
        world.outputs,
    )


def asked(world: World) -> tuple[Command, ...]:
    if world.state.state in ENDED and world.scans % 10 == 0:
        return seen(world.state, (command(CommandName.LID_RELEASE, world.scans),))
    return ()


def trace(world: World, seconds: float = WATCHED_S) -> Trace:
    found = []
    for _ in range(round(seconds / 0.1)):
        world.step(asked(world))
        found.append(picture(world))
    return found


@cache
def reference(situation: Situation, *names: str) -> Trace:
    return trace(at(situation, *names))


def differs(world: World, known: Trace) -> bool:
    for expected in known:
        world.step(asked(world))
        if picture(world) != expected:
            return True
    return False


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_fault_makes_a_difference(name: str) -> None:
    others = TOGETHER_WITH.get(name, ())
    assert any(
        differs(at(situation, name, *others), reference(situation, *others))
        for situation in FIRST_IN
    )


def test_a_world_with_a_fault_that_is_still_to_come_runs_like_a_clean_one() -> None:
    world = world_at(Situation.MILL)
    world.inject([planned(CATALOGUE["o2_nan"], world.now_s + 1e6)], PLANT)
    assert not differs(world, reference(Situation.MILL))


PARTS = (
    ("", ("ambient_mbar", "mains", "sample_pump", "coolant_pump", "lock_stuck", "lid_bridged")),
    ("drive", ("jam_nm", "ignore_stop", "runaway_rps")),
    ("vessel", ("leak_mbar_l_s", "exhaust_blocked", "relief_blocked")),
    ("vessel.traces", ("argon_o2", "argon_h2o")),
    ("supply", ("regulator_mbar",)),
    ("room", ("argon_l_s", "h2s_mol_s", "ventilated")),
    ("heat", ("extra_w",)),
    ("supply_valve", ("stuck_at",)),
    ("exhaust_valve", ("stuck_at",)),
    ("vent_valve", ("stuck_at",)),
    ("cooling_valve", ("stuck_at",)),
)


def open_attributes(mill: Mill) -> dict[str, object]:
    found: dict[str, object] = {}
    for part, names in PARTS:
        target: object = mill
        for step in filter(None, part.split(".")):
            target = getattr(target, step)
        found |= {f"{part}.{name}": getattr(target, name) for name in names}
    return found


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_fault_that_has_ended_leaves_no_hand_in_the_plant(name: str) -> None:
    world = world_at(Situation.START)
    before = open_attributes(world.mill)
    fault = planned(CATALOGUE[name], world.now_s)
    ends = type(fault)(fault.fault, fault.on_s, world.now_s + 1.0, fault.value)
    world.inject([ends], PLANT)
    for _ in range(15):
        world.step()
    injector = world.plant.faults
    assert injector is not None
    assert injector.active == ()
    assert not injector.stalled
    assert world.mill.transmitters.overrides == {}
    assert open_attributes(world.mill) == before
    assert not world.mill.estop_pressed and world.mill.lid_closed
    assert all(quality.usable for quality in world.image.quality)


def mill_with(*texts: str) -> tuple[World, Injector]:
    world = world_at(Situation.START)
    return world, injected(world, *texts)


def step_to(world: World, seconds: float) -> None:
    while world.now_s < seconds - 1e-9:
        world.step()


def test_two_faults_of_one_part_do_not_undo_each_other() -> None:
    world, _ = mill_with("supply_stuck_open@2-6", "supply_stuck_shut@3-5", "leak:0.1", "leak:0.5")
    valve = world.mill.supply_valve
    seen: list[float | None] = []
    for seconds in (1.9, 2.5, 3.5, 5.5, 6.5):
        step_to(world, seconds)
        seen.append(valve.stuck_at)
    assert seen == [None, 1.0, 0.0, 1.0, None]
    assert world.mill.vessel.leak_mbar_l_s == 0.5


def test_two_lies_of_one_transmitter_add_up() -> None:
    world, _ = mill_with("jar_wrong@2-6:30", "jar_bias@3-5:4")
    seen = []
    for seconds in (2.5, 3.5, 5.5):
        step_to(world, seconds)
        seen.append(world.image.values[Signal.JAR_C])
    assert seen == pytest.approx([30.0, 34.0, 30.0], abs=1e-4)  # mA in a float32
    step_to(world, 6.5)
    assert world.image.values[Signal.JAR_C] == pytest.approx(22.0, abs=0.2)


def test_healing_ends_what_is_there_and_forgets_what_was_to_come() -> None:
    world, injector = mill_with("leak@1:0.5", "estop_pressed@1", "h2s_forms@1", "o2_nan@9")
    step_to(world, 2.0)
    assert len(injector.active) == 3
    assert world.mill.estop_pressed
    injector.heal()
    step_to(world, 12.0)
    assert injector.active == ()
    assert not world.mill.estop_pressed
    assert not math.isnan(world.image.values[Signal.O2_PPM])


def test_a_world_with_faults_is_not_copied_by_mistake() -> None:
    world, _ = mill_with("o2_nan@9")
    with pytest.raises(ValueError, match="before faults are planned"):
        world.copy()


def readings(text: str, signal: Signal, seconds: Sequence[float]) -> list[float]:
    world, _ = mill_with(text)
    found = []
    for at_s in seconds:
        step_to(world, at_s)
        found.append(world.image.values[signal])
    return found


def test_transmitters_lie_as_they_are_told_to() -> None:
    jar = 22.0
    before, spike, after = readings("jar_spike@2:40", Signal.JAR_C, (1.9, 2.2, 2.5))
    assert (before, spike, after) == pytest.approx((jar, jar + 40.0, jar), abs=0.2)
    early, late = readings("jar_drift@2:2", Signal.JAR_C, (2.1, 62.0))
    assert (early, late) == pytest.approx((jar, 1.1 * jar), abs=0.3)
    assert readings("jar_under_range@2", Signal.JAR_C, (2.1,)) == [-20.0]
    assert readings("o2_over_range@2", Signal.O2_PPM, (2.1,)) == [math.inf]
    first, second = readings("jar_stuck@2", Signal.JAR_C, (2.1, 9.0))
    assert first == second
    slow = readings("ambient_wrong@1:900", Signal.AMBIENT_PRESSURE_MBAR_ABS, (1.1, 2.0))
    assert slow == [900.0, 900.0]


def test_a_loose_contact_is_open_about_as_often_as_it_is_told() -> None:
    world, _ = mill_with("mains_contact_chatter:25")
    closed = 0.0
    for _ in range(400):
        world.step()
        closed += world.image.values[Signal.MAINS_HEALTHY]
    assert closed / 400 == pytest.approx(0.75, abs=0.08)


def test_a_stalled_motor_tells_its_limits_of_current_and_torque() -> None:
    """A6: a drive that shows nothing at standstill would pass for a slow one."""
    world = world_at(Situation.MILL)
    injected(world, "blade_jammed@{now}")
    drive = world.mill.parameters.drive
    run_for(world, 0.4)
    x = world.image.values
    assert x[Signal.ROTOR_RPM] < 5.0
    assert x[Signal.TORQUE_NM] > 0.9 * drive.overload * drive.rated_torque_nm
    assert x[Signal.DRIVE_CURRENT_A] > drive.rated_current_a
    run_for(world, 0.5)
    rows = world.state.matrix.rows
    assert rows[next(a.row for a in world.state.alarms if a.first_out)].id == "TORQUE_HIGH"
