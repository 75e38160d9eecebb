"""A batch cut off by kill -9 over real Modbus: closed, proposed, decided, and in the record."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from livebatch import ROOT, Live, live, wait_for

from sim.drive import DriveFault

pytestmark = pytest.mark.modbus


def blademill(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "controller", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def shown(running: Live, *words: str) -> object:
    done = blademill(*words, "--data", str(running.folder), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def clear_the_drive(running: Live) -> None:
    """What the page says: Stop, then Reset. The batch that was cut off waits meanwhile."""
    cut = running.snapshot()["recovery"]["batch"]
    running.must("stop")
    running.until_state("STOPPED")
    running.until_accepted("reset")
    running.until_state("IDLE")
    wait_for(lambda: running.snapshot()["values"]["drive_fault_code"]["value"] == 0.0)
    assert running.snapshot()["recovery"]["batch"] == cut


def test_a_batch_that_was_killed_is_decided_on_by_a_person() -> None:
    """K3, K4, K6: the drive has latched that nobody asked it, and a reset unloads what is loaded.
    So clearing it is asked for before there is anything to unload.
    """
    with live() as running:
        running.start_batch()
        running.until_milling()
        running.process.kill()
        running.process.wait(10.0)
        wait_for(lambda: running.mill.drive.fault is DriveFault.COMM_TIMEOUT, 5.0)
        running.start()
        cut = running.snapshot()["recovery"]
        assert cut["phase"] == "mill_hold"
        refused = running.command("load", recipe_toml=running.recipe_path.read_text(), name="q")
        assert not refused["accepted"]
        assert cut["batch"] in " ".join(refused["reasons"])
        wait_for(lambda: "Stop, then Reset" in running.snapshot()["recovery"]["reasons"][0], 60.0)
        early = running.command("continue")
        assert not early["accepted"]
        assert f"fault {DriveFault.COMM_TIMEOUT:d}" in " ".join(early["reasons"])
        clear_the_drive(running)
        assert running.snapshot()["recovery"]["advice"] == "continue"
        running.must("continue")
        wait_for(lambda: running.snapshot()["batch"] is not None)
        following = running.snapshot()
        assert following["recovery"] is None
        assert not following["outputs"]["run"] and not following["outputs"]["supply_open"]
        running.until_accepted("start")
        record = shown(running, "batch", "show", cut["batch"])
        assert isinstance(record, dict)
        assert record["outcome"] == "CRASHED"
        assert record["recovery"][0]["data"]["continuation"] == following["batch"]["id"]
        moves = [item["data"]["to"] for item in record["transitions"]]
        assert moves == ["STARTING", "RUNNING"]
        verdict = shown(running, "batch", "verify")
        assert isinstance(verdict, dict)
        assert verdict["good"] is True
