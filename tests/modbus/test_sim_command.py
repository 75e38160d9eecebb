"""`blademill sim` as a process: ready line, addresses, refusals, and a clean end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from simplant import LAB_PLANT, ROOT

from controller.core.outputs import Outputs
from controller.errors import InputError
from sim.cli import JarChanger, sim
from sim.mill import Mill
from sim.parameters import LAB, Charge, InitialGas

COMMAND = [sys.executable, "-c", "from sim.cli import sim; sim()", "--ephemeral"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "addresses.json"
    process = subprocess.Popen(
        [*COMMAND, "--addresses-out", str(out)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("Simulated plant ready: Lab blade mill 0.5 L")
    addresses = json.loads(out.read_text())
    assert list(addresses) == [
        "drive",
        "mfc",
        "moisture",
        "room_h2s",
        "di",
        "do",
        "ai_process",
        "ai_aux",
    ]
    assert all(address.startswith("127.0.0.1:") for address in addresses.values())
    process.send_signal(number)
    rest, errors = process.communicate(timeout=10.0)
    assert process.returncode == 0
    assert (rest, errors) == ("", "")


def test_it_refuses_the_file_of_a_real_mill(tmp_path: Path) -> None:
    plant = tmp_path / "real.toml"
    plant.write_text(LAB_PLANT.read_text().replace("simulated = true", "simulated = false"))
    result = CliRunner().invoke(sim, ["--plant", str(plant), "--ephemeral"])
    assert isinstance(result.exception, InputError)
    assert "not marked simulated" in str(result.exception)


@pytest.mark.parametrize("speed", ["0", "11", "fast"])
def test_the_speed_is_bounded(speed: str) -> None:
    result = CliRunner().invoke(sim, ["--speed", speed])
    assert result.exit_code == 2
    assert "--speed" in result.output


def test_the_jar_is_charged_anew_when_the_lock_opens() -> None:
    charge = Charge(cam_kg=0.095, sse_kg=0.005)
    mill = Mill(LAB, seed=1, charge=charge, initial_gas=InitialGas.GLOVEBOX)
    jars = JarChanger(mill, InitialGas.AIR)
    mill.apply(Outputs(lid_unlock=True))
    before = mill.coating
    for _ in range(10):
        jars(mill)
        if not mill.lid_locked:
            break
        mill.step(0.1)
    assert not mill.lid_locked
    assert mill.coating is not before
    assert mill.o2_ppm > 200_000.0
    fresh = mill.coating
    mill.step(0.1)
    jars(mill)
    assert mill.coating is fresh
