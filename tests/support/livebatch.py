"""A real controller process against a simulated plant in this process, with a batch on its way.

The plant runs in a thread of its own, so that a test can look at the true mill at any moment
without sending the request that would re-arm a watchdog.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from controller.core.recipe import Recipe
from controller.core.signals import Signal
from controller.edge.plantfile import PlantFile, load_plant
from controller.edge.recipefile import load_recipe
from sim.mill import Mill
from sim.parameters import InitialGas
from sim.server import PlantServer
from sim.world import parameters_for, powder_of

ROOT = Path(__file__).parents[2]
SUPPORT = Path(__file__).parent
SPEED = 10.0
DEADLINE_S = 90.0

QUICK_PHASES = """
[[phases]]
type = "leak_test"
pressure_mbar_g = 100.0
settle_s = 5.0
hold_s = 30.0
accept_mbar_l_s = 1e-2
time_limit_s = 240.0

[[phases]]
type = "purge"
argon_flow_slpm = 10.0
min_volumes = 1.0
dwell_s = 10.0
time_limit_s = 600.0

[[phases]]
type = "prove_inert"
slope_s = 30.0
o2_slope_max_ppm_per_min = 5.0
argon_flow_slpm = 5.0
dwell_s = 60.0
time_limit_s = 600.0

[[phases]]
type = "mill_hold"
rotor_rpm = 3000.0
ramp_rpm_per_s = 600.0
argon_flow_slpm = 2.0
powder_high_c = 45.0
powder_low_c = 40.0
end_on_time_s = {on_time_s}
time_limit_s = 4000.0

[[phases]]
type = "cool_down"
powder_c = 35.0
argon_flow_slpm = 2.0
time_limit_s = 1800.0

[[phases]]
type = "safe_to_open"
h2s_max_ppm = 5.0
dwell_s = 5.0
argon_flow_slpm = 2.0
time_limit_s = 1800.0
"""


def quick_files(folder: Path, on_time_s: float) -> tuple[Path, Path]:
    """A plant file that accepts a coarser leak test, and a recipe that is soon at the milling."""
    plant = (ROOT / "deploy" / "lab-0.5l.toml").read_text()
    coarse = [
        "leak_accept_mbar_l_s = 1e-2" if line.startswith("leak_accept_mbar_l_s") else line
        for line in plant.splitlines()
    ]
    assert "leak_accept_mbar_l_s = 1e-2" in coarse
    plant_path = folder / "quick-plant.toml"
    plant_path.write_text("\n".join(coarse) + "\n")
    training = (ROOT / "recipes" / "training.toml").read_text()
    head = training[: training.index("[[phases]]")].replace('id = "TRAINING"', 'id = "QUICK"')
    recipe_path = folder / "quick.toml"
    recipe_path.write_text(head + QUICK_PHASES.format(on_time_s=on_time_s))
    return plant_path, recipe_path


class SimThread:
    """The plant server in a thread; `mill` and the devices' registers may be read at any time.

    `driven` and `unlocked` say whether the drive was permitted, or the lid unlocked, in any tick
    since `look_anew`.
    """

    def __init__(
        self, plant: PlantFile, recipe: Recipe, gas: InitialGas = InitialGas.GLOVEBOX
    ) -> None:
        self.mill = Mill(
            parameters_for(plant.equipment),
            seed=1,
            charge=powder_of(recipe),
            initial_gas=gas,
        )
        self.plant = plant
        self.server = PlantServer(plant, self.mill, speed=SPEED, on_tick=self._look)
        self.driven = self.unlocked = False
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.addresses: dict[str, tuple[str, int]] = {}

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10.0)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = self.server
        self.addresses = await server.start(ephemeral=True)
        self._stop = asyncio.Event()
        running = asyncio.create_task(server.run())
        self._ready.set()
        await self._stop.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.stop()

    def look_anew(self) -> None:
        self.driven = self.unlocked = False

    def _look(self, mill: Mill) -> None:
        self.driven = self.driven or mill.drive.permit
        self.unlocked = self.unlocked or not mill.lid_locked

    def register(self, signal: Signal) -> float:
        """What a device says about `signal` in its registers, looked up without a request."""
        wire = self.plant.signals[signal]
        device = self.server.devices[wire.device]
        point = device.profile.points[wire.point]
        words = device.words[point.table]
        return self.plant.signal_channel(signal).decode(words, point.address)[0]

    def requests(self) -> int:
        """How many requests all the devices have received."""
        return sum(device.requests for device in self.server.devices.values())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10.0)


def wait_for(condition: Callable[[], Any], deadline_s: float = DEADLINE_S) -> float:
    """Wait for `condition`, looking every 10 ms; how long it took. Fails at the deadline."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < deadline_s, f"not within {deadline_s} s"
        time.sleep(0.01)
    return time.monotonic() - began


