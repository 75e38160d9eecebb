"""Simulator, controller and HMI as three processes of one command, started and ended in order.

The order of ending matters: the controller writes the DEAD image while the plant still listens.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from controller.errors import StartError

START_S: Final = 20.0
END_S: Final = 6.0
POLL_S: Final = 0.05
HMI_RESTARTS: Final = 3
# The page steps back behind the scan, as in the systemd units, and behind the mill: a simulated
# one that is kept waiting looks like lost devices. Only root may put one before others.
NICENESS: Final = {"sim": -5, "control": -5, "hmi": 5}
_PR_SET_PDEATHSIG: Final = 1


def _end_with_parent() -> None:
    """In the child: end when the parent is gone, so that nothing is left behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Setup:
    """What to start. `page_port` 0 takes a free one. Without `accounts` (a folder) there are none
    yet, and those that are made are gone at the end; so is the record without `record`.

    A `supervised` controller that fails is started again; when it stays down, the page says so.
    """

    plant_path: Path
    recipe: str
    speed: float
    seed: int
    page_port: int
    recipes: Path | None = None
    training_socket: Path | None = None
    accounts: Path | None = None
    record: Path | None = None
    supervised: bool = False


@dataclass(slots=True)
class _Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass(slots=True)
class Processes:
    """A context manager: inside it all three run, afterwards none does.

    `farewell` is then the last line that the controller said; `down` has the last words of a
    controller that stays down.
    Raises StartError when one of them does not come up; its last words are in the message.
    """

    setup: Setup
    folder: Path = field(init=False)
    farewell: str = field(init=False, default="")
    down: dict[str, str] = field(init=False, default_factory=dict)
    _children: dict[str, _Child] = field(init=False, default_factory=dict)
    _hmi_restarts: int = field(init=False, default=0)
    _told: int = field(init=False, default=0)

    @property
    def socket(self) -> Path:
        """The controller's door."""
        return self.folder / "door.sock"

    @property
    def training_socket(self) -> Path:
        """Where the simulator takes faults, unless the setup says otherwise."""
        return self.setup.training_socket or self.folder / "training.sock"

    @property
    def _truth(self) -> Path:
        return self.folder / "truth.json"

    def true_peak(self, name: str) -> float | None:
        """The simulator's own highest value of the run, None while it has told none."""
        if not self._truth.exists():
            return None
        return float(json.loads(self._truth.read_text(encoding="utf-8"))[name])

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="blademill-"))
        try:
            self._start_all()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def _start_all(self) -> None:
        setup = self.setup
        addresses = self.folder / "addresses.json"
        plant, speed = str(setup.plant_path), str(setup.speed)
        record = str(setup.record or self.folder)
        self._start(
            "sim",
            *("sim", "--plant", plant, "--recipe", setup.recipe, "--speed", speed),
            *("--seed", str(setup.seed), "--ephemeral", "--addresses-out", str(addresses)),
            *("--truth-out", str(self._truth)),
            *("--training-socket", str(self.training_socket)),
        )
        # The page needs nobody to start: it waits for the controller as long as it takes.
        self._start_hmi()
        self._wait("sim", addresses.exists)
        self._start(
            "control",
            *("supervise" if setup.supervised else "control",),
            *("--plant", plant, "--addresses", str(addresses)),
            *("--socket", str(self.socket), "--data", record, "--speed", speed),
        )
        self._wait("control", self.socket.exists)
        self._wait("hmi", lambda: "Operator page" in self._words("hmi"))

    def _start_hmi(self) -> None:
        shelf = ["--recipes", str(self.setup.recipes)] if self.setup.recipes else []
        page = str(self.setup.page_port)
        data = str(self.setup.accounts or self.folder)
        self._start(
            "hmi",
            *("hmi", "--socket", str(self.socket), "--port", page, "--data", data),
            *("--training-socket", str(self.training_socket)),
            *shelf,
        )

    def _start(self, name: str, *args: str) -> None:
        log = self.folder / f"{name}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(  # noqa: S603  our own program, fixed arguments
                [sys.executable, "-m", "controller", *args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # Ctrl-C must reach the parent alone, which then ends the three in their order.
                start_new_session=True,
                preexec_fn=_end_with_parent,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS[name])
        self._children[name] = _Child(name, process, log)

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_S
        while not ready():
            if self._children[name].process.poll() is not None:
                raise StartError(f"{name} ended at once: {self._last_words(name)}")
            if time.monotonic() > deadline:
                raise StartError(f"{name} did not come up: {self._last_words(name)}")
            time.sleep(POLL_S)

    def _words(self, name: str) -> str:
        return self._children[name].log.read_text(encoding="utf-8", errors="replace")

    def _last_words(self, name: str) -> str:
        lines = self._words(name).strip().splitlines()
        return lines[-1] if lines else "(it said nothing)"

    def page_lines(self) -> list[str]:
        """What the page's process has told people since the last call: address, set-up code.

        Its log lines, which begin with a date, stay in the log.
        """
        words = self._words("hmi")
        fresh, self._told = words[self._told :], len(words)
        return [line for line in fresh.splitlines() if line and not line[0].isdigit()]

    def watch(self) -> None:
        """Looks after the three: a page that died is started again, the others must not die.

        Raises StartError when the simulator or an unsupervised controller has ended, or the page
        for ever. A supervised controller that stays down is left so: the page says why.
        """
        for name in ("control", "sim"):
            if self._children[name].process.poll() is not None and name not in self.down:
                if name == "control" and self.setup.supervised:
                    self.down = {name: self._last_words(name)}
                    continue
                raise StartError(f"{name} has ended: {self._last_words(name)}")
        if self._children["hmi"].process.poll() is not None:
            self._hmi_restarts += 1
            if self._hmi_restarts > HMI_RESTARTS:
                raise StartError(f"hmi ends again and again: {self._last_words('hmi')}")
            said = len(self._words("hmi"))
            self._start_hmi()
            self._wait("hmi", lambda: "Operator page" in self._words("hmi")[said:])

    def pid(self, name: str) -> int:
        """Process id of "sim", "control" or "hmi"."""
        return self._children[name].process.pid

    def end(self) -> None:
        """Ends page, controller and simulator, in this order, and removes the folder."""
        for name in ("hmi", "control", "sim"):
            child = self._children.get(name)
            if child is not None:
                _end(child.process)
        self.farewell = self._last_words("control") if "control" in self._children else ""
        self._children.clear()
        shutil.rmtree(self.folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
