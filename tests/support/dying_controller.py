"""The shipped controller, which kills itself with SIGKILL in the state that argv[1] names.

It waits in that state until the blade was set to turn at the rpm of argv[2] in the scan before.
"""

from __future__ import annotations

import os
import signal
import sys

import controller.cycle
from controller.cli import main
from controller.core.state import Decision, ScanState
from controller.core.states import State

STATE, RPM = State(sys.argv.pop(1)), float(sys.argv.pop(1))
# In IDLE it begins: let the plant be known first.
SCANS = 30 if STATE is State.IDLE else 1
_scan = controller.cycle.scan
_seen = 0


def scan(before: ScanState, *args: object) -> Decision:
    global _seen
    decision = _scan(before, *args)  # type: ignore[arg-type]
    if decision.state.state is STATE and before.outputs.rotor_rpm >= RPM:
        _seen += 1
        if _seen >= SCANS:
            os.kill(os.getpid(), signal.SIGKILL)
    return decision


if __name__ == "__main__":
    controller.cycle.scan = scan  # type: ignore[assignment]
    sys.argv[0] = "blademill"
    main()
