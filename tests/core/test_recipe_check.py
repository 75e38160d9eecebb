"""What does not go together in a recipe is found, and what goes together is left alone."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recipe_texts import BM_05, LAB

from controller.core.recipe import (
    PHASE_TYPES,
    CamState,
    LeakTest,
    MillHold,
    MillPulse,
    Phase,
    Purge,
    Recipe,
)
from controller.core.recipe_check import check_recipe
from controller.core.recipe_parts import PHASE_OF, Problem
from controller.edge.recipefile import parse_recipe

SOUND = parse_recipe(BM_05.encode(), "bm-05.toml", LAB)
LEAK, PURGE, PROVE, MILL, COOL, OPEN = SOUND.phases
assert isinstance(MILL, MillPulse)
HOLD = MillHold(
    type="mill_hold",
    rotor_rpm=3000.0,
    ramp_rpm_per_s=600.0,
    argon_flow_slpm=2.0,
    powder_high_c=45.0,
    powder_low_c=40.0,
    time_limit_s=600.0,
    end_on_time_s=60.0,
)


def with_phases(*phases: Phase) -> Recipe:
    return replace(SOUND, phases=phases)


def with_mill(**changes: Any) -> Recipe:
    assert isinstance(MILL, MillPulse)
    return with_phases(LEAK, PURGE, PROVE, replace(MILL, **changes), COOL, OPEN)


def only(recipe: Recipe, equipment: Any = None) -> Problem:
    (problem,) = check_recipe(recipe, equipment)
    return problem


def test_the_sound_recipe_has_no_problem() -> None:
    assert check_recipe(SOUND, None) == []
    assert check_recipe(SOUND, LAB) == []


def test_every_phase_has_its_word() -> None:
    words = {get_args(get_type_hints(kind)["type"])[0]: kind for kind in PHASE_TYPES}
    assert words == PHASE_OF


# Order.


@pytest.mark.parametrize("missing", range(6))
def test_a_missing_phase_is_named(missing: int) -> None:
    phases = [phase for index, phase in enumerate(SOUND.phases) if index != missing]
    problem = only(with_phases(*phases))
    name = SOUND.phases[missing].type.replace("mill_pulse", "mill_hold or mill_pulse")
    assert problem.path == ("phases",)
    assert problem.message.startswith(f"{name} is missing; the order is leak_test, purge")


@pytest.mark.parametrize("again", [0, 1, 2, 4, 5])
def test_a_second_one_is_refused_unless_it_mills(again: int) -> None:
    phases = list(SOUND.phases)
    phases.insert(again, phases[again])
    problem = only(with_phases(*phases))
    assert problem == Problem(
        ("phases", again + 1), f"is a second {phases[again].type}; a recipe has one"
    )


def test_several_mill_phases_may_follow_one_another() -> None:
    assert check_recipe(with_phases(LEAK, PURGE, PROVE, MILL, HOLD, MILL, COOL, OPEN), LAB) == []


@given(st.permutations(SOUND.phases))
def test_no_other_order_is_accepted(phases: list[Phase]) -> None:
    problems = check_recipe(with_phases(*phases), None)
    assert (problems == []) == (tuple(phases) == SOUND.phases)
    assert all("comes too late; the order is" in problem.message for problem in problems)


def test_a_mill_phase_after_the_cool_down_is_refused() -> None:
    problem = only(with_phases(LEAK, PURGE, PROVE, MILL, COOL, HOLD, OPEN))
    assert problem.path == ("phases", 5)


def test_more_than_a_hundred_phases_are_refused() -> None:
    short = replace(HOLD, time_limit_s=61.0)
    hundred = with_phases(LEAK, PURGE, PROVE, *[short] * 95, COOL, OPEN)
    assert check_recipe(hundred, None) == []
    more = with_phases(LEAK, PURGE, PROVE, *[short] * 96, COOL, OPEN)
    assert only(more) == Problem(("phases",), "there are 101 phases; allowed up to 100")


# The dose and its pulses.


def test_a_mill_phase_needs_an_end() -> None:
    problem = only(with_mill(end_revolutions=None))
    assert problem.path == ("phases", 3)
    assert "set one of end_on_time_s, end_revolutions, end_energy_kwh_per_kg" in problem.message


def test_a_mill_phase_has_one_end() -> None:
    problems = check_recipe(with_mill(end_on_time_s=300.0, end_energy_kwh_per_kg=0.1), None)
    assert [problem.path[-1] for problem in problems] == [
        "end_revolutions",
        "end_energy_kwh_per_kg",
    ]
    assert "second end beside end_on_time_s" in problems[0].message


@pytest.mark.parametrize("low", [48.0, 49.0])
def test_the_lower_temperature_is_below_the_upper(low: float) -> None:
    problem = only(with_mill(powder_low_c=low))
    assert problem.path == ("phases", 3, "powder_low_c")
    assert "must be below powder_high_c, 48 °C" in problem.message


def test_a_pulse_is_longer_than_its_ramp() -> None:
    problem = only(with_mill(on_s=9.0))
    assert problem.path == ("phases", 3, "on_s")
    assert "the ramp to 6000 rpm alone takes 10.0 s" in problem.message


# Powder and words.


@pytest.mark.parametrize("state", [CamState.CHARGED, CamState.RECYCLED])
def test_powder_that_was_charged_is_refused_with_the_reason(state: CamState) -> None:
    problem = only(replace(SOUND, core=replace(SOUND.core, state=state)))
    assert problem.path == ("core", "state")
    assert state.value in problem.message
    assert "can burn" in problem.message


@pytest.mark.parametrize("sizes", [{"d10_um": 13.5}, {"d90_um": 12.5}, {"d50_um": 22.0}])
def test_particle_sizes_ascend(sizes: dict[str, float]) -> None:
    problem = only(replace(SOUND, core=replace(SOUND.core, **sizes)))
    assert problem.path == ("core", "d50_um")
    assert "D10 <= D50 <= D90" in problem.message


def test_powder_of_one_size_is_allowed() -> None:
    one = replace(SOUND.core, d10_um=13.0, d90_um=13.0)
    assert check_recipe(replace(SOUND, core=one), LAB) == []


def test_wet_powder_is_refused() -> None:
    assert check_recipe(replace(SOUND, core=replace(SOUND.core, water_ppm=50.0)), LAB) == []
    problem = only(replace(SOUND, core=replace(SOUND.core, water_ppm=50.1)))
    assert problem.path == ("core", "water_ppm")
    assert "allowed up to 50 ppm" in problem.message


@pytest.mark.parametrize("name", ["BM 05", "../bm", "-x", "é", "a/b", "a\n"])
def test_an_id_goes_into_file_names(name: str) -> None:
    assert ("recipe", "id") in {p.path for p in check_recipe(replace(SOUND, id=name), None)}


def test_words_have_no_hidden_characters() -> None:
    hidden = replace(SOUND, title="5 wt%\u202e", note="two\nlines\tare fine")
    assert only(hidden) == Problem(
        ("recipe", "title"), "has a character that cannot be shown: U+202E"
    )


# Gas limits.


@pytest.mark.parametrize(
    ("key", "most"),
    [("o2_start_ppm", 10), ("o2_trip_ppm", 50), ("h2o_start_ppm", 10), ("h2o_trip_ppm", 100)],
)
def test_gas_limits_may_only_be_tightened(key: str, most: int) -> None:
    looser = replace(SOUND.atmosphere, **{key: most + 0.1})
    problem = only(replace(SOUND, atmosphere=looser))
    assert problem.path == ("atmosphere", key)
    assert f"allowed up to {most} ppm" in problem.message
    tighter = replace(SOUND.atmosphere, **{key: most - 0.1})
    assert check_recipe(replace(SOUND, atmosphere=tighter), LAB) == []


@pytest.mark.parametrize("gas", ["o2", "h2o"])
def test_the_start_limit_is_not_above_the_trip(gas: str) -> None:
    odd = replace(SOUND.atmosphere, **{f"{gas}_trip_ppm": 9.0})
    problem = only(replace(SOUND, atmosphere=odd))
    assert problem.path == ("atmosphere", f"{gas}_start_ppm")
    assert f"allowed up to {gas}_trip_ppm, 9 ppm" in problem.message


@pytest.mark.parametrize(("gas", "supplied"), [("o2", 2.0), ("h2o", 3.0)])
def test_the_start_limit_is_above_what_the_argon_carries(gas: str, supplied: float) -> None:
    strict = replace(SOUND.atmosphere, **{f"{gas}_start_ppm": supplied})
    recipe = replace(SOUND, atmosphere=strict)
    assert check_recipe(recipe, None) == []
    problem = only(recipe, LAB)
    assert problem.path == ("atmosphere", f"{gas}_start_ppm")
    assert f"more than the {supplied:g} ppm" in problem.message


# The mill's ceilings.


@pytest.mark.parametrize(
    ("index", "changes", "allowed"),
    [
        (0, {"pressure_mbar_g": 301.0}, "up to 250 mbar gauge"),
        (0, {"accept_mbar_l_s": 0.0011}, "up to 0.001 mbar L/s"),
        (1, {"argon_flow_slpm": 10.1}, "up to 10 slpm"),
        (2, {"argon_flow_slpm": 10.1}, "up to 10 slpm"),
        (3, {"argon_flow_slpm": 10.1}, "up to 10 slpm"),
        (3, {"rotor_rpm": 12_001.0}, "500 to 12000 rpm (tip 2.1 to 50.3 m/s)"),
        (3, {"rotor_rpm": 499.0, "end_revolutions": 4000.0}, "500 to 12000 rpm"),
        (3, {"ramp_rpm_per_s": 1201.0}, "up to 1200 rpm/s"),
        (3, {"powder_high_c": 50.1}, "up to 50 °C"),
        (4, {"argon_flow_slpm": 10.1}, "up to 10 slpm"),
        (5, {"argon_flow_slpm": 10.1}, "up to 10 slpm"),
    ],
)  # fmt: skip
def test_beyond_the_mill(index: int, changes: dict[str, float], allowed: str) -> None:
    phases = list(SOUND.phases)
    phases[index] = replace(phases[index], **changes)
    recipe = with_phases(*phases)
    assert check_recipe(recipe, None) == []
    problem = only(recipe, LAB)
    assert problem.path == ("phases", index, next(iter(changes)))
    assert f"this mill allows {allowed}" in problem.message


@pytest.mark.parametrize("mass_g", [49.9, 200.1])
def test_the_charge_fits_the_mill(mass_g: float) -> None:
    recipe = replace(SOUND, charge=replace(SOUND.charge, total_mass_g=mass_g))
    problem = only(recipe, LAB)
    assert problem.path == ("charge", "total_mass_g")
    assert "this mill allows 50 to 200 g" in problem.message


def test_a_vessel_full_of_powder_is_refused() -> None:
    mill = replace(LAB, charge_max_g=5_000.0)
    recipe = replace(SOUND, charge=replace(SOUND.charge, total_mass_g=4_000.0))
    problem = only(recipe, mill)
    assert problem.path == ("charge", "total_mass_g")
    assert "of the 0.5 L vessel with solids; allowed up to 50%" in problem.message


def test_no_key_of_the_mill_is_forgotten() -> None:
    """Tighten each ceiling of the mill to below what the recipe asks: each is noticed."""
    tighter = {
        "charge_min_g": 150.0,
        "charge_max_g": 90.0,
        "rotor_rpm_min": 7000.0,
        "rotor_rpm_max": 5000.0,
        "ramp_up_max_rpm_per_s": 500.0,
        "argon_flow_max_slpm": 1.0,
        "argon_o2_ppm": 11.0,
        "argon_h2o_ppm": 11.0,
        "argon_cylinder_l": 150.0,
        "leak_accept_mbar_l_s": 1e-4,
        "leak_test_max_mbar_g": 150.0,
        "powder_max_c": 45.0,
        "temperature_sigma_k": 1.0,
        "pressure_sigma_mbar": 1.0,
    }
    assert set(tighter) <= {field.name for field in fields(LAB)}
    for key, value in tighter.items():
        assert check_recipe(SOUND, replace(LAB, **{key: value})) != [], key


# Times and argon.


@pytest.mark.parametrize(("index", "least_s"), [(0, 420), (1, 60), (2, 210), (3, 1742), (5, 60)])
def test_a_time_limit_is_longer_than_the_waits_of_its_phase(index: int, least_s: int) -> None:
    phases = list(SOUND.phases)
    phases[index] = replace(phases[index], time_limit_s=float(least_s))
    problem = only(with_phases(*phases), None if index != 3 else LAB)
    assert problem.path == ("phases", index, "time_limit_s")
    assert f"is {least_s}; the phase takes about {least_s} s or more" in problem.message
    phases[index] = replace(phases[index], time_limit_s=least_s + 5.0)
    assert check_recipe(with_phases(*phases), None if index != 3 else LAB) == []


def test_the_time_limit_of_a_purge_leaves_time_for_the_sweep() -> None:
    phases = list(SOUND.phases)
    assert isinstance(PURGE, Purge)
    phases[1] = replace(PURGE, time_limit_s=270.0)
    assert check_recipe(with_phases(*phases), None) == []
    assert only(with_phases(*phases), LAB).path == ("phases", 1, "time_limit_s")
    # Few volumes in the recipe do not help: O2 has to come down from that of air.
    phases[1] = replace(PURGE, min_volumes=1.0, time_limit_s=160.0)
    assert only(with_phases(*phases), LAB).path == ("phases", 1, "time_limit_s")


def test_a_leak_test_is_long_enough_to_see_the_leak() -> None:
    phases = list(SOUND.phases)
    assert isinstance(LEAK, LeakTest)
    phases[0] = replace(LEAK, hold_s=120.0)
    problem = only(with_phases(*phases), LAB)
    assert problem.path == ("phases", 0, "hold_s")
    assert "a leak of 0.001 mbar L/s shows after 125 s" in problem.message


def test_a_dose_of_energy_has_no_foreseeable_time() -> None:
    recipe = with_mill(end_revolutions=None, end_energy_kwh_per_kg=0.15, time_limit_s=1.0)
    assert check_recipe(recipe, LAB) == []


def test_a_batch_takes_a_day_at_most() -> None:
    long = replace(HOLD, time_limit_s=43_200.0)
    problem = only(with_phases(LEAK, PURGE, PROVE, long, long, COOL, OPEN))
    assert problem.path == ("phases",)
    assert "a batch may take up to 24 h" in problem.message


def test_a_full_cylinder_is_enough_for_the_recipe() -> None:
    wasteful = with_mill(
        argon_flow_slpm=10.0, end_revolutions=None, end_on_time_s=20_400.0, time_limit_s=70_000.0
    )
    assert check_recipe(wasteful, None) == []
    problem = only(wasteful, LAB)
    assert problem.path == ("phases",)
    assert "a full cylinder of this mill holds 10000 L" in problem.message
