"""The shipped controller, whose scan hangs for ever at SIGUSR1 while everything else lives on."""

from __future__ import annotations

import signal
import sys
import threading

import controller.cycle
from controller.cli import main

HANG = threading.Event()
_scan = controller.cycle.scan


def scan(*args: object) -> object:
    if HANG.is_set():
        threading.Event().wait()
    return _scan(*args)  # type: ignore[arg-type]


if __name__ == "__main__":
    controller.cycle.scan = scan  # type: ignore[assignment]
    signal.signal(signal.SIGUSR1, lambda *_: HANG.set())
    sys.argv[0] = "blademill"
    main()
