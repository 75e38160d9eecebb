"""The mark of a running controller: how the last one ended, and that there is only one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.api.address import default_data
from controller.edge.plantfile import load_plant
from controller.edge.runmark import run_mark
from controller.errors import StartError
from controller.packaged import packaged_file
from controller.process import Options, run_controller

PLANT = "lab"


def test_the_first_controller_follows_on_nothing(tmp_path: Path) -> None:
    with run_mark(tmp_path / "new" / "folder", PLANT) as mark:
        assert not mark.follows_a_crash


def test_only_one_that_was_put_and_not_taken_away_tells_of_a_crash(tmp_path: Path) -> None:
    with run_mark(tmp_path, PLANT):
        pass  # refused to begin
    with run_mark(tmp_path, PLANT) as mark:
        assert not mark.follows_a_crash
        mark.put()  # began, and died
    with run_mark(tmp_path, PLANT) as mark:
        assert mark.follows_a_crash  # and refused to begin: still to be told
    with run_mark(tmp_path, PLANT) as mark:
        assert mark.follows_a_crash
        mark.put()
        mark.take_away()
    with run_mark(tmp_path, PLANT) as mark:
        assert not mark.follows_a_crash
    with run_mark(tmp_path, "another") as mark:
        assert not mark.follows_a_crash


def test_a_second_controller_of_the_same_plant_is_refused_with_the_first_ones_number(
    tmp_path: Path,
) -> None:
    """P10: whatever door it would open."""
    with run_mark(tmp_path, PLANT) as mark:
        mark.put()
        with pytest.raises(StartError, match=f"process {os.getpid()}"), run_mark(tmp_path, PLANT):
            raise AssertionError("two at once")


@pytest.mark.parametrize("which", ["data", "socket"])
def test_a_folder_that_cannot_be_written_is_said_and_nothing_starts(
    tmp_path: Path, which: str
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    places = {"socket": tmp_path / "door.sock", "data": tmp_path} | {which: blocked / "below"}
    plant = load_plant(packaged_file("deploy", "lab-0.5l.toml"))
    with pytest.raises(StartError) as refused:
        run_controller(Options(plant, places["socket"], places["data"]))
    assert str(blocked) in refused.value.where
    assert f"--{which}" in refused.value.do


def test_the_folder_is_systemds_or_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert default_data() == Path("/state/blademill")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/blademill")
    assert default_data() == Path("/var/lib/blademill")
