"""The list of faults, for people, for programs and as a page."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from sim.cli_faults import faults
from sim.faults.catalogue import CATALOGUE
from sim.faults.listing import expected_text, faults_page

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == faults_page(), (
        "write it anew: python -c 'from sim.faults.listing import faults_page;"
        ' print(faults_page(), end="")\' > docs/faults.md'
    )


def test_the_page_names_every_fault_once_and_breaks_no_table() -> None:
    rows = [line for line in faults_page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(CATALOGUE)
    assert {row.count("|") for row in rows} == {7}


def test_like_situations_are_told_together() -> None:
    assert expected_text(CATALOGUE["estop_pressed"].expected) == (
        "before start: refuse; in a batch: trip within 0.1 s"
    )
    assert expected_text(CATALOGUE["o2_slow"].expected) == ""


def test_the_command_lists_all_of_them() -> None:
    text = CliRunner().invoke(faults, []).stdout
    assert all(f"  {name} " in text for name in CATALOGUE)
    listed = json.loads(CliRunner().invoke(faults, ["--json"]).stdout)
    assert listed["count"] == len(listed["faults"]) == len(CATALOGUE)
    o2 = next(entry for entry in listed["faults"] if entry["name"] == "o2_wrong")
    assert o2["value"] == {"unit": "ppm", "default": 60.0, "low": 0.0, "high": 1000.0}
    assert o2["expected"]["milling"] == ["hold within 5 s"]
