"""The `thickness` command: its JSON, its table, and what it refuses."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from controller.cli_thickness import thickness

BM05 = {
    "--sse-wt": "5",
    "--basis": "total",
    "--d50": "13",
    "--core-density": "4.78",
    "--shell-density": "1.64",
}


def run(*flags: str, **changed: str | None) -> Result:
    options = BM05 | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    words = [word for name, value in options.items() if value is not None for word in (name, value)]
    return CliRunner().invoke(thickness, [*words, *flags])


def answer(**changed: str | None) -> dict[str, Any]:
    result = run("--json", **changed)
    assert result.exit_code == 0
    assert result.stderr == ""
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def test_json_of_the_plain_case() -> None:
    said = answer()
    assert said["thickness_nm"]["dense"] == pytest.approx(316.7, abs=0.1)
    assert said["thickness_nm"]["apparent"] == said["thickness_nm"]["dense"]
    assert said["thickness_nm"]["thin_limit"] == pytest.approx(332.4, abs=0.1)
    assert said["basis"] == "total"
    assert said["inputs"] == {
        "sse_wt_percent": 5.0,
        "d50_um": 13.0,
        "core_density_g_cm3": 4.78,
        "shell_density_g_cm3": 1.64,
        "solid_fraction": 1.0,
        "coverage": 1.0,
    }
    assert any("basis total" in line for line in said["assumptions"])
    assert "sse_wt_percent" not in said


def test_json_of_a_porous_and_patchy_shell() -> None:
    said = answer(solid_fraction="0.8", coverage="0.8")["thickness_nm"]
    assert said["dense"] == pytest.approx(316.7, abs=0.1)
    assert said["apparent"] == pytest.approx(482.6, abs=0.1)
    assert said["thin_limit"] == pytest.approx(519.3, abs=0.1)


def test_basis_changes_the_answer() -> None:
    said = answer(basis="per_cam")
    assert said["basis"] == "per_cam"
    assert said["thickness_nm"]["dense"] == pytest.approx(301.5, abs=0.1)


def test_content_for_a_target_is_for_the_apparent_thickness() -> None:
    apparent = answer(sse_wt="7", solid_fraction="0.6")["thickness_nm"]["apparent"]
    said = answer(sse_wt="3", solid_fraction="0.6", target_nm=repr(apparent))
    assert said["sse_wt_percent"] == pytest.approx(7.0, abs=1e-6)
    assert said["inputs"]["sse_wt_percent"] == 3.0
    assert said["inputs"]["target_nm"] == apparent


def test_published_figure_is_never_a_thickness_of_ours() -> None:
    said = answer()
    assert said["paper_reference"]["calculated_filling"] == pytest.approx(0.5956, abs=5e-5)
    assert set(said["thickness_nm"]) == {"dense", "apparent", "thin_limit"}
    assert "paper_reference" not in answer(sse_wt="3")


def test_table_has_units_assumptions_and_the_published_figure() -> None:
    result = run(target_nm="400")
    assert result.exit_code == 0
    for text in ("316.7 nm", "332.4 nm", "wt%", "Assumptions", "0.596", "400 nm apparent"):
        assert text in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


@pytest.mark.parametrize(("option", "value"), [("sse_wt", "10"), ("d50", "11.9"), ("d50", "14.1")])
def test_table_leaves_the_published_figure_out_elsewhere(option: str, value: str) -> None:
    result = run(**{option: value})
    assert result.exit_code == 0
    assert "516" not in result.stdout


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf", "-1", "0", "1e9"])
@pytest.mark.parametrize(
    "option",
    ["sse-wt", "d50", "core-density", "shell-density", "solid-fraction", "coverage", "target-nm"],
)
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_refused_value(option: str, bad: str, flags: tuple[str, ...]) -> None:
    result = run(*flags, **{option.replace("-", "_"): bad})
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"--{option}" in result.stderr
    assert "Allowed is" in result.stderr or "takes" in result.stderr
    assert "Traceback" not in result.stderr


def test_target_beyond_any_content_is_refused() -> None:
    result = run(target_nm="50000")
    assert result.exit_code == 1
    assert "0.1 to 50 wt%" in result.stderr


@pytest.mark.parametrize(
    "changed",
    [
        {"d50": "thirteen"},
        {"basis": "mass"},
        {"nonsense": "1"},
        *({name.removeprefix("--").replace("-", "_"): None} for name in BM05),
    ],
)
def test_wrong_usage(changed: dict[str, str | None]) -> None:
    assert run(**changed).exit_code == 2


def test_help_shows_an_example() -> None:
    result = CliRunner().invoke(thickness, ["--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert "--sse-wt 5 --basis total" in result.stdout
