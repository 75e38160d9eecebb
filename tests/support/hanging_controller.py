"""The shipped controller, which can be made to stand still.

SIGUSR1: the scan hangs for ever, everything else lives on. SIGUSR2: a garbage collection that takes
5 s and holds the interpreter, so that no thread of the process runs.
"""

from __future__ import annotations

import ctypes
import gc
import signal
import sys
import threading
from typing import Final

import controller.cycle
from controller.cli import main

COLLECTION_S: Final = 5.0
HANG = threading.Event()
_scan = controller.cycle.scan


def scan(*args: object) -> object:
    if HANG.is_set():
        threading.Event().wait()
    return _scan(*args)  # type: ignore[arg-type]


def collect_long(*_: object) -> None:
    def hold(phase: str, info: dict[str, int]) -> None:
        del info
        if phase == "stop":
            # PyDLL, unlike CDLL, does not let go of the interpreter.
            ctypes.PyDLL(None).usleep(int(1e6 * COLLECTION_S))

    gc.callbacks.append(hold)
    gc.collect()
    gc.callbacks.remove(hold)


if __name__ == "__main__":
    controller.cycle.scan = scan  # type: ignore[assignment]
    signal.signal(signal.SIGUSR1, lambda *_: HANG.set())
    signal.signal(signal.SIGUSR2, collect_long)
    sys.argv[0] = "blademill"
    main()
