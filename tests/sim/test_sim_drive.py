"""Rotor, motor and converter."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.signals import DriveState
from sim.drive import Drive, DriveFault
from sim.parameters import LAB, PILOT, DriveParameters

DT_S = 0.1


def loaded(parameters: DriveParameters = LAB.drive, powder_kg: float = 0.1) -> Drive:
    drive = Drive(parameters, 22.0)
    drive.load(powder_kg)
    return drive


def spinning(drive: Drive, rps: float, seconds: float = 40.0) -> Drive:
    drive.permit = drive.run = True
    drive.target_rps = rps
    advance(drive, seconds)
    assert drive.speed_rps == pytest.approx(rps)
    return drive


def advance(drive: Drive, seconds: float, cohesion: float = 1.0) -> None:
    for _ in range(round(seconds / DT_S)):
        drive.step(DT_S, cohesion)


@pytest.mark.parametrize(
    ("parameters", "powder_kg", "rps", "coast_s"),
    [
        (LAB.drive, 0.0, 100.0, 8.7),
        (LAB.drive, 0.1, 100.0, 4.3),  # coated powder
        (PILOT.drive, 0.0, 23.0, 24.0),
        (PILOT.drive, 6.0, 23.0, 9.9),
    ],
)
def test_coast_time(
    parameters: DriveParameters, powder_kg: float, rps: float, coast_s: float
) -> None:
    drive = spinning(loaded(parameters, powder_kg), rps)
    drive.permit = False
    steps = 0
    while drive.speed_rps > 0.0:
        drive.step(0.01, 0.9)
        steps += 1
    assert steps * 0.01 == pytest.approx(coast_s, rel=0.015)
    advance(drive, 10.0)
    assert drive.speed_rps == 0.0


def test_while_coasting_the_drive_reports_zero() -> None:
    drive = spinning(loaded(), 100.0)
    drive.permit = False
    drive.step(DT_S, 1.0)
    assert drive.speed_rps > 90.0
    assert drive.output_rps == 0.0
    assert drive.state is DriveState.STOPPED
    assert drive.current_a == 0.0


def test_states_of_a_run() -> None:
    drive = loaded()
    seen = [drive.state]
    drive.permit = drive.run = True
    advance(drive, DT_S)
    seen.append(drive.state)
    drive.target_rps = 100.0
    advance(drive, 4.9)
    seen.append(drive.state)
    assert drive.speed_rps == pytest.approx(98.0)
    advance(drive, 1.0)
    drive.run = False
    advance(drive, DT_S)
    seen.append(drive.state)
    assert drive.speed_rps == pytest.approx(98.0)
    advance(drive, 5.0)
    seen.append(drive.state)
    assert drive.speed_rps == 0.0
    assert seen == [
        DriveState.STOPPED,
        DriveState.STANDBY,
        DriveState.RUNNING,
        DriveState.STOPPING,
        DriveState.STOPPED,
    ]


def test_a_returning_permit_starts_nothing() -> None:
    drive = spinning(loaded(), 100.0)
    drive.permit = False
    advance(drive, 20.0)
    drive.permit = True
    advance(drive, 5.0)
    assert drive.speed_rps == 0.0
    drive.run = False
    drive.step(DT_S, 1.0)
    drive.run = True
    advance(drive, 1.0)
    assert drive.speed_rps > 0.0


def test_a_run_command_waits_for_its_contactor_but_not_long() -> None:
    drive = loaded()
    drive.target_rps = 50.0
    drive.run = True
    advance(drive, 0.3)
    drive.permit = True
    advance(drive, 1.0)
    assert drive.speed_rps > 0.0

    late = loaded()
    late.target_rps = 50.0
    late.run = True
    advance(late, 2.0)
    late.permit = True
    advance(late, 2.0)
    assert late.speed_rps == 0.0


def test_a_run_command_catches_a_coasting_rotor_at_its_speed() -> None:
    drive = spinning(loaded(), 100.0)
    drive.permit = drive.run = False
    advance(drive, 1.0)
    coasting_rps = drive.speed_rps
    assert coasting_rps > 40.0
    drive.permit = drive.run = True
    drive.step(DT_S, 1.0)
    assert drive.speed_rps == pytest.approx(coasting_rps, abs=2.1)


def test_a_lost_link_ramps_to_a_stop_and_stays_there() -> None:
    drive = spinning(loaded(), 100.0)
    drive.trip(DriveFault.COMM_TIMEOUT)
    drive.step(DT_S, 1.0)
    assert drive.state is DriveState.STOPPING
    advance(drive, 5.2)
    assert drive.speed_rps == 0.0
    drive.reset_fault()
    advance(drive, 2.0)
    assert drive.speed_rps == 0.0
    assert drive.fault is DriveFault.NONE


def test_a_fault_of_the_drive_lets_it_coast() -> None:
    drive = spinning(loaded(), 100.0)
    drive.trip(DriveFault.EXTERNAL)
    advance(drive, 1.0)
    assert drive.output_rps == 0.0
    assert 0.0 < drive.speed_rps < 100.0


def test_a_jam_stalls_the_rotor_and_the_drive_trips_on_overload() -> None:
    drive = spinning(loaded(), 100.0)
    drive.jam_nm = 5.0
    advance(drive, 1.0)
    assert drive.speed_rps == 0.0
    assert drive.current_a > LAB.drive.rated_current_a
    advance(drive, 70.0)
    assert drive.fault is DriveFault.OVERLOAD
    assert drive.current_a == 0.0


def test_a_welded_contactor_knows_no_stop() -> None:
    drive = spinning(loaded(), 100.0)
    drive.ignore_stop = True
    drive.run = drive.permit = False
    drive.target_rps = 0.0
    advance(drive, 5.0)
    assert drive.speed_rps == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("parameters", "powder_kg", "rps"), [(LAB.drive, 0.1, 100.0), (PILOT.drive, 6.0, 23.0)]
)
def test_a_settled_bed_gives_a_start_up_peak_once(
    parameters: DriveParameters, powder_kg: float, rps: float
) -> None:
    drive = loaded(parameters, powder_kg)
    drive.permit = drive.run = True
    drive.target_rps = rps
    drive.step(DT_S, 1.0)
    start_nm = drive.torque_nm
    advance(drive, 30.0)
    assert 1.5 < start_nm / drive.torque_nm < 3.0
    drive.run = False
    drive.step(DT_S, 1.0)
    drive.target_rps = 0.1 * rps
    drive.run = True
    advance(drive, 25.0)
    assert drive.torque_nm < 0.3 * start_nm
    drive.permit = drive.run = False
    advance(drive, 40.0)
    drive.permit = drive.run = True
    drive.step(DT_S, 1.0)
    assert drive.torque_nm > 0.9 * start_nm


def test_a_runaway_turns_faster_than_told() -> None:
    drive = spinning(loaded(), 100.0)
    drive.runaway_rps = 20.0
    advance(drive, 5.0)
    assert drive.speed_rps == pytest.approx(120.0)


def test_power_at_nominal_speed() -> None:
    friction_w, windage_w, powder_w = loaded().powers_w(100.0, 1.0)
    assert friction_w == pytest.approx(0.02 * 2.0 * math.pi * 100.0)
    assert windage_w == pytest.approx(0.6 * 1.6 * 1e6 * 0.08**5)
    assert powder_w == pytest.approx(95.0, rel=0.01)
    assert loaded(PILOT.drive, 6.0).powers_w(23.0, 1.0)[2] == pytest.approx(1300.0, rel=0.03)


def test_torque_falls_as_the_guest_coats() -> None:
    drive = loaded()
    fresh = drive.cohesion(agglomerated=1.0, attached=0.0, lost=0.0)
    coated = drive.cohesion(agglomerated=0.0, attached=1.0, lost=0.0)
    assert drive.powers_w(100.0, fresh)[2] > 1.3 * drive.powers_w(100.0, coated)[2]


def test_energy_at_a_steady_speed_is_power_times_time() -> None:
    drive = spinning(loaded(), 100.0)
    before_j = drive.shaft_j
    advance(drive, 60.0)
    friction_w, windage_w, powder_w = drive.powers_w(100.0, 1.0)
    assert drive.shaft_j - before_j == pytest.approx(60.0 * (friction_w + windage_w + powder_w))
    assert drive.powder_w == pytest.approx(powder_w)
    assert drive.wall_w == pytest.approx(windage_w + 0.5 * friction_w)


def test_motor_warms_and_trips_without_its_cooling() -> None:
    drive = spinning(loaded(), 100.0)
    advance(drive, 600.0)
    assert 22.0 < drive.motor_c < 80.0
    drive.motor_c = 131.0
    drive.step(DT_S, 1.0)
    assert drive.fault is DriveFault.MOTOR_OVERHEAT
    drive.reset_fault()
    assert drive.fault is DriveFault.MOTOR_OVERHEAT


@given(
    commands=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.floats(0.0, 400.0), st.floats(0.0, 3.0)),
        max_size=30,
    )
)
def test_speed_stays_within_the_drive_and_never_below_zero(
    commands: list[tuple[bool, bool, float, float]],
) -> None:
    drive = loaded()
    for drive.run, drive.permit, drive.target_rps, drive.jam_nm in commands:
        for _ in range(5):
            before_rps = drive.speed_rps
            drive.step(DT_S, 1.0)
            assert 0.0 <= drive.speed_rps <= LAB.drive.max_rps + 1e-9
            assert drive.speed_rps - before_rps <= LAB.drive.ramp_up_rps_s * DT_S + 1e-9
            assert drive.permit or drive.output_rps == 0.0