class Live:
    """One controller process, its door, and the mill behind the wire."""

    def __init__(self, folder: Path, sim: SimThread, plant: Path, recipe: Path, data: Path) -> None:
        self.folder = folder
        self.data = data
        self.sim = sim
        self.plant_path = plant
        self.recipe_path = recipe
        self.socket = folder / "door.sock"
        self.speed = SPEED
        self.process: subprocess.Popen[bytes]
        # One for all: a new one loads certificates, and the mill's thread in this process waits.
        transport = httpx.HTTPTransport(uds=str(self.socket))
        self.http = httpx.Client(transport=transport, base_url="http://door", timeout=3.0)

    @property
    def mill(self) -> Mill:
        return self.sim.mill

    def write_addresses(self) -> Path:
        """The file that --addresses takes."""
        addresses = self.folder / "addresses.json"
        found = {name: f"{host}:{port}" for name, (host, port) in self.sim.addresses.items()}
        addresses.write_text(json.dumps(found))
        return addresses

    def start(self, program: tuple[str, ...] = ("-m", "controller")) -> None:
        addresses = self.write_addresses()
        with (self.folder / "control.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    *program,
                    "control",
                    *("--plant", str(self.plant_path)),
                    *("--addresses", str(addresses)),
                    *("--socket", str(self.socket), "--data", str(self.data)),
                    *("--speed", str(self.speed)),
                ],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={"PYTHONPATH": f"{ROOT}:{SUPPORT}", "PATH": "/usr/bin:/bin"},
            )
        with suppress(PermissionError):  # as its systemd unit has it
            os.setpriority(os.PRIO_PROCESS, self.process.pid, -5)
        wait_for(self.answers, 20.0)

    def answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "control.log").read_text()
        try:
            return bool(self.snapshot())
        except (httpx.HTTPError, json.JSONDecodeError):
            return False

    def snapshot(self) -> dict[str, Any]:
        reply = self.http.get("/v1/snapshot")
        return dict(reply.json()) if reply.status_code == 200 else {}

    def get(self, path: str) -> Any:
        return self.http.get(path).json()

    def command(
        self, name: str, /, who: dict[str, Any] | None = None, **args: Any
    ) -> dict[str, Any]:
        """What came of one command, by an operator unless `who` says otherwise."""
        message = {
            "id": str(uuid.uuid4()),
            "name": name,
            "user": "tester",
            "roles": ["operator"],
            "proved": True,
            "state_version": self.snapshot()["state_version"],
            "args": args,
            **(who or {}),
        }
        return dict(self.http.post("/v1/commands", json=message).json())

    def must(self, name: str, /, **args: Any) -> None:
        answer = self.command(name, **args)
        assert answer["accepted"], (name, answer)

    def charge_batch(self, **form: Any) -> None:
        """Loads and charges, until the batch may be started. `form` is what else is entered."""
        text = self.recipe_path.read_text()
        self.must("load", recipe_toml=text, name=self.recipe_path.name)
        wait_for(lambda: self.snapshot()["batch"])
        target = self.snapshot()["batch"]["target"]
        charge = {
            "cam_mass_g": target["cam_mass_g"],
            "sse_mass_g": target["sse_mass_g"],
            "cam_lot": "C",
            "sse_lot": "S",
            "blade_id": "B",
            "emptied_and_cleaned": True,
        }
        self.must("charge", **charge | form)
        self.until_enabled("start")

    def start_batch(self) -> None:
        self.charge_batch()
        self.until_accepted("start")

    def until_enabled(self, name: str) -> None:
        """Until nothing is missing for a command."""
        wait_for(lambda: self.snapshot()["commands"][name]["enabled"], 30.0)

    def until_accepted(self, name: str) -> None:
        """Until nothing is missing and the scan says so too, or the controller dies of it.

        On a busy machine a device may be late in between.
        """

        def accepted() -> bool:
            try:
                if self.command(name)["accepted"]:
                    return True
            except (httpx.HTTPError, KeyError):
                pass
            return self.process.poll() is not None

        self.until_enabled(name)
        wait_for(accepted, 30.0)

    def until_state(self, state: str) -> None:
        wait_for(lambda: self.snapshot()["state"] == state)

    def until_milling(self) -> None:
        """Until the blade turns at its speed."""

        def milling() -> bool:
            assert self.process.poll() is None, self.log()
            return self.mill.rotor_rpm > 2900.0

        wait_for(milling)

    def alarms(self) -> set[str]:
        """The ids of all alarms that the page would show."""
        return {alarm["id"] for alarm in self.snapshot()["alarms"]}

    def tells(self, alarm: str) -> bool:
        """Whether the page would show this alarm; not while the door does not answer."""
        try:
            return alarm in self.alarms()
        except httpx.HTTPError:
            return False

    def log(self) -> str:
        return (self.folder / "control.log").read_text()

    def last_words(self) -> str:
        """What the controller said and showed, for a test that failed."""
        seen: dict[str, Any] = {}
        with suppress(httpx.HTTPError):
            seen = self.snapshot()
        parts = ("state", "batch", "recovery", "first_out", "alarms")
        shown = {part: seen.get(part) for part in parts}
        return f"{self.log()}\n{json.dumps(shown, indent=1)[:6000]}"

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10.0)
        self.http.close()


@contextmanager
def live(
    on_time_s: float = 600.0,
    program: tuple[str, ...] = ("-m", "controller"),
    before: Callable[[Live], None] = lambda running: None,
    data: Path | None = None,
    gas: InitialGas = InitialGas.GLOVEBOX,
) -> Iterator[Live]:
    """A controller and a charged mill; the batch is not started yet.

    `before` is called when the mill listens, and the controller is not there yet. The record is
    in `data`, or else in a folder that goes away afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="bm-") as name:
        folder = Path(name)
        plant_path, recipe_path = quick_files(folder, on_time_s)
        plant = load_plant(plant_path)
        sim = SimThread(plant, load_recipe(recipe_path, plant.equipment), gas)
        sim.start()
        running = Live(folder, sim, plant_path, recipe_path, data or folder)
        try:
            before(running)
            running.start(program)
            yield running
        except BaseException:
            print(running.last_words())  # pytest shows it with the failure
            raise
        finally:
            running.end()
            sim.stop()
