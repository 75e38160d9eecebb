"""Each fault of a recipe is refused with its line, its key, what is wrong and what is allowed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from recipe_texts import BM_05, LAB, edited, faults_in, line_of

from controller.core.coating import Basis
from controller.core.recipe import CamState, MillPulse
from controller.edge.recipefile import load_recipe, parse_recipe, resolve_recipe
from controller.errors import Fault, InputError, RecipeError

MILL = "phases[3]"


def only_fault(old: str, new: str) -> tuple[Fault, int]:
    """The one fault that an edit of the sound recipe makes, and the line of the edit."""
    text = edited(old, new)
    (fault,) = faults_in(text)
    return fault, BM_05[: BM_05.index(old)].count("\n") + 1


def test_a_sound_recipe_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BM_05)
    recipe = load_recipe(path, LAB)
    assert (recipe.id, recipe.version, recipe.core.state) == ("BM-05", 1, CamState.PRISTINE)
    assert (recipe.sse.wt_percent, recipe.sse.basis) == (5.0, Basis.TOTAL)
    assert recipe.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    mill = recipe.phases[3]
    assert isinstance(mill, MillPulse)
    assert (mill.rotor_rpm, mill.end_revolutions, mill.end_on_time_s) == (6000.0, 55000.0, None)


def test_whole_numbers_do_for_numbers() -> None:
    assert faults_in(edited("rotor_rpm = 6000.0", "rotor_rpm = 6000")) == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("rotor_rpm = 6000.0", "rotor_rpm = 30_000.0", f"{MILL}.rotor_rpm",
         "is 30000; allowed 10 to 20000 rpm"),
        ("rotor_rpm = 6000.0", "rotor_rpm = 9.9", f"{MILL}.rotor_rpm",
         "is 9.9; allowed 10 to 20000 rpm"),
        ("rotor_rpm = 6000.0", "rotor_rpm = nan", f"{MILL}.rotor_rpm",
         "is nan; must be a number, 10 to 20000 rpm"),
        ("rotor_rpm = 6000.0", "rotor_rpm = -inf", f"{MILL}.rotor_rpm",
         "is -inf; must be a number, 10 to 20000 rpm"),
        ("rotor_rpm = 6000.0", 'rotor_rpm = "6000"', f"{MILL}.rotor_rpm",
         'is "6000"; must be a number, 10 to 20000 rpm'),
        ("rotor_rpm = 6000.0", "rotor_rpm = true", f"{MILL}.rotor_rpm",
         "is true; must be a number, 10 to 20000 rpm"),
        ("rotor_rpm = 6000.0", "rotor_rpm = [6000.0]", f"{MILL}.rotor_rpm",
         "is a list; must be a number, 10 to 20000 rpm"),
        ("end_revolutions = 55000.0", "end_revolutions = 1e9", f"{MILL}.end_revolutions",
         "is 1000000000; allowed 1 to 100000000"),
        ("version = 1", "version = 1.0", "recipe.version",
         "is 1; must be a whole number, 1 to 1000000"),
        ("version = 1", "version = 0", "recipe.version", "is 0; allowed 1 to 1000000"),
        ('basis = "total"', 'basis = "totl"', "sse.basis",
         'is "totl"; allowed: total, per_cam; did you mean total?'),
        ('state = "pristine"', 'state = "new"', "core.state",
         'is "new"; allowed: pristine, charged, recycled'),
        ('id = "BM-05"', 'id = ""', "recipe.id", "is 0 characters long; allowed 1 to 60"),
        ('author = "blademill"', 'author = 5', "recipe.author",
         "is 5; must be text in quotes, 1 to 200 characters"),
        ("wt_percent = 5.0", "wt_percent = 55", "sse.wt_percent", "is 55; allowed 0.1 to 50 %"),
        ("powder_c = 35.0", "powder_c = 36.0", "phases[4].powder_c",
         "is 36; allowed 15 to 35 °C"),
        ('type = "mill_pulse"', 'type = "mil_pulse"', f"{MILL}.type",
         'is "mil_pulse"; allowed: leak_test, purge, prove_inert, mill_hold, mill_pulse, '
         "cool_down, safe_to_open; did you mean mill_pulse?"),
        ('type = "mill_pulse"', "type = 3", f"{MILL}.type", "is 3; allowed: leak_test"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(old: str, new: str, key: str, message: str) -> None:
    fault, line = only_fault(old, new)
    assert (fault.line, fault.key) == (line, key)
    assert message in fault.message


def test_an_unknown_key_is_named_with_those_that_are_allowed() -> None:
    text = edited("ramp_rpm_per_s = 600.0", "ramp_rpm_per_s = 600.0\nramp_rpm_s = 1")
    (fault,) = faults_in(text)
    assert (fault.line, fault.key) == (line_of("ramp_rpm_s", text), f"{MILL}.ramp_rpm_s")
    assert "unknown key; allowed keys here: type, rotor_rpm, ramp_rpm_per_s" in fault.message
    assert fault.message.endswith("did you mean ramp_rpm_per_s?")


def test_a_key_of_another_unit_is_unknown() -> None:
    text = edited("o2_start_ppm = 10.0", "o2_start_percent = 0.001")
    faults = faults_in(text)
    assert [fault.key for fault in faults] == [
        "atmosphere.o2_start_ppm",
        "atmosphere.o2_start_percent",
    ]
    assert faults[0].message == "is missing; must be a number, 0.01 to 1000 ppm"
    assert faults[0].line == line_of("[atmosphere]", text)


def test_a_key_that_would_upset_a_terminal_is_shown_escaped() -> None:
    text = edited("rotor_rpm = 6000.0", 'rotor_rpm = 6000.0\n"\\u001b[2J" = 1')
    (fault,) = faults_in(text)
    assert fault.key == MILL + '."\\u001b[2J"'


def test_an_unknown_table_is_named() -> None:
    text = edited("[charge]", "[chrge]\nx = 1\n[charge]")
    (fault,) = faults_in(text)
    assert (fault.line, fault.key) == (line_of("[chrge]", text), "chrge")
    assert "did you mean charge?" in fault.message


@pytest.mark.parametrize("table", ["recipe", "core", "sse", "charge", "atmosphere"])
def test_a_missing_table_is_named(table: str) -> None:
    faults = faults_in(edited(f"[{table}]", "[other]"))
    assert f"table [{table}] is missing" in {f.key: f.message for f in faults}[table]


@pytest.mark.parametrize("table", ["recipe", "core", "sse", "charge", "atmosphere"])
def test_a_table_must_be_one(table: str) -> None:
    text = f"{table} = 1\n" + edited(f"[{table}]", "[other]")
    faults = faults_in(text)
    assert Fault(1, table, "is 1; must be a table") in faults


@pytest.mark.parametrize(
    ("phases", "key", "message"),
    [
        ("phases = 5", "phases", "begin each phase with [[phases]]"),
        ("[phases]\ntype = 'purge'", "phases", "begin each phase with [[phases]]"),
        ("phases = [1]", "phases[0]", "is 1; must be a table"),
        ("[[phases]]\non_s = 1.0", "phases[0].type", "is missing; must be one of: leak_test"),
    ],
)
def test_phases_that_are_none(phases: str, key: str, message: str) -> None:
    head, _, _ = BM_05.partition("[[phases]]")
    text = head + phases if phases.startswith("[") else phases + "\n" + head
    (fault,) = faults_in(text)
    assert fault.key == key
    assert message in fault.message
    assert fault.line == line_of(phases.split("\n")[0], text)


def test_all_faults_come_in_one_go_and_in_the_order_of_the_file() -> None:
    text = BM_05
    spoiled = {
        'id = "BM-05"': 'id = "BM 05"',
        'state = "pristine"': 'state = "charged"',
        "d10_um = 8.0": "d10_um = 14.0",
        "density_g_cm3 = 1.64": "density_g_cm3 = 16.4",
        "total_mass_g = 100.0": "total_mass_g = 1000.0",
        "h2o_trip_ppm = 100.0": "h2o_trip_ppm = 1.0",
        "hold_s = 300.0": "hold_s = 30.0",
        "rotor_rpm = 6000.0": "rotor_rpm = 15000.0",
        "powder_low_c = 42.0": "powder_low_c = 52.0",
        "h2s_max_ppm = 5.0": "h2s_max_ppm = 50.0",
    }
    for old, new in spoiled.items():
        text = edited(old, new, text)
    found = {(fault.line, fault.key.split(".")[-1]) for fault in faults_in(text)}
    for new in spoiled.values():
        if not new.startswith(("d10", "h2o_trip", "hold")):
            assert (line_of(new, text), new.split(" ")[0]) in found
    assert [f.line for f in faults_in(text)] == sorted(f.line for f in faults_in(text))
    # Of two keys that contradict one another the one to mend is named.
    assert (line_of("d50_um", text), "d50_um") in found
    assert (line_of("h2o_start_ppm", text), "h2o_start_ppm") in found


def test_a_fault_of_one_part_does_not_hide_what_is_wrong_between_the_others() -> None:
    text = edited("density_g_cm3 = 4.78", "density_g_cm3 = 0.1")
    text = edited("time_limit_s = 1800.0", "time_limit_s = 61.0", text)
    text = edited("powder_low_c = 42.0", "powder_low_c = 48.0", text)
    keys = [fault.key for fault in faults_in(text)]
    assert keys == ["core.density_g_cm3", f"{MILL}.powder_low_c"]


def test_faults_are_printed_as_file_line_key_message() -> None:
    text = edited("rotor_rpm = 6000.0", "rotor_rpm = 15000.0")
    with pytest.raises(RecipeError) as refusal:
        parse_recipe(text.encode(), "dir/a.toml", LAB)
    line = line_of("rotor_rpm", text)
    assert refusal.value.lines() == [
        f"dir/a.toml:{line}: {MILL}.rotor_rpm: is 15000 (tip 62.8 m/s);"
        " this mill allows 500 to 12000 rpm (tip 2.1 to 50.3 m/s)"
    ]
    assert "blademill recipe check" in refusal.value.person_text


def test_without_a_mill_only_the_recipe_itself_is_checked() -> None:
    text = edited("rotor_rpm = 6000.0", "rotor_rpm = 15000.0")
    assert faults_in(text, None) == ()


def test_a_recipe_is_named_by_path_or_by_its_bare_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    packaged = resolve_recipe("bm-05")
    assert packaged.is_absolute()
    assert resolve_recipe("bm-05.toml") == packaged
    (tmp_path / "bm-05.toml").write_text("")
    assert resolve_recipe("bm-05.toml") == Path("bm-05.toml")
    assert resolve_recipe("elsewhere/bm-05.toml") == Path("elsewhere/bm-05.toml")
    with pytest.raises(InputError, match=r"bm-06\.toml: no file of this name"):
        resolve_recipe("bm-06")
