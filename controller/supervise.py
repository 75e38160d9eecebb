"""Starts a controller again that failed, a few times, and then lets it stay down and says so.

A controller that was told to end, or that refused to begin, is not started again; one that says
nothing while it should is ended first. What has crashed four times in ten minutes will crash a
fifth time, and a person is needed.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from controller.edge.clock import monotonic_s, utc_text
from controller.edge.notify import READY, STOPPING

RESTARTS: Final = 3
WINDOW_S: Final = 600.0
START_S: Final = 30.0
SILENCE_S: Final = 2.0
END_S: Final = 10.0
ABORT_S: Final = 1.0
LOOK_S: Final = 0.2
REFUSED: Final = (1, 2)  # exit codes of a controller that never began: the same again would be too
EXIT_STAYS_DOWN: Final = 69
_PR_SET_PDEATHSIG: Final = 1

log = logging.getLogger("blademill.supervisor")


def may_restart(restarts_s: Sequence[float], now_s: float) -> bool:
    """Whether what failed at `now_s` is started again, after restarts at these times."""
    return sum(now_s - at_s < WINDOW_S for at_s in restarts_s) < RESTARTS


def end_with_parent() -> None:
    """In a child process: be told to end when the parent is gone, so that nothing is left."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Supervisor:
    """Runs `command`, a controller, again and again. It must speak to `NOTIFY_SOCKET`.

    `notice` is the file that says that the controller stays down, for whoever shows it.
    """

    command: Sequence[str]
    notice: Path | None
    _told_to_end: bool = field(init=False, default=False)
    _ready: bool = field(init=False, default=False)
    _child: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def run(self) -> int:
        """Until the controller ends cleanly, refuses to begin, or stays down; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        if self.notice is not None:
            self.notice.unlink(missing_ok=True)
        restarts_s: list[float] = []
        while True:
            code = self._one()
            refused = code in REFUSED and not self._ready
            if self._told_to_end or code == 0 or (refused and not restarts_s):
                return code
            now_s = monotonic_s()
            if refused or not may_restart(restarts_s, now_s):
                return self._stay_down(code, len(restarts_s))
            restarts_s.append(now_s)
            log.error("the controller failed (%s), started again", _how(code))

    def _one(self) -> int:
        """One life of the controller; its exit code."""
        address = f"@blademill-{secrets.token_hex(8)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as words:
            words.bind(address.replace("@", "\0", 1))
            words.settimeout(LOOK_S)
            self._ready = False
            self._child = child = subprocess.Popen(  # noqa: S603  our own program
                self.command,
                env={**os.environ, "NOTIFY_SOCKET": address},
                preexec_fn=end_with_parent,
            )
            if self._told_to_end:
                child.terminate()
            self._listen(child, words)
        return child.wait()

    def _listen(self, child: subprocess.Popen[bytes], words: socket.socket) -> None:
        """Until it ends, or says nothing for longer than it may."""
        heard_s, ending = time.monotonic(), False
        while child.poll() is None:
            try:
                word = words.recv(256).decode()
            except TimeoutError:
                word = ""
            now_s = time.monotonic()
            self._ready = self._ready or word == READY
            ending = ending or self._told_to_end or word == STOPPING
            if word:
                heard_s = now_s
            patience_s = END_S if ending else SILENCE_S if self._ready else START_S
            if now_s - heard_s > patience_s:
                log.critical("the controller says nothing for %g s and is ended", patience_s)
                _abort(child)

    def _end(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._told_to_end = True
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def _stay_down(self, code: int, restarts: int) -> int:
        text = (
            f"The controller failed again after {restarts} restarts and stays down; the last time:"
            f" {_how(code)}. Look at the vessel and at the log before you start it."
        )
        log.critical("%s", text)
        if self.notice is not None:
            self.notice.write_text(json.dumps({"text": text, "utc": utc_text()}), encoding="utf-8")
        return EXIT_STAYS_DOWN


def _abort(child: subprocess.Popen[bytes]) -> None:
    """SIGABRT first: a process that can still take it says where it was."""
    child.send_signal(signal.SIGABRT)
    try:
        child.wait(ABORT_S)
    except subprocess.TimeoutExpired:
        child.kill()


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
