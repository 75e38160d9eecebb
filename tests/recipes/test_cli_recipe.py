"""`blademill recipe`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from recipe_texts import BM_05, ROOT, edited, line_of

from controller.cli_recipe import recipe
from controller.edge.recipefile import recipe_schema

LAB_PLANT = (ROOT / "deploy" / "lab-0.5l.toml").read_text()


def run(*words: object) -> Result:
    return CliRunner().invoke(recipe, [str(word) for word in words])


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.toml"
    path.write_text(edited("rotor_rpm = 6000.0", "rotor_rpm = 99999.0\nrotor_rmp = 1"))
    return path


def test_a_good_recipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("check", "bm-05")
    assert result.exit_code == 0
    assert result.stdout.startswith("bm-05: good: BM-05 version 1, 6 phases, sha256 ")


def test_each_fault_is_one_line_and_the_exit_code_is_1(bad: Path) -> None:
    result = run("check", bad, "bm-03")
    assert result.exit_code == 1
    line = line_of("rotor_rpm", bad.read_text())
    first, second, third = result.stdout.splitlines()
    assert first == f"{bad}:{line}: phases[3].rotor_rpm: is 99999; allowed 10 to 20000 rpm"
    assert second.startswith(f"{bad}:{line + 1}: phases[3].rotor_rmp: unknown key;")
    assert third.startswith("bm-03: good:")


def test_json_is_alone_on_stdout(bad: Path) -> None:
    result = run("check", "--json", bad, "bm-03")
    assert result.exit_code == 1
    spoiled, good = json.loads(result.stdout)["files"]
    assert spoiled["good"] is False
    assert spoiled["recipe"] is None
    assert [fault["key"] for fault in spoiled["faults"]] == [
        "phases[3].rotor_rpm",
        "phases[3].rotor_rmp",
    ]
    assert good["good"] is True
    assert good["recipe"]["id"] == "BM-03"
    assert good["faults"] == []


@pytest.mark.parametrize("name", ["bm-99", "no/such/file.toml", "."])
def test_what_is_not_there_is_refused_not_wrong_usage(name: str) -> None:
    result = run("check", name, "bm-03")
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first.startswith(f"{name}:0: file: ")
    assert second.startswith("bm-03: good:")


def test_another_mill_has_other_limits(tmp_path: Path) -> None:
    plant = tmp_path / "slow.toml"
    plant.write_text(edited("rotor_rpm_max = 12000.0", "rotor_rpm_max = 5000.0", LAB_PLANT))
    result = run("check", "--plant", plant, "bm-05")
    assert result.exit_code == 1
    assert "this mill allows 500 to 5000 rpm" in result.stdout


def test_wrong_usage_is_2() -> None:
    assert run("check").exit_code == 2
    assert run("check", "--nonsense", "bm-05").exit_code == 2


def test_the_schema_is_printed() -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == recipe_schema()


def test_the_packaged_recipes_are_listed() -> None:
    result = run("list")
    assert result.exit_code == 0
    names = ["bm-03", "bm-05", "bm-10", "training"]
    names[3:3] = ["pilot-20l/bm-03", "pilot-20l/bm-05", "pilot-20l/bm-10"]
    assert [line.split()[0] for line in result.stdout.splitlines()] == names
    rows = json.loads(run("list", "--json").stdout)["recipes"]
    assert [row["name"] for row in rows] == names
    assert rows[1]["title"] in BM_05
