"""`blademill up` and `blademill demo` as a stranger types them, from another folder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from livebatch import ROOT, quick_files, wait_for

from controller.api.address import why_down
from controller.supervise import RESTARTS
from hmi.processes import Processes, Setup

pytestmark = pytest.mark.modbus

BLADEMILL = (sys.executable, "-m", "controller")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def family(pid: int) -> list[int]:
    """The processes that `pid` has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in children.split()]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_demo_runs_one_batch_unattended_and_prints_json_alone(tmp_path: Path) -> None:
    plant, recipe = quick_files(tmp_path, on_time_s=20.0)
    done = subprocess.run(
        [*BLADEMILL, "demo", str(recipe), "--plant", str(plant), "--speed", "10", "--json"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["outcome"] == "COMPLETE"
    assert result["simulated"] is True
    assert result["recipe"]["id"] == "QUICK"
    assert result["peaks"]["rotor_rpm"] == pytest.approx(3000.0, rel=0.02)
    assert 0.0 < result["peaks"]["powder_c"] < 60.0
    assert result["totals"]["on_time_s"] >= 20.0


def test_demo_refuses_a_plant_that_is_not_marked_simulated(tmp_path: Path) -> None:
    plant, recipe = quick_files(tmp_path, on_time_s=20.0)
    plant.write_text(plant.read_text().replace("simulated = true", "simulated = false"))
    done = subprocess.run(
        [*BLADEMILL, "demo", str(recipe), "--plant", str(plant), "--json"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "not marked simulated" in done.stderr


def test_up_prints_its_address_and_ctrl_c_ends_all_three(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*BLADEMILL, "up", "--port", "0", "--data", str(tmp_path)],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said, address = "", None
        deadline = time.monotonic() + 30.0
        while address is None and time.monotonic() < deadline:
            said += process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert address is not None, said
        assert httpx.get(address[0]).status_code == 200
        children = family(process.pid)
        assert len(children) == 3
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20.0)
        assert process.returncode == 0
        assert "DEAD image written" in rest
        assert not any(is_running(child) for child in children)
    finally:
        process.kill()


def test_a_controller_that_keeps_failing_stays_down_and_the_page_lives_on(tmp_path: Path) -> None:
    """H2: an end to restarts, told where people look."""
    plant, recipe = quick_files(tmp_path, on_time_s=20.0)
    with Processes(Setup(plant, str(recipe), 1.0, 1, 0, supervised=True)) as processes:
        killed: set[int] = set()

        def another() -> bool:
            return bool(set(family(processes.pid("control"))) - killed)

        for _ in range(RESTARTS + 1):
            wait_for(another, 10.0)
            for child in set(family(processes.pid("control"))) - killed:
                killed.add(child)
                os.kill(child, signal.SIGKILL)

        def stays_down() -> bool:
            processes.watch()
            return bool(processes.down)

        wait_for(stays_down, 20.0)
        assert "stays down" in processes.down["control"]
        assert "killed by SIGKILL" in why_down(processes.socket)
        assert is_running(processes.pid("hmi"))
        assert is_running(processes.pid("sim"))
