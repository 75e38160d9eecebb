"""The packaged files are found in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller import packaged
from controller.errors import InputError


@pytest.fixture(params=["checkout", "wheel"])
def recipe_folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder of recipes where a checkout, or a wheel, would have it."""
    package = tmp_path / "controller"
    folder = {"checkout": tmp_path / "recipes", "wheel": package / "_data" / "recipes"}
    chosen = folder[request.param]
    chosen.mkdir(parents=True)
    (chosen / "one.toml").write_text("")
    (chosen / "README.md").write_text("")
    monkeypatch.setattr(packaged, "_PACKAGE", package)
    return chosen


def test_finds_a_file(recipe_folder: Path) -> None:
    assert packaged.packaged_file("recipes", "one.toml") == recipe_folder / "one.toml"


@pytest.mark.parametrize("name", ["two.toml", "README.md", "", "../recipes/one.toml"])
def test_refuses_a_name_that_is_not_there_and_says_which_are(
    recipe_folder: Path, name: str
) -> None:
    with pytest.raises(InputError, match="no file of this name") as refusal:
        packaged.packaged_file("recipes", name)
    assert "one.toml" in refusal.value.person_text


def test_a_checkout_keeps_its_files_at_the_top() -> None:
    assert packaged.packaged_dir("deploy") == Path(__file__).parents[2] / "deploy"
