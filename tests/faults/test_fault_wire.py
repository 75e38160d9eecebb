"""What is wrong on the wire looks as it does on a real one: ages, qualities, watchdogs."""

from __future__ import annotations

import math

import pytest
from faultworlds import PLANT, injected, run_for, world_at

from controller.core.signals import Quality, Signal
from controller.core.states import State
from sim.drive import DriveFault
from sim.faults.model import Situation
from sim.world import World


def with_fault(name: str, value: str = "") -> World:
    world = world_at(Situation.MILL)
    injected(world, f"{name}@{{now}}{value}")
    return world


def test_a_value_that_stops_coming_grows_old_and_is_lost_at_its_age() -> None:
    world = with_fault("o2_stale")
    limit_s = PLANT.device(PLANT.signals[Signal.O2_PPM].device).max_age_s
    held = None
    for scan in range(12):
        world.step()
        value, age_s = world.image.values[Signal.O2_PPM], world.image.age_s[Signal.O2_PPM]
        assert age_s == pytest.approx(0.1 * scan)
        if age_s <= limit_s + 1e-9:
            held = value if held is None else held
            assert value == held
        else:
            assert math.isnan(value)
            assert world.image.quality[Signal.O2_PPM] is Quality.STALE
    assert world.image.quality[Signal.H2S_PPM] is Quality.GOOD


@pytest.mark.parametrize(
    ("name", "quality"),
    [("o2_bad", Quality.UNCERTAIN), ("comm_process_inputs_reset", Quality.BAD_COMM)],
)
def test_a_bad_quality_is_unknown_at_once(name: str, quality: Quality) -> None:
    world = with_fault(name)
    world.step()
    assert math.isnan(world.image.values[Signal.O2_PPM])
    assert world.image.quality[Signal.O2_PPM] is quality


def test_a_silent_device_takes_all_its_signals_with_it_and_no_others() -> None:
    world = with_fault("comm_process_inputs_silent")
    run_for(world, 1.0)
    device = PLANT.signals[Signal.O2_PPM].device
    lost = {signal for signal in PLANT.signals if math.isnan(world.image.values[signal])}
    own = {signal for signal, wire in PLANT.signals.items() if wire.device == device}
    # Without a sample flow the frost point is not known either.
    assert lost == own | {Signal.FROST_POINT_C}


def test_frozen_values_look_good_and_do_not_change() -> None:
    world = with_fault("comm_process_inputs_frozen")
    world.step()
    first = list(world.image.values)
    run_for(world, 3.0)
    for signal in (Signal.O2_PPM, Signal.JAR_C, Signal.VESSEL_PRESSURE_MBAR_G):
        assert world.image.values[signal] == first[signal]
        assert world.image.quality[signal] is Quality.GOOD
    assert world.image.values[Signal.MOTOR_C] != first[Signal.MOTOR_C]


def test_a_heartbeat_of_the_device_betrays_a_frozen_gateway() -> None:
    world = with_fault("comm_room_h2s_frozen")
    run_for(world, 4.5)
    assert world.image.quality[Signal.ROOM_H2S_PPM] is Quality.GOOD
    run_for(world, 1.0)
    assert math.isnan(world.image.values[Signal.ROOM_H2S_PPM])


def test_a_drive_that_hears_nothing_trips_by_itself() -> None:
    """I15: the drive is off within its watchdog time whatever the controller does."""
    world = with_fault("comm_drive_silent")
    watchdog_s = PLANT.device(PLANT.outputs["run"].device).watchdog_s
    assert watchdog_s is not None
    run_for(world, watchdog_s)
    assert world.mill.drive.fault is DriveFault.NONE
    assert world.mill.outputs.run, "what was last written stays in the drive"
    run_for(world, 0.3)
    assert world.mill.drive.fault is DriveFault.COMM_TIMEOUT


def test_outputs_that_hear_nothing_fall_to_zero() -> None:
    world = with_fault("comm_outputs_silent")
    run_for(world, 0.9)
    assert world.mill.outputs.run_permit and world.mill.outputs.supply_open
    run_for(world, 0.4)
    sent = world.mill.outputs
    assert not (sent.run_permit or sent.supply_open or sent.exhaust_shut or sent.lid_unlock)
    run_for(world, 1.0)
    assert not world.mill.drive.permit
    assert world.state.state in (State.ABORTING, State.ABORTED)


def test_a_device_that_only_refuses_keeps_its_outputs() -> None:
    """The dangerous one: requests re-arm its watchdog although none of them is obeyed."""
    world = with_fault("comm_outputs_exceptions")
    run_for(world, 5.0)
    assert world.mill.outputs.supply_open


def test_a_lost_heartbeat_opens_the_run_permit() -> None:
    world = with_fault("heartbeat_lost")
    run_for(world, PLANT.heartbeat_s - 0.1)
    assert world.mill.drive.permit
    run_for(world, 0.4)
    assert not world.mill.drive.permit


def test_a_stalled_scan_lets_the_watchdogs_run_out() -> None:
    """I15 again: nobody scans, so nobody is heard."""
    world = with_fault("scan_stalled", ":5")
    before = world.state
    for _ in range(30):
        decision = world.step()
        assert decision.state is before
    assert world.mill.drive.fault is DriveFault.COMM_TIMEOUT
    assert not world.mill.drive.permit
    assert not world.mill.outputs.supply_open
    run_for(world, 3.0)
    assert world.state.state in (State.ABORTING, State.ABORTED)


def test_a_late_scan_is_no_reason_for_anything() -> None:
    world = with_fault("scan_late")
    run_for(world, 5.0)
    assert world.state.state is State.RUNNING
    assert world.mill.drive.fault is DriveFault.NONE
    assert world.state.alarms == ()


def test_somebody_else_writes_after_us_and_stops_when_healed() -> None:
    world = with_fault("second_master_argon", ":8")
    world.step()
    assert world.mill.outputs.argon_flow_slpm == 8.0
    assert world.outputs.argon_flow_slpm < 8.0
    injector = world.plant.faults
    assert injector is not None
    injector.heal()
    world.step()
    assert world.mill.outputs.argon_flow_slpm == world.outputs.argon_flow_slpm < 8.0


def test_a_device_comes_and_goes() -> None:
    world = with_fault("comm_moisture_flaps", ":0.5")
    known = []
    for _ in range(20):
        world.step()
        known.append(not math.isnan(world.image.values[Signal.FROST_POINT_C]))
    assert known == ([False] * 5 + [True] * 5) * 2
