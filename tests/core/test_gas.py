"""Frost points, sweep purge and leak rates."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from controller.core import gas
from controller.core.gas import DecayReading, pressure_decay_leak
from controller.errors import InputError

ATMOSPHERE = 1013.25
BAD_NUMBERS = [0.0, -1.0, math.nan, math.inf]


@pytest.mark.parametrize(
    ("frost_c", "pa", "ppm"),
    [
        (0, 611.15, 6032),
        (-20, 103.25, 1019),
        (-30, 38.01, 375),
        (-40, 12.844, 126.8),
        (-50, 3.939, 38.9),
        (-60, 1.0818, 10.68),
        (-70, 0.2619, 2.58),
        (-76, 0.1044, 1.03),
        (-80, 0.0548, 0.541),
        (-90, 0.00969, 0.0956),
        (-100, 0.00141, 0.0139),
    ],
)
def test_vapor_pressure_over_ice(frost_c: float, pa: float, ppm: float) -> None:
    assert gas.ice_vapor_pressure_pa(frost_c) == pytest.approx(pa, rel=4e-3)
    assert gas.ppmv_from_frost_point(frost_c, ATMOSPHERE) == pytest.approx(ppm, rel=5e-3)


def test_vapor_pressure_over_ice_to_five_digits() -> None:
    assert gas.ice_vapor_pressure_pa(-40.0) == pytest.approx(12.844, abs=5e-4)
    assert gas.ice_vapor_pressure_pa(-60.0) == pytest.approx(1.0818, abs=5e-5)


@pytest.mark.parametrize(
    ("ppm", "frost_c"),
    [(0.1, -89.8), (0.5, -80.5), (1, -76.19), (5, -65.5), (10, -60.5), (50, -47.9), (100, -42.1)],
)
def test_frost_point_of_a_water_content(ppm: float, frost_c: float) -> None:
    assert gas.frost_point_from_ppmv(ppm, ATMOSPHERE) == pytest.approx(frost_c, abs=0.06)


def test_frost_point_of_one_ppm() -> None:
    assert gas.frost_point_from_ppmv(1.0, ATMOSPHERE) == pytest.approx(-76.19, abs=0.005)


def test_ten_ppm_and_minus_sixty_are_different_limits() -> None:
    assert gas.ppmv_from_frost_point(-60.0, ATMOSPHERE) == pytest.approx(10.7, abs=0.05)


@given(st.floats(-160.0, 40.0))
def test_frost_point_comes_back(frost_c: float) -> None:
    assert gas.frost_point_c(gas.ice_vapor_pressure_pa(frost_c)) == pytest.approx(frost_c, abs=1e-6)


@given(st.floats(-110.0, 20.0), st.floats(500.0, 2000.0))
def test_water_content_comes_back_at_any_line_pressure(frost_c: float, mbar: float) -> None:
    ppm = gas.ppmv_from_frost_point(frost_c, mbar)
    assert gas.frost_point_from_ppmv(ppm, mbar) == pytest.approx(frost_c, abs=1e-6)


def test_line_pressure_counts() -> None:
    low = gas.ppmv_from_frost_point(-60.0, 1000.0)
    assert gas.ppmv_from_frost_point(-60.0, 2000.0) == pytest.approx(0.5 * low)


def test_dry_content_is_above_the_moist_one() -> None:
    moist = gas.ppmv_from_frost_point(0.0, ATMOSPHERE)
    dry = gas.ppmv_from_frost_point(0.0, ATMOSPHERE, dry=True)
    assert dry == pytest.approx(moist / (1.0 - moist * 1e-6))


def test_ice_curve_above_freezing_is_on_the_safe_side_of_water() -> None:
    water_at_20_c_pa = 2339.0
    assert gas.ice_vapor_pressure_pa(20.0) > water_at_20_c_pa


@pytest.mark.parametrize("frost_c", [-161.0, 41.0, math.nan, math.inf, -math.inf])
def test_frost_point_off_the_curve_is_refused(frost_c: float) -> None:
    with pytest.raises(InputError) as refused:
        gas.ppmv_from_frost_point(frost_c, ATMOSPHERE)
    assert refused.value.where == "frost_point_c"


@pytest.mark.parametrize("ppm", BAD_NUMBERS)
def test_gas_without_water_has_no_frost_point(ppm: float) -> None:
    with pytest.raises(InputError) as refused:
        gas.frost_point_from_ppmv(ppm, ATMOSPHERE)
    assert refused.value.where == "h2o_ppm"


@pytest.mark.parametrize("pa", [*BAD_NUMBERS, 1e-12, 2e4])
def test_vapor_pressure_without_a_frost_point_is_refused(pa: float) -> None:
    with pytest.raises(InputError) as refused:
        gas.frost_point_c(pa)
    assert refused.value.where == "vapor_pressure_pa"


@pytest.mark.parametrize("mbar", [*BAD_NUMBERS, 5.0])
def test_line_pressure_that_cannot_be_is_refused(mbar: float) -> None:
    with pytest.raises(InputError) as refused:
        gas.ppmv_from_frost_point(0.0, mbar)
    assert refused.value.where == "line_pressure_mbar_abs"


@pytest.mark.parametrize(
    ("target", "mixing", "volumes"),
    [(10, 1.0, 10.17), (10, 0.5, 20.35), (10, 0.25, 40.7), (100, 1.0, 7.67), (1000, 1.0, 5.35)],
)
def test_volumes_to_sweep_air_out(target: float, mixing: float, volumes: float) -> None:
    needed = gas.sweep_volumes(209_460.0, target, 2.0, mixing)
    assert needed == pytest.approx(volumes, abs=0.05)
    assert gas.sweep_ppm(209_460.0, 2.0, needed, mixing) == pytest.approx(target)


def test_volumes_to_sweep_air_out_to_two_decimals() -> None:
    assert gas.sweep_volumes(209_460.0, 10.0, 2.0) == pytest.approx(10.17, abs=0.005)


@given(st.floats(0.0, 60.0), st.floats(0.1, 1.0), st.floats(0.1, 40.0))
def test_sweep_never_beats_its_argon(volumes: float, mixing: float, supply: float) -> None:
    left = gas.sweep_ppm(209_460.0, supply, volumes, mixing)
    assert supply <= left <= 209_460.0
    assert gas.sweep_ppm(209_460.0, supply, volumes + 1.0, mixing) <= left


@pytest.mark.parametrize("target", [2.0, 1.0, -1.0, math.nan])
def test_target_below_the_argon_is_refused(target: float) -> None:
    with pytest.raises(InputError) as refused:
        gas.sweep_volumes(209_460.0, target, 2.0)
    assert refused.value.where == "target_ppm"


def test_nothing_to_sweep_when_already_there() -> None:
    assert gas.sweep_volumes(8.0, 10.0, 2.0) == 0.0


@pytest.mark.parametrize("mixing", BAD_NUMBERS)
def test_sweep_without_mixing_is_refused(mixing: float) -> None:
    with pytest.raises(InputError):
        gas.sweep_volumes(209_460.0, 10.0, 2.0, mixing)


def test_sweep_time_counts_standard_liters() -> None:
    assert gas.sweep_time_s(10.0, 0.5, 2.0, ATMOSPHERE, 0.0) == pytest.approx(150.0)
    assert gas.actual_l_min(2.0, 1050.0, 25.0) == pytest.approx(2.1067, abs=1e-4)
    assert gas.sweep_time_s(1.0, 0.5, 2.0, 2 * ATMOSPHERE, 0.0) == pytest.approx(30.0)


@pytest.mark.parametrize("flow_slpm", BAD_NUMBERS)
def test_sweep_without_flow_is_refused(flow_slpm: float) -> None:
    with pytest.raises(InputError):
        gas.sweep_time_s(10.0, 0.5, flow_slpm, ATMOSPHERE, 0.0)


def decay(
    start: DecayReading,
    end: DecayReading,
    duration_s: float = 600.0,
    volume_l: float = 0.5,
    p_sigma: float = 0.0,
    t_sigma: float = 0.0,
    v_sigma: float = 0.0,
) -> gas.LeakRate:
    return pressure_decay_leak(
        start,
        end,
        duration_s,
        volume_l,
        pressure_sigma_mbar=p_sigma,
        temperature_sigma_k=t_sigma,
        volume_sigma_l=v_sigma,
    )


def test_fall_of_pressure_is_a_positive_leak() -> None:
    leak = decay(DecayReading(1500.0, 20.0), DecayReading(1498.8, 20.0))
    assert leak.rate_mbar_l_s == pytest.approx(1e-3)
    back = decay(DecayReading(1498.8, 20.0), DecayReading(1500.0, 20.0))
    assert back.rate_mbar_l_s == pytest.approx(-1e-3)


@given(st.floats(5.0, 60.0), st.floats(5.0, 60.0), st.floats(1050.0, 1600.0))
def test_warming_alone_is_no_leak(start_c: float, end_c: float, mbar: float) -> None:
    end_mbar = mbar * (end_c + 273.15) / (start_c + 273.15)
    leak = decay(DecayReading(mbar, start_c), DecayReading(end_mbar, end_c))
    assert leak.rate_mbar_l_s == pytest.approx(0.0, abs=1e-12)


def test_one_kelvin_at_one_and_a_half_bar_is_five_mbar() -> None:
    warmer = decay(DecayReading(1500.0, 20.0), DecayReading(1500.0, 21.0), 1.0, 1.0)
    assert warmer.rate_mbar_l_s == pytest.approx(5.1, abs=0.05)


def test_tight_limit_is_lost_in_millikelvins() -> None:
    """1e-5 mbar L/s in 0.5 L over 600 s is 0.012 mbar, which 2.4 mK make as well."""
    small = decay(DecayReading(1500.0, 20.0), DecayReading(1499.988, 20.0))
    assert small.rate_mbar_l_s == pytest.approx(1e-5)
    same = DecayReading(1500.0, 20.0)
    one_reading = decay(same, same, t_sigma=0.00235 / math.sqrt(2.0))
    assert one_reading.sigma_mbar_l_s == pytest.approx(1e-5, rel=0.01)


def test_uncertainty_adds_in_squares() -> None:
    start, end = DecayReading(1200.0, 20.0), DecayReading(1199.0, 20.0)
    by_p = decay(start, end, p_sigma=0.03).sigma_mbar_l_s
    by_t = decay(start, end, t_sigma=0.05).sigma_mbar_l_s
    by_v = decay(start, end, v_sigma=0.02).sigma_mbar_l_s
    assert by_p == pytest.approx(0.5 * math.sqrt(2.0) * 0.03 / 600.0)
    assert by_t == pytest.approx(0.5 * math.sqrt(2.0) * 1200.0 / 293.15 * 0.05 / 600.0, rel=1e-3)
    assert by_v == pytest.approx(1.0 * 0.02 / 600.0)
    all_three = decay(start, end, p_sigma=0.03, t_sigma=0.05, v_sigma=0.02).sigma_mbar_l_s
    assert all_three == pytest.approx(math.hypot(by_p, by_t, by_v))


@given(st.floats(100.0, 3600.0), st.floats(1.1, 5.0))
def test_longer_test_is_surer(duration_s: float, factor: float) -> None:
    start, end = DecayReading(1213.0, 22.0), DecayReading(1212.8, 22.1)
    short = decay(start, end, duration_s, p_sigma=0.03, t_sigma=0.05)
    longer = decay(start, end, duration_s * factor, p_sigma=0.03, t_sigma=0.05)
    assert longer.sigma_mbar_l_s < short.sigma_mbar_l_s


@pytest.mark.parametrize(
    "changed",
    [
        {"duration_s": 0.0},
        {"duration_s": math.nan},
        {"volume_l": -1.0},
        {"p_sigma": -0.1},
        {"t_sigma": math.nan},
        {"v_sigma": math.inf},
    ],
)
def test_decay_test_that_cannot_be_is_refused(changed: dict[str, float]) -> None:
    with pytest.raises(InputError):
        decay(DecayReading(1500.0, 20.0), DecayReading(1499.0, 20.0), **changed)


@pytest.mark.parametrize(
    "reading",
    [
        DecayReading(0.0, 20.0),
        DecayReading(math.nan, 20.0),
        DecayReading(1500.0, -273.15),
        DecayReading(1500.0, math.nan),
    ],
)
def test_decay_reading_that_cannot_be_is_refused(reading: DecayReading) -> None:
    with pytest.raises(InputError):
        decay(reading, DecayReading(1500.0, 20.0))
    with pytest.raises(InputError):
        decay(DecayReading(1500.0, 20.0), reading)


@pytest.mark.parametrize(
    ("leak", "by_volume"),
    [
        (1e-3, (2980, 1490, 372, 37)),
        (1e-4, (298, 149, 37, 3.7)),
        (1e-5, (30, 15, 3.7, 0.37)),
        (1e-6, (3.0, 1.5, 0.37, 0.04)),
    ],
)
def test_oxygen_slope_of_a_leak(leak: float, by_volume: tuple[float, ...]) -> None:
    for volume_l, ppm_h in zip((0.25, 0.5, 2.0, 20.0), by_volume, strict=True):
        assert gas.o2_slope_ppm_h(leak, volume_l, ATMOSPHERE) == pytest.approx(ppm_h, rel=0.08)


def test_oxygen_slope_figures() -> None:
    assert gas.o2_slope_ppm_h(1e-4, 0.5, ATMOSPHERE) == pytest.approx(149.0, abs=0.5)
    for leak, volume_l in ((1e-5, 2.0), (1e-4, 20.0)):
        ppb_min = gas.o2_slope_ppm_h(leak, volume_l, ATMOSPHERE) * 1000.0 / 60.0
        assert ppb_min == pytest.approx(62.0, abs=0.5)
    assert gas.air_leak_from_o2_slope(100.0, 0.5, 1013.25) == pytest.approx(6.7e-5, rel=0.01)


@given(st.floats(-1e-2, 1e-2), st.floats(0.05, 200.0), st.floats(500.0, 2000.0))
def test_leak_comes_back_from_the_oxygen_slope(leak: float, volume_l: float, mbar: float) -> None:
    assume(abs(leak) > 1e-12)
    slope = gas.o2_slope_ppm_h(leak, volume_l, mbar)
    assert gas.air_leak_from_o2_slope(slope, volume_l, mbar) == pytest.approx(leak)


def test_one_sccm() -> None:
    assert gas.mbar_l_s_from_sccm(1.0) == pytest.approx(0.0169, abs=5e-5)
    assert gas.sccm_from_mbar_l_s(gas.mbar_l_s_from_sccm(3.0, 25.0), 25.0) == pytest.approx(3.0)
    assert gas.mbar_l_s_from_sccm(1.0, 25.0) > gas.mbar_l_s_from_sccm(1.0, 0.0)
