"""The real controller process over real Modbus: a whole batch, and how it ends."""

from __future__ import annotations

import signal

import pytest
from livebatch import Live, live, wait_for

pytestmark = pytest.mark.modbus


def test_a_batch_runs_over_the_wire_to_complete_and_can_be_opened() -> None:
    with live(on_time_s=30.0) as running:
        running.start_batch()
        running.until_milling()
        assert running.mill.lid_locked
        wait_for(lambda: running.snapshot()["state"] == "COMPLETE")
        batch = running.snapshot()["batch"]
        assert batch["on_time_s"] >= 30.0
        assert batch["revolutions"] > 1000.0
        assert batch["thickness"]["dense_nm"] == pytest.approx(316.7, abs=0.1)
        running.must("lid.release")
        wait_for(lambda: not running.mill.lid_locked, 20.0)
        assert running.mill.rotor_rpm == 0.0
        running.mill.open_lid()
        wait_for(lambda: not running.snapshot()["lid_release"], 10.0)
        running.mill.close_lid()
        wait_for(lambda: running.mill.lid_locked, 10.0)
        running.must("reset")
        wait_for(lambda: running.snapshot()["state"] == "IDLE", 10.0)


def test_a_second_command_with_the_same_id_is_not_carried_out_again() -> None:
    """I21: executed once."""
    with live() as running:
        message = {"id": "same-id-0001", "name": "hold", "user": "t", "roles": ["operator"]}
        first = running.http.post("/v1/commands", json={**message, "args": {}}).json()
        second = running.http.post("/v1/commands", json={**message, "args": {}}).json()
        assert first == second
        events = running.get("/v1/events?after=0")
        assert len([e for e in events if e["data"].get("id") == "same-id-0001"]) == 1


def test_stop_by_signal_writes_the_dead_image() -> None:
    with live() as running:
        running.start_batch()
        wait_for(lambda: running.mill.outputs.supply_open, 20.0)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(10.0) == 0
        assert not running.mill.outputs.supply_open
        assert not running.mill.outputs.exhaust_shut
        assert "DEAD image written" in running.log()


def test_two_controllers_cannot_share_one_door() -> None:
    """P10: the second refuses to start."""
    with live() as running, pytest.raises(AssertionError, match="another controller is running"):
        files = (running.plant_path, running.recipe_path, running.folder / "a record of its own")
        second = Live(running.folder, running.sim, *files)
        try:
            second.start()
            wait_for(lambda: second.process.poll() is not None, 10.0)
            raise AssertionError(second.log())
        finally:
            second.end()
