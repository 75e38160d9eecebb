"""The whole plant: valves, lock, safety chain, power, people."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.outputs import DEAD, Outputs
from controller.core.signals import SIGNAL_COUNT, DriveState, Signal
from sim.drive import DriveFault
from sim.mill import Mill
from sim.parameters import LAB, PILOT, Charge, InitialGas, MillParameters

DT_S = 0.1
CHARGE = Charge(cam_kg=0.095, sse_kg=0.005)
PURGE = Outputs(argon_flow_slpm=10.0, supply_open=True)
SPIN = Outputs(run=True, rotor_rpm=6000.0, run_permit=True, argon_flow_slpm=2.0, supply_open=True)


def lab(**changes: object) -> Mill:
    settings_: dict[str, object] = {"seed": 1, "charge": CHARGE} | changes
    return Mill(LAB, **settings_)  # type: ignore[arg-type]


def advance(mill: Mill, seconds: float, outputs: Outputs | None = None) -> Mill:
    if outputs is not None:
        mill.apply(outputs)
    for _ in range(round(seconds / DT_S)):
        mill.step(DT_S)
    return mill


def read(mill: Mill, signal: Signal) -> float:
    return mill.measure()[signal]


def test_a_plant_left_alone_is_still_locked_cool_and_covered() -> None:
    mill = advance(lab(), 600.0)
    values = mill.measure()
    assert len(values) == SIGNAL_COUNT
    assert values[Signal.LID_CLOSED] == values[Signal.LID_LOCKED] == 1.0
    assert values[Signal.STANDSTILL] == values[Signal.ESTOP_HEALTHY] == 1.0
    assert values[Signal.RUN_PERMIT_FEEDBACK] == values[Signal.SUPPLY_VALVE_OPEN] == 0.0
    assert values[Signal.EXHAUST_VALVE_OPEN] == values[Signal.MAINS_HEALTHY] == 1.0
    assert values[Signal.ROTOR_RPM] == values[Signal.TORQUE_NM] == 0.0
    assert values[Signal.COOLING_FLOW_LPM] == pytest.approx(2.0, abs=0.2)
    assert values[Signal.AMBIENT_PRESSURE_MBAR_ABS] == pytest.approx(1013.25, abs=0.5)
    assert values[Signal.ARGON_SUPPLY_BAR_G] == pytest.approx(200.0, abs=0.5)
    # The bleed alone holds the cover behind the check valve, and is all the argon used.
    assert values[Signal.VESSEL_PRESSURE_MBAR_G] == pytest.approx(30.2, abs=0.3)
    assert mill.argon_l == pytest.approx(1.0, rel=0.01)


def test_purge_reaches_a_few_ppm_in_ten_minutes_and_the_analyzers_see_it() -> None:
    values = advance(lab(), 600.0, PURGE).measure()
    assert values[Signal.O2_PPM] < 3.0
    assert values[Signal.H2O_PPM] < 10.0
    assert values[Signal.ARGON_FLOW_SLPM] == pytest.approx(10.0, abs=0.05)
    assert values[Signal.ARGON_FLOW_SP_SLPM] == 10.0
    assert values[Signal.SUPPLY_VALVE_OPEN] == 1.0
    assert 20.0 < values[Signal.VESSEL_PRESSURE_MBAR_G] < 150.0


def test_valve_feedback_takes_the_travel_time() -> None:
    mill = lab()
    mill.apply(PURGE)
    seen = []
    for _ in range(4):
        mill.step(DT_S)
        seen.append(read(mill, Signal.SUPPLY_VALVE_OPEN))
    assert seen == [0.0, 0.0, 1.0, 1.0]


def test_leak_test_pressure_stays_with_everything_shut() -> None:
    shut = Outputs(exhaust_shut=True)
    # Empty: powder gives off water, and so adds gas that a leak would hide behind.
    mill = advance(lab(charge=None), 1.0, shut)
    mill.apply(Outputs(exhaust_shut=True, supply_open=True, argon_flow_slpm=2.0))
    while mill.vessel.pressure_mbar - mill.ambient_mbar < 200.0:
        mill.step(DT_S)
    advance(mill, 10.0, shut)
    start = mill.vessel.pressure_mbar
    used = mill.argon_l
    advance(mill, 600.0)
    assert mill.argon_l == used
    lost = (start - mill.vessel.pressure_mbar) * 0.5 / 600.0
    assert lost == pytest.approx(1e-5, rel=0.1)
    mill.vessel.leak_mbar_l_s = 1e-2
    advance(mill, 60.0)
    assert start - mill.vessel.pressure_mbar > 1.0


def test_vent_takes_the_gauge_pressure_below_five_mbar() -> None:
    mill = advance(lab(), 60.0, PURGE)
    advance(mill, 5.0, Outputs(vent_open=True))
    assert read(mill, Signal.VESSEL_PRESSURE_MBAR_G) < 5.0


def test_a_run_turns_heats_and_coats() -> None:
    mill = advance(lab(initial_gas=InitialGas.GLOVEBOX), 200.0, SPIN)
    values = mill.measure()
    assert values[Signal.RUN_PERMIT_FEEDBACK] == 1.0
    assert values[Signal.STANDSTILL] == 0.0
    assert values[Signal.DRIVE_STATE] == DriveState.RUNNING
    assert values[Signal.ROTOR_RPM] == pytest.approx(6000.0, abs=10.0)
    assert values[Signal.SHAFT_POWER_W] == pytest.approx(
        mill.drive.shaft_w, abs=0.05 * 1.2 * 2 * 3.1416 * 100
    )
    truth = mill.truth()
    assert truth.powder_c > truth.jar_c > 22.0
    assert values[Signal.POWDER_PROBE_C] > values[Signal.JAR_C] + 10.0
    assert truth.attached > 0.5
    assert 0.0 < truth.mean_nm < truth.local_nm
    assert truth.revolutions == pytest.approx(6000.0 / 60.0 * 197.5, rel=0.01)


def test_dry_powder_under_a_milling_sweep_stays_far_from_the_gas_limits() -> None:
    mill = advance(lab(initial_gas=InitialGas.GLOVEBOX), 600.0, SPIN)
    truth = mill.truth()
    assert truth.o2_ppm < 5.0
    assert truth.h2o_ppm < 30.0
    assert truth.h2s_ppm < 5.0


def test_stop_image_coasts_and_standstill_comes_two_seconds_after() -> None:
    mill = advance(lab(), 30.0, SPIN)
    mill.apply(DEAD)
    mill.step(DT_S)
    assert read(mill, Signal.ROTOR_RPM) == 0.0
    assert mill.rotor_rpm > 5000.0
    elapsed = slow_since = 0.0
    while not mill.standstill:
        mill.step(DT_S)
        elapsed += DT_S
        if mill.rotor_rpm >= LAB.standstill_rpm:
            slow_since = elapsed
    assert 3.5 < slow_since < 4.6
    assert elapsed - slow_since == pytest.approx(2.0, abs=0.11)


def test_the_lid_opens_only_unlocked_and_unlocks_only_at_standstill() -> None:
    mill = advance(lab(), 30.0, SPIN)
    assert not mill.open_lid()
    unlock = Outputs(lid_unlock=True)
    advance(mill, 1.0, unlock)
    assert mill.rotor_rpm > 0.0
    assert read(mill, Signal.LID_LOCKED) == 1.0
    advance(mill, 10.0)
    assert read(mill, Signal.LID_LOCKED) == 0.0
    assert mill.open_lid()
    assert read(mill, Signal.LID_CLOSED) == 0.0
    advance(mill, 5.0, DEAD)
    assert read(mill, Signal.LID_LOCKED) == 0.0
    mill.close_lid()
    advance(mill, 0.5)
    assert read(mill, Signal.LID_LOCKED) == 1.0


def test_an_open_lid_lets_the_room_in_and_keeps_the_contactor_open() -> None:
    mill = advance(lab(initial_gas=InitialGas.GLOVEBOX), 1.0, Outputs(lid_unlock=True))
    assert mill.open_lid()
    advance(mill, 10.0, SPIN)
    assert read(mill, Signal.RUN_PERMIT_FEEDBACK) == 0.0
    assert mill.rotor_rpm == 0.0
    assert mill.o2_ppm > 200_000.0
    assert abs(read(mill, Signal.VESSEL_PRESSURE_MBAR_G)) < 0.2
    assert mill.h2s_ppm > 0.0


@pytest.mark.parametrize("cause", ["estop", "lid", "lock", "overspeed", "mains"])
def test_the_hard_wired_chain_drops_the_contactor(cause: str) -> None:
    mill = advance(lab(), 30.0, SPIN)
    if cause == "estop":
        mill.press_estop()
    elif cause == "lid":
        mill.lid_closed = False
    elif cause == "lock":
        mill.lock_stuck = False
    elif cause == "overspeed":
        mill.drive.runaway_rps = 250.0
    else:
        mill.mains = False
    advance(mill, 15.0)
    assert read(mill, Signal.RUN_PERMIT_FEEDBACK) == 0.0
    assert mill.rotor_rpm == 0.0
    # All causes gone, the run command still there: nothing starts.
    mill.release_estop()
    mill.close_lid()
    mill.lock_stuck = None
    mill.drive.runaway_rps = 0.0
    mill.reset_safety_relay()
    mill.mains = True
    advance(mill, 10.0)
    assert read(mill, Signal.RUN_PERMIT_FEEDBACK) == 1.0
    assert mill.rotor_rpm == 0.0


def test_the_overspeed_guard_holds_until_reset_by_hand() -> None:
    mill = advance(lab(), 30.0, SPIN)
    mill.drive.runaway_rps = 250.0
    advance(mill, 15.0)
    mill.drive.runaway_rps = 0.0
    advance(mill, 10.0, DEAD)
    advance(mill, 5.0, SPIN)
    assert mill.rotor_rpm == 0.0
    mill.reset_safety_relay()
    advance(mill, 1.0, DEAD)
    advance(mill, 5.0, SPIN)
    assert mill.rotor_rpm > 0.0


def test_without_mains_pumps_stop_and_the_bleed_covers() -> None:
    mill = advance(lab(), 60.0, PURGE)
    mill.mains = False
    advance(mill, 60.0, DEAD)
    values = mill.measure()
    assert values[Signal.MAINS_HEALTHY] == 0.0
    assert values[Signal.COOLING_FLOW_LPM] == values[Signal.SAMPLE_FLOW_SLPM] == 0.0
    assert values[Signal.DRIVE_FAULT_CODE] == DriveFault.LOW_VOLTAGE
    assert values[Signal.VESSEL_PRESSURE_MBAR_G] > 29.0
    mill.mains = True
    advance(mill, 1.0)
    assert read(mill, Signal.DRIVE_FAULT_CODE) == DriveFault.NONE


def test_a_shut_cooling_valve_warms_the_jar() -> None:
    cooled = advance(lab(), 300.0, SPIN)
    warm = advance(
        lab(),
        300.0,
        Outputs(
            run=True,
            rotor_rpm=6000.0,
            run_permit=True,
            argon_flow_slpm=2.0,
            supply_open=True,
            cooling_shut=True,
        ),
    )
    assert read(warm, Signal.COOLING_FLOW_LPM) == 0.0
    assert warm.heat.jar_c > cooled.heat.jar_c + 5.0


def test_a_stuck_valve_and_a_blocked_exhaust_raise_the_pressure_to_the_relief() -> None:
    mill = advance(lab(), 10.0, PURGE)
    mill.supply_valve.stick(1.0)
    mill.vessel.exhaust_blocked = 1.0
    advance(mill, 120.0, Outputs(argon_flow_slpm=10.0))
    assert read(mill, Signal.SUPPLY_VALVE_OPEN) == 1.0
    assert 490.0 < read(mill, Signal.VESSEL_PRESSURE_MBAR_G) < 560.0
    mill.supply_valve.stick(None)
    mill.vessel.exhaust_blocked = 0.0
    advance(mill, 10.0)
    assert read(mill, Signal.SUPPLY_VALVE_OPEN) == 0.0
    assert read(mill, Signal.VESSEL_PRESSURE_MBAR_G) < 35.0


def test_an_empty_bottle_ends_flow_and_bleed() -> None:
    mill = advance(lab(), 10.0, PURGE)
    mill.supply.bottle_sl = 0.0
    advance(mill, 10.0)
    assert read(mill, Signal.ARGON_FLOW_SLPM) == pytest.approx(0.0, abs=0.05)
    assert read(mill, Signal.ARGON_SUPPLY_BAR_G) == pytest.approx(0.0, abs=0.3)


def test_impure_argon_sets_the_floor_of_the_purge() -> None:
    mill = lab()
    mill.vessel.traces.argon_o2 = 25e-6
    advance(mill, 900.0, PURGE)
    assert read(mill, Signal.O2_PPM) == pytest.approx(25.0, abs=0.5)


def test_a_lock_that_never_lets_go_and_one_that_never_holds() -> None:
    held = lab()
    held.lock_stuck = True
    advance(held, 5.0, Outputs(lid_unlock=True))
    assert not held.open_lid()
    loose = lab()
    loose.lock_stuck = False
    advance(loose, 1.0, DEAD)
    assert read(loose, Signal.LID_LOCKED) == 0.0
    loose.lid_bridged = True
    assert read(loose, Signal.LID_LOCKED) == 1.0
    assert loose.open_lid()


def test_an_exotherm_heats_powder_that_nobody_mills() -> None:
    mill = advance(lab(), 10.0, DEAD)
    mill.heat.extra_w = 300.0
    before_c = mill.powder_c
    advance(mill, 5.0)
    assert (mill.powder_c - before_c) / 5.0 > 3.0


def test_a_fresh_jar_starts_new_and_none_goes_in_while_it_turns() -> None:
    mill = advance(lab(), 100.0, SPIN)
    assert not mill.load(CHARGE)
    advance(mill, 20.0, DEAD)
    drive, vessel = mill.drive, mill.vessel
    assert mill.load(CHARGE, InitialGas.GLOVEBOX)
    assert mill.drive is drive
    assert mill.vessel is vessel
    truth = mill.truth()
    assert truth.agglomerated == 1.0
    assert truth.revolutions == truth.milling_kwh_per_kg == truth.shaft_kwh == 0.0
    assert truth.powder_c == LAB.room.ambient_c
    assert truth.o2_ppm == pytest.approx(1.0)
    assert mill.load(None)
    assert advance(mill, 100.0, SPIN).truth().attached == 0.0


@pytest.mark.parametrize(
    ("parameters", "charge", "rpm"),
    [(LAB, CHARGE, 6000.0), (PILOT, Charge(cam_kg=5.7, sse_kg=0.3), 1380.0)],
)
def test_steps_of_one_second_give_the_same_batch(
    parameters: MillParameters, charge: Charge, rpm: float
) -> None:
    spin = Outputs(run=True, rotor_rpm=rpm, run_permit=True, argon_flow_slpm=2.0, supply_open=True)
    fine, coarse = (Mill(parameters, seed=1, charge=charge) for _ in range(2))
    for outputs, seconds in ((PURGE, 300), (spin, 300), (DEAD, 60)):
        for mill in (fine, coarse):
            mill.apply(outputs)
        for _ in range(seconds):
            coarse.step(1.0)
        advance(fine, seconds)
    assert coarse.truth() == fine.truth()


def test_equal_seeds_give_equal_readings() -> None:
    one, two, other = (Mill(LAB, seed=seed, charge=CHARGE) for seed in (3, 3, 4))
    for mill in (one, two, other):
        advance(mill, 20.0, SPIN)
    assert list(one.measure()) == list(two.measure())
    assert list(one.measure()) != list(other.measure())


def outputs_strategy() -> st.SearchStrategy[Outputs]:
    return st.builds(
        Outputs,
        run=st.booleans(),
        rotor_rpm=st.floats(0.0, 12_000.0),
        run_permit=st.booleans(),
        argon_flow_slpm=st.floats(0.0, 10.0),
        supply_open=st.booleans(),
        exhaust_shut=st.booleans(),
        vent_open=st.booleans(),
        lid_unlock=st.booleans(),
        cooling_shut=st.booleans(),
    )


@settings(max_examples=50)
@given(images=st.lists(outputs_strategy(), min_size=1, max_size=12))
def test_whatever_the_outputs_the_plant_stays_physical(images: list[Outputs]) -> None:
    mill = Mill(LAB, seed=0, charge=CHARGE)
    for image in images:
        mill.apply(image)
        for _ in range(20):
            mill.step(0.5)
            if mill.rotor_rpm > LAB.standstill_rpm:
                assert mill.lid_locked
            assert mill.lid_closed
            traces = mill.vessel.traces
            assert 0.0 <= traces.o2 <= 0.2096
            assert 0.0 <= traces.h2o <= 0.05
            assert 0.0 <= traces.h2s <= 0.05
            assert 900.0 < mill.vessel.pressure_mbar < 1700.0
            assert 21.9 < mill.powder_c < 400.0
            assert all(value == value for value in mill.measure())
