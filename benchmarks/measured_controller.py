"""The shipped controller, which tells how late each of its scans was.

argv[1]: file for the lateness of each scan, in seconds, written at SIGUSR1 and begun anew.
argv[2]: "milling" or "idle". At SIGUSR2 a controller of the first sort is in the middle of a batch,
its blade turning, as often as it is asked: so that one batch serves many trials.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import controller.core.scan
import controller.cycle
import controller.edge.clock
from benchmarks.batch import milling
from controller.cli import main
from controller.core.commands import Command
from controller.core.signals import Image
from controller.core.state import Decision, ScanState

OUT, IN_BATCH = Path(sys.argv.pop(1)), sys.argv.pop(1) == "milling"
# Scans in which the outputs of that state are sent, whatever the plant says: it is put back too.
BLIND_SCANS = 6
_scan, _sleep_until = controller.core.scan.scan, controller.edge.clock.sleep_until
_late_s: list[float] = []
_saved: ScanState | None = milling()[0] if IN_BATCH else None
_blind = 0
_ahead_s = 0.0


def sleep_until(deadline_s: float) -> float:
    late_s = _sleep_until(deadline_s)
    _late_s.append(late_s)
    return late_s


def tell(*_: object) -> None:
    told, _late_s[:] = _late_s.copy(), []
    part = OUT.with_suffix(".part")
    part.write_text(json.dumps(told))
    part.rename(OUT)


def go_back(*_: object) -> None:
    global _blind
    _blind = BLIND_SCANS


def scan(
    before: ScanState, image: Image, commands: tuple[Command, ...], now_s: float, period_s: float
) -> Decision:
    global _blind, _ahead_s
    if _blind and _saved is not None:
        _blind -= 1
        _ahead_s = _saved.now_s - now_s
        return Decision(replace(_saved, version=before.version), _saved.outputs, [], [])
    return _scan(before, image, commands, now_s + _ahead_s, period_s)


if __name__ == "__main__":
    controller.cycle.scan = scan  # type: ignore[attr-defined]
    controller.cycle.sleep_until = sleep_until  # type: ignore[attr-defined]
    signal.signal(signal.SIGUSR1, tell)
    signal.signal(signal.SIGUSR2, go_back)
    os.environ["PYTHONUNBUFFERED"] = "1"
    sys.argv[0] = "blademill"
    main()
