"""Transmitters: lag, range, noise and lies."""

from __future__ import annotations

import statistics

import pytest

from controller.core.outputs import Outputs
from controller.core.signals import Signal
from sim.mill import Mill
from sim.parameters import LAB, InitialGas
from sim.sensors import Lags, Noise, frost_point_c, ln_vapor_pa

DT_S = 0.1


def settled(o2: float, h2o: float) -> Lags:
    return Lags(LAB.sensors, o2=o2, h2o=h2o, pressure_pa=101_325.0, start_c=22.0)


def seconds_until(lags: Lags, attribute: str, level: float) -> float:
    rising = getattr(lags, attribute) < level
    for step in range(1, 10_000):
        lags.step(DT_S, 100.0, 22.0, 0.2095, 0.0)
        if (getattr(lags, attribute) >= level) is rising:
            return step * DT_S
    raise AssertionError(f"{attribute} never reached {level}")


def test_time_to_90_percent_of_oxygen_h2s_and_powder_probe() -> None:
    lags = settled(o2=0.0, h2o=1e-5)
    lags.draw_sample(o2=100e-6, h2o=1e-5, h2s=100e-6, pressure_pa=101_325.0)
    assert seconds_until(lags, "o2_ppm", 90.0) == pytest.approx(15.0, abs=0.2)
    lags = settled(o2=0.0, h2o=1e-5)
    lags.draw_sample(o2=100e-6, h2o=1e-5, h2s=100e-6, pressure_pa=101_325.0)
    assert seconds_until(lags, "h2s_ppm", 90.0) == pytest.approx(30.0, abs=0.2)
    lags = settled(o2=0.0, h2o=1e-5)
    assert seconds_until(lags, "powder_c", 22.0 + 78.0 * 0.632) == pytest.approx(10.0, abs=0.2)


def test_moisture_dries_down_slower_than_it_wets_up() -> None:
    wet, dry = ln_vapor_pa(-20.0), ln_vapor_pa(-60.0)
    up = settled(o2=0.0, h2o=1.0682e-5)
    up.draw_sample(o2=0.0, h2o=1.019e-3, h2s=0.0, pressure_pa=101_325.0)
    down = settled(o2=0.0, h2o=1.019e-3)
    down.draw_sample(o2=0.0, h2o=1.0682e-5, h2s=0.0, pressure_pa=101_325.0)
    rise_s = seconds_until(up, "ln_water_pa", dry + 0.9 * (wet - dry))
    fall_s = seconds_until(down, "ln_water_pa", wet - 0.9 * (wet - dry))
    assert fall_s > 5.0 * rise_s


def test_a_long_step_settles_as_far_as_many_short_ones() -> None:
    one, many = settled(0.0, 1e-5), settled(0.0, 1e-5)
    for lags in (one, many):
        lags.draw_sample(o2=100e-6, h2o=1e-3, h2s=1e-6, pressure_pa=101_325.0)
    one.step(1.0, 60.0, 40.0, 0.19, 1e-6)
    for _ in range(10):
        many.step(DT_S, 60.0, 40.0, 0.19, 1e-6)
    for name in ("o2_ppm", "h2s_ppm", "ln_water_pa", "powder_c", "jar_c", "room_o2_percent"):
        assert getattr(one, name) == pytest.approx(getattr(many, name), rel=1e-9)


@pytest.mark.parametrize(
    ("frost_c", "vapor_pa"), [(0.0, 611.15), (-40.0, 12.84), (-60.0, 1.082), (-80.0, 0.0548)]
)
def test_frost_point_table_of_murphy_and_koop(frost_c: float, vapor_pa: float) -> None:
    ln_pa = ln_vapor_pa(frost_c)
    assert 2.718281828459045**ln_pa == pytest.approx(vapor_pa, rel=1e-3)
    assert frost_point_c(ln_pa) == pytest.approx(frost_c, abs=0.3)


def test_noise_is_normal_seeded_and_never_twice_the_same_block() -> None:
    noise, again = Noise(7, 15), Noise(7, 15)
    blocks = [tuple(noise.block()) for _ in range(1000)]
    assert blocks == [tuple(again.block()) for _ in range(1000)]
    assert len(set(blocks)) == len(blocks)
    first = [block[0] for block in blocks]
    assert statistics.fmean(first) == pytest.approx(0.0, abs=0.1)
    assert statistics.pstdev(first) == pytest.approx(1.0, abs=0.1)
    assert all(len(block) == 15 for block in blocks)


def reading(mill: Mill, signal: Signal) -> float:
    return mill.measure()[signal]


def test_room_air_drives_the_trace_analyzers_beyond_their_range() -> None:
    mill = Mill(LAB, seed=1, charge=None)
    mill.step(DT_S)
    assert reading(mill, Signal.O2_PPM) == pytest.approx(1030.0)
    assert mill.o2_ppm > 200_000.0


def test_frost_point_and_ppm_of_one_reading_belong_together() -> None:
    mill = Mill(LAB, seed=1, charge=None, initial_gas=InitialGas.GLOVEBOX)
    mill.apply(Outputs(argon_flow_slpm=2.0, supply_open=True))
    for _ in range(6000):
        mill.step(DT_S)
    values = mill.measure()
    assert values[Signal.H2O_PPM] == pytest.approx(3.0, rel=0.05)
    vapor_pa = 1e-6 * values[Signal.H2O_PPM] * 100.0 * mill.vessel.pressure_mbar
    assert 2.718281828459045 ** ln_vapor_pa(values[Signal.FROST_POINT_C]) == pytest.approx(
        vapor_pa, rel=0.02
    )


def test_without_sample_flow_the_analyzers_go_on_reading_the_dead_line() -> None:
    mill = Mill(LAB, seed=1, charge=None, initial_gas=InitialGas.GLOVEBOX)
    for _ in range(100):
        mill.step(DT_S)
    before = reading(mill, Signal.O2_PPM)
    mill.sample_pump = False
    mill.vessel.traces.o2 = 500e-6
    for _ in range(600):
        mill.step(DT_S)
    values = mill.measure()
    assert values[Signal.SAMPLE_FLOW_SLPM] == 0.0
    assert values[Signal.O2_PPM] == pytest.approx(before, abs=0.5)
    mill.sample_pump = True
    for _ in range(600):
        mill.step(DT_S)
    assert reading(mill, Signal.O2_PPM) > 400.0


def test_a_transmitter_can_be_made_to_lie() -> None:
    mill = Mill(LAB, seed=1, charge=None)
    mill.transmitters.overrides[Signal.O2_PPM] = lambda true: 0.01 * true
    mill.transmitters.overrides[Signal.JAR_C] = lambda _: float("nan")
    mill.step(DT_S)
    values = mill.measure()
    assert values[Signal.O2_PPM] == pytest.approx(10.3)
    assert values[Signal.JAR_C] != values[Signal.JAR_C]
    mill.transmitters.overrides.clear()
    assert reading(mill, Signal.O2_PPM) == pytest.approx(1030.0)
