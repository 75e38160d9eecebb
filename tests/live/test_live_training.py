"""A trainer puts a fault into the running simulator, and the real controller reacts on the wire."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from livebatch import ROOT, quick_files, wait_for

from controller.api.client import ControllerClient, DoorAddress
from controller.errors import InputError, LinkError
from hmi.processes import Processes, Setup
from sim.training import ask

pytestmark = pytest.mark.modbus


def snapshot(processes: Processes) -> dict[str, Any]:
    import json

    async def read() -> bytes:
        async with ControllerClient(DoorAddress(processes.socket)) as client:
            return (await client.get("snapshot")).body

    return dict(json.loads(asyncio.run(read()) or b"{}"))


def test_faults_are_injected_listed_and_healed(tmp_path: Path) -> None:
    plant, recipe = quick_files(tmp_path, on_time_s=60.0)
    with Processes(Setup(plant, str(recipe), 1.0, 1, 0)) as processes:
        door = processes.training_socket
        wait_for(lambda: snapshot(processes).get("values", {}).get("o2_ppm", {}).get("value"))
        assert ask({"list": True}, door) == "no faults"
        said = subprocess.run(
            [
                *(sys.executable, "-m", "controller", "sim", "inject"),
                *("o2_nan", "--training-socket", str(door)),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert "o2_nan" in said.stdout
        assert "o2_nan" in ask({"list": True}, door)
        wait_for(lambda: snapshot(processes)["values"]["o2_ppm"]["value"] is None, 10.0)
        assert ask({"heal": True}, door) == "all faults ended"
        wait_for(lambda: snapshot(processes)["values"]["o2_ppm"]["value"] is not None, 10.0)
        with pytest.raises(InputError, match="there is no fault"):
            ask({"inject": f"no_{uuid.uuid4().hex}"}, door)
    with pytest.raises(LinkError, match="no simulator answers"):
        ask({"list": True}, door)
