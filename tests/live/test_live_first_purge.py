"""docs/plant.md, "From an empty cabinet to the first argon purge", done as it says, over Modbus.

The commands are read from the page itself. The mill is quick: its plant file accepts a coarser leak
test, and plant and process run at ten times their speed.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from livebatch import ROOT, Live, live, wait_for

from sim.drive import DriveFault
from sim.parameters import InitialGas

pytestmark = pytest.mark.modbus

PAGE = (ROOT / "docs" / "plant.md").read_text(encoding="utf-8")
CHECKS = re.findall(r"^blademill (plant check my-mill\.toml.*)$", PAGE, re.MULTILINE)
# What a person answers to each of them, and how it then ends.
ANSWERS = {"--online": ("", 0), "--loop": ("q\n", 1), "--prove-watchdogs": ("y\n", 0)}
TRIAL = {"cam_lot": "trial", "sse_lot": "trial", "blade_id": "B", "checked_by": "second"}


def check(running: Live, words: str) -> subprocess.CompletedProcess[str]:
    """One `plant check` of the page, of the file and at the addresses of this mill."""
    given = [str(running.plant_path) if w == "my-mill.toml" else w for w in shlex.split(words)]
    option = next((name for name in ANSWERS if name in given), "")
    if option:
        given += ["--addresses", str(running.write_addresses()), "--data", str(running.data)]
    return subprocess.run(
        [sys.executable, "-m", "controller", *given],
        cwd=running.folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        input=ANSWERS.get(option, ("", 0))[0],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def commission(running: Live) -> None:
    """Steps 2 to 7, while no controller runs."""
    for words in CHECKS:
        wanted = next((code for name, (_, code) in ANSWERS.items() if name in words), 0)
        done = check(running, words)
        assert done.returncode == wanted, (words, done.stdout, done.stderr)
    wait_for(lambda: running.mill.drive.fault is DriveFault.COMM_TIMEOUT, 5.0)


def missing(running: Live) -> set[str]:
    """The conditions under *To start* that are not fulfilled."""
    return {row["id"] for row in running.snapshot()["permissives"] if not row["ok"]}


def phase(running: Live) -> str:
    batch = running.snapshot()["batch"]
    assert running.snapshot()["state"] == "RUNNING", running.last_words()
    return str(batch["phase"]["type"])


def value(running: Live, signal: str) -> float:
    found = running.snapshot()["values"][signal]["value"]
    return float("nan") if found is None else float(found)


def test_the_page_has_a_command_for_each_step() -> None:
    options = [next((name for name in ANSWERS if name in words), "") for words in CHECKS]
    assert options == ["", "--online", "--loop", "--prove-watchdogs"]


def test_from_a_file_to_the_first_argon_purge() -> None:
    """I10 on the way: a controller that was just started sends zeros; the blade never turns."""
    with live(before=commission, gas=InitialGas.DOCKED) as running:
        # 8: at rest, but for the fault that the drive latched while nobody asked it.
        assert running.snapshot()["state"] == "IDLE"
        assert not any(running.snapshot()["outputs"].values())
        wait_for(lambda: not running.alarms(), 30.0)
        assert check(running, CHECKS[1]).returncode != 0, "a controller holds this plant"
        wait_for(lambda: missing(running) == {"RECIPE", "CHARGE", "DRIVE_FAULT"}, 30.0)
        assert "Stop, then Reset" in running.snapshot()["commands"]["start"]["missing"][-1]
        running.must("stop")
        running.until_state("STOPPED")
        running.until_accepted("reset")
        running.until_state("IDLE")

        # 9: leak test, purge, and a stop as soon as the proof of the atmosphere begins.
        running.sim.look_anew()
        running.charge_batch(**TRIAL)
        running.until_accepted("start")
        wait_for(lambda: value(running, "vessel_pressure_mbar_g") > 95.0)
        wait_for(lambda: phase(running) == "purge")
        assert running.snapshot()["batch"]["leak_rate_mbar_l_s"] < 1e-2
        before_ppm = value(running, "o2_ppm")
        wait_for(lambda: value(running, "argon_flow_slpm") == pytest.approx(10.0, rel=0.05))
        assert value(running, "exhaust_valve_open") == 1.0
        wait_for(lambda: phase(running) == "prove_inert")
        assert value(running, "o2_ppm") < 0.1 * before_ppm
        assert value(running, "room_o2_percent") > 20.0
        running.must("stop")
        running.until_state("STOPPED")
        running.until_accepted("lid.release")
        wait_for(lambda: not running.mill.lid_locked, 20.0)
        running.mill.open_lid()
        wait_for(lambda: not running.snapshot()["lid_release"], 10.0)
        running.mill.close_lid()
        running.until_accepted("reset")
        running.until_state("IDLE")
        assert not running.sim.driven
