"""`blademill plant check` finds each of a hundred seeded mistakes, and names its line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from plantmistakes import KINDS, Mistake, mistakes
from simplant import ROOT

from controller.cli_plant import plant

PLANTS = {
    name: (ROOT / "deploy" / f"{name}.toml").read_text() for name in ("lab-0.5l", "pilot-20l")
}
COUNT = 100
MADE = list(mistakes(PLANTS, COUNT, seed=20))


def test_they_are_a_hundred_of_every_kind_in_both_plants() -> None:
    assert len({mistake.text for mistake in MADE}) == COUNT
    assert {mistake.kind for mistake in MADE} == {kind.__name__ for kind in KINDS}
    assert min(Counter(mistake.plant for mistake in MADE).values()) >= 40


@pytest.mark.parametrize("mistake", MADE, ids=lambda m: f"{m.plant}-{m.kind}-{m.line}")
def test_a_seeded_mistake_is_found_and_its_line_is_named(mistake: Mistake, tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    path.write_text(mistake.text)
    result = CliRunner().invoke(plant, ["check", str(path)])
    assert result.exit_code == 1, result.output
    lines = {int(found) for found in re.findall(r"plant\.toml:(\d+): ", result.output)}
    assert mistake.line in lines, result.output


@pytest.mark.parametrize("name", PLANTS)
def test_the_files_themselves_are_good(name: str) -> None:
    result = CliRunner().invoke(plant, ["check", str(ROOT / "deploy" / f"{name}.toml")])
    assert result.exit_code == 0, result.output
    assert f": good: {name}," in result.output
