"""Gas runs with known results: prescribed flows, amount, leak and powder temperature."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.gas import ArgonSupply, Room, Traces, Vessel
from sim.parameters import GAS_CONSTANT, LAB, MOL_S_PER_SLPM, ROOM_O2

DT_S = 0.1
GAS_MOL = 0.02118
PRESSURE_PA = 105_000.0
LEAK_MOL_S = 1e-5 * 0.1 / (GAS_CONSTANT * 298.15)
MIXING = 0.5


def wet_headspace(o2_ppm: float, h2o_ppm: float) -> Traces:
    """5 g of electrolyte, 264 µmol of labile water."""
    traces = Traces(LAB.gas, room_h2o=0.0139)
    traces.load(o2=1e-6 * o2_ppm, h2o=1e-6 * h2o_ppm, sse_g=5.0, water_mol=264e-6)
    return traces


class Recorder:
    """Runs a headspace under a constant stream and keeps ppm against time."""

    def __init__(self, traces: Traces, flow_slpm: float, seconds: float, heated: bool) -> None:
        self.o2: list[float] = []
        self.h2o: list[float] = []
        self.h2s: list[float] = []
        argon = MIXING * flow_slpm * MOL_S_PER_SLPM
        for step in range(round(seconds / DT_S)):
            powder_c = 25.0 + (min(35.0, step * DT_S / 20.0) if heated else 0.0)
            water = traces.desorb(DT_S, powder_c)
            traces.step(DT_S, GAS_MOL, PRESSURE_PA, argon, LEAK_MOL_S, water)
            self.o2.append(1e6 * traces.o2)
            self.h2o.append(1e6 * traces.h2o)
            self.h2s.append(1e6 * traces.h2s)

    def at(self, values: list[float], time_s: float) -> float:
        return values[round(time_s / DT_S) - 1]

    def peak(self, values: list[float]) -> tuple[float, float]:
        top = max(values)
        return top, (values.index(top) + 1) * DT_S


def test_sweep_from_room_air() -> None:
    run = Recorder(wet_headspace(209_500.0, 13_900.0), 2.0, 1200.0, heated=False)
    assert run.at(run.o2, 200.0) == pytest.approx(189.0, rel=0.01)
    assert run.at(run.o2, 400.0) == pytest.approx(2.28, rel=0.01)
    assert run.at(run.h2o, 400.0) == pytest.approx(8.92, rel=0.01)
    assert run.at(run.h2s, 400.0) == pytest.approx(1.14, rel=0.01)
    top, when_s = run.peak(run.h2s)
    assert top == pytest.approx(612.0, rel=0.01)
    assert when_s == pytest.approx(27.0, abs=1.0)


def test_sealed_and_cold() -> None:
    run = Recorder(wet_headspace(5.0, 10.0), 0.0, 3600.0, heated=False)
    assert run.o2[-1] == pytest.approx(19.36, rel=0.01)
    assert run.h2o[-1] == pytest.approx(52.3, rel=0.01)
    assert run.h2s[-1] == pytest.approx(824.6, rel=0.01)


def test_sealed_and_warm() -> None:
    run = Recorder(wet_headspace(5.0, 10.0), 0.0, 3600.0, heated=True)
    top, when_s = run.peak(run.h2o)
    assert top == pytest.approx(403.4, rel=0.01)
    assert when_s == pytest.approx(1254.0, rel=0.01)
    assert run.h2s[-1] == pytest.approx(4877.0, rel=0.01)


def test_trickle_and_warm() -> None:
    run = Recorder(wet_headspace(5.0, 10.0), 0.2, 3600.0, heated=True)
    water, when_s = run.peak(run.h2o)
    assert water == pytest.approx(236.0, rel=0.01)
    assert when_s == pytest.approx(1026.0, rel=0.01)
    assert run.peak(run.h2s)[0] == pytest.approx(280.6, rel=0.01)
    assert run.o2[-1] == pytest.approx(3.14, rel=0.01)


def test_a_low_water_reading_does_not_prove_a_dry_batch() -> None:
    """In a sealed jar the electrolyte takes the water and tells it as H2S."""
    run = Recorder(wet_headspace(5.0, 1000.0), 0.0, 1200.0, heated=False)
    assert run.at(run.h2o, 1200.0) < 0.1 * run.at(run.h2o, 1.0)
    assert all(a < b for a, b in zip(run.h2s, run.h2s[1:], strict=False))


def sealed_vessel(*, sse_g: float = 0.0, water_mol: float = 0.0) -> Vessel:
    vessel = Vessel(LAB.gas, Traces(LAB.gas, room_h2o=0.0139))
    vessel.load(free_l=0.477, gas_c=22.0, mbar=1213.25)
    vessel.traces.load(o2=5e-6, h2o=10e-6, sse_g=sse_g, water_mol=water_mol)
    vessel.leak_mbar_l_s = 0.0
    return vessel


def shut_step(vessel: Vessel, gas_c: float, dt_s: float = DT_S) -> None:
    vessel.step(dt_s, 0.0, 0.0, 0.0, gas_c, gas_c, 1013.25)


def test_a_tight_vessel_keeps_every_mole() -> None:
    vessel = sealed_vessel()
    before = (vessel.gas_mol, vessel.traces.o2, vessel.traces.h2o, vessel.traces.h2s)
    for _ in range(36_000):
        shut_step(vessel, 40.0)
    assert (vessel.gas_mol, vessel.traces.o2, vessel.traces.h2o, vessel.traces.h2s) == before


def test_water_is_either_in_powder_in_gas_or_turned_to_h2s() -> None:
    vessel = sealed_vessel(sse_g=5.0, water_mol=264e-6)
    traces = vessel.traces
    total = 264e-6 + traces.h2o * vessel.gas_mol
    for _ in range(36_000):
        shut_step(vessel, 60.0)
    accounted = traces.water_mol + traces.h2o * vessel.gas_mol + traces.h2s_made_mol
    assert accounted == pytest.approx(total, rel=1e-4)
    assert traces.h2s * vessel.gas_mol == pytest.approx(traces.h2s_made_mol, rel=1e-4)


def test_heating_a_sealed_jar_raises_its_pressure_as_an_ideal_gas() -> None:
    vessel = sealed_vessel()
    shut_step(vessel, 80.0)
    assert vessel.pressure_mbar == pytest.approx(1213.25 * 353.15 / 295.15, rel=1e-9)


def test_leak_rate_at_leak_test_pressure_is_the_stated_one() -> None:
    vessel = sealed_vessel()
    vessel.leak_mbar_l_s = 1e-3
    start = vessel.pressure_mbar
    for _ in range(600):
        shut_step(vessel, 22.0)
    assert (start - vessel.pressure_mbar) * 0.477 / 60.0 == pytest.approx(1e-3, rel=0.01)


def test_an_underpressure_draws_room_air() -> None:
    vessel = sealed_vessel()
    vessel.load(free_l=0.477, gas_c=22.0, mbar=950.0)
    vessel.leak_mbar_l_s = 1e-3
    for _ in range(6000):
        shut_step(vessel, 22.0)
    assert 950.0 < vessel.pressure_mbar < 1013.25
    assert vessel.traces.o2 > 100e-6


def test_oxygen_slope_of_a_leak_into_half_a_liter() -> None:
    """1e-4 mbar L/s of air into 0.5 L at ambient pressure is 149 ppm O2 an hour."""
    vessel = sealed_vessel()
    vessel.load(free_l=0.5, gas_c=22.0, mbar=1013.25)
    vessel.leak_mbar_l_s = 1e-4 / LAB.gas.diffusion_share
    start = vessel.traces.o2
    for _ in range(36_000):
        shut_step(vessel, 22.0)
    assert 1e6 * (vessel.traces.o2 - start) == pytest.approx(149.0, rel=0.01)


def test_filling_mixes_fully_and_sweeping_does_not() -> None:
    """Pressure goes 1013 to 1213 mbar without an outlet: the air is diluted by that ratio."""
    vessel = sealed_vessel()
    vessel.load(free_l=0.477, gas_c=22.0, mbar=1013.25)
    vessel.traces.load(o2=ROOM_O2, h2o=0.0139, sse_g=0.0, water_mol=0.0)
    flow = 2.0 * MOL_S_PER_SLPM
    while vessel.pressure_mbar < 1213.25:
        vessel.step(DT_S, flow, 0.0, 0.0, 22.0, 22.0, 1013.25)
    ratio = 1013.25 / vessel.pressure_mbar
    diluted = 2e-6 + (ROOM_O2 - 2e-6) * ratio
    assert vessel.traces.o2 == pytest.approx(diluted, rel=1e-5)

    vessel.load(free_l=0.477, gas_c=22.0, mbar=1013.25 + 34.0)
    vessel.traces.load(o2=ROOM_O2, h2o=0.0139, sse_g=0.0, water_mol=0.0)
    for _ in range(1000):
        vessel.step(DT_S, flow, 1.0, 0.0, 22.0, 22.0, 1013.25)
    exponent = LAB.gas.sweep_mixing * flow * 100.0 / vessel.gas_mol
    swept = 2e-6 + (ROOM_O2 - 2e-6) * math.exp(-exponent)
    assert vessel.traces.o2 == pytest.approx(swept, rel=1e-3)


@given(
    flow_slpm=st.floats(0.0, 10.0),
    exhaust=st.sampled_from((0.0, 0.5, 1.0)),
    vent=st.sampled_from((0.0, 1.0)),
    mbar=st.floats(950.0, 1600.0),
    dt_s=st.floats(0.001, 0.1),
)
def test_amount_balances_and_no_path_runs_dry(
    flow_slpm: float, exhaust: float, vent: float, mbar: float, dt_s: float
) -> None:
    vessel = sealed_vessel()
    vessel.load(free_l=0.477, gas_c=22.0, mbar=mbar)
    argon = flow_slpm * MOL_S_PER_SLPM
    for _ in range(20):
        before = vessel.gas_mol
        vessel.step(dt_s, argon, exhaust, vent, 22.0, 22.0, 1013.25)
        assert vessel.gas_mol == pytest.approx(
            before + (argon - vessel.out_mol_s) * dt_s, rel=1e-12, abs=1e-15
        )
        assert vent > 0.0 or vessel.out_mol_s >= -1e-15
        assert 0.0 <= vessel.traces.o2 <= 1.0


def settle(flow_slpm: float, exhaust: float, vent: float, seconds: float) -> float:
    vessel = sealed_vessel()
    vessel.load(free_l=0.477, gas_c=22.0, mbar=1013.25)
    for _ in range(round(seconds / DT_S)):
        vessel.step(DT_S, flow_slpm * MOL_S_PER_SLPM, exhaust, vent, 22.0, 22.0, 1013.25)
    return vessel.pressure_mbar - 1013.25


def test_exhaust_keeps_cover_behind_its_check_valve_and_the_vent_drops_it() -> None:
    assert settle(2.0, 1.0, 0.0, 60.0) == pytest.approx(34.0, abs=0.1)
    assert settle(10.0, 1.0, 0.0, 60.0) == pytest.approx(50.0, abs=0.1)
    assert settle(0.1, 1.0, 1.0, 60.0) < 5.0
    assert settle(10.0, 0.0, 0.0, 600.0) == pytest.approx(520.0, abs=1.0)


def test_a_long_step_gives_the_same_pressure_as_many_short_ones() -> None:
    long, short = sealed_vessel(), sealed_vessel()
    for vessel in (long, short):
        vessel.load(free_l=0.477, gas_c=22.0, mbar=1013.25)
    argon = 10.0 * MOL_S_PER_SLPM
    for _ in range(30):
        long.step(0.1, argon, 1.0, 0.0, 22.0, 22.0, 1013.25)
        for _ in range(100):
            short.step(0.001, argon, 1.0, 0.0, 22.0, 22.0, 1013.25)
        assert long.pressure_mbar == pytest.approx(short.pressure_mbar, abs=0.02)
        assert long.traces.o2 == pytest.approx(short.traces.o2, rel=0.01)


def test_supply_follows_its_set_point_only_through_an_open_valve_and_with_gas() -> None:
    supply = ArgonSupply(LAB.gas)
    supply.set_slpm = 10.0
    for _ in range(50):
        supply.step(DT_S, 0.0, 0.0, 0.0)
    assert supply.flow_slpm == 0.0
    for _ in range(50):
        supply.step(DT_S, 0.0, 1.0, 0.0)
    assert supply.flow_slpm == pytest.approx(10.0, abs=0.01)
    supply.step(DT_S, 0.0, 0.0, 0.0)
    assert supply.flow_slpm == 0.0
    supply.set_slpm = 100.0
    supply.bottle_sl = 0.0
    assert supply.step(DT_S, 0.0, 1.0, 1.0) == 0.0


def test_bleed_runs_without_the_supply_valve_and_is_counted() -> None:
    supply = ArgonSupply(LAB.gas)
    full = supply.bottle_sl
    flow = [supply.step(DT_S, 30.0, 0.0, 1.0) for _ in range(600)]
    assert flow[-1] == pytest.approx(0.1 * MOL_S_PER_SLPM)
    assert supply.used_sl == pytest.approx(0.1)
    assert full - supply.bottle_sl == pytest.approx(0.1)


def test_a_bottle_emptied_into_an_unventilated_room() -> None:
    """10 m3 of argon into 30 m3 without ventilation leaves 15.0 % oxygen."""
    room = Room(30_000.0, 6.0)
    room.ventilated = False
    room.argon_l_s = 10.0
    for _ in range(1000):
        room.step(1.0, 0.0, 0.0, powered=True)
    assert 100.0 * room.o2 == pytest.approx(15.0, abs=0.05)
    room.argon_l_s, room.ventilated = 0.0, True
    for _ in range(7200):
        room.step(1.0, 0.0, 0.0, powered=True)
    assert 100.0 * room.o2 == pytest.approx(20.95, abs=0.01)
