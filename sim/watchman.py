"""Looks at the mill after every scan and says what may never be, whatever fails.

It shares nothing with the interlocks: it knows the image, what was sent, the state, and what is
true in the plant. Its numbers are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from controller.core.outputs import Outputs
from controller.core.signals import Signal
from controller.core.states import State
from sim.mill import Mill

STILL_RPM: Final = 20.0
RELIEF_MARGIN_MBAR: Final = 50.0
OVERSPEED: Final = 1.10
OVERSPEED_SCANS: Final = 5

_TRIPPED: Final = (State.ABORTING, State.ABORTED)
_AT_REST: Final = (
    *_TRIPPED,
    State.IDLE,
    State.HELD,
    State.STOPPED,
    State.COMPLETE,
    State.PAUSED,
    State.RESETTING,
)
_PROOFS: Final = (Signal.LID_CLOSED, Signal.LID_LOCKED, Signal.ESTOP_HEALTHY)


class Watchman:
    """`look` after each scan of one run; `unsafe` collects what was found, each kind once.

    `reset` is never given in the runs that it watches, so a trip has to last.
    """

    __slots__ = ("_kinds", "_relief_mbar", "_rpm_max", "_too_fast", "_tripped", "unsafe")

    def __init__(self, relief_mbar_g: float, rotor_rpm_max: float) -> None:
        self.unsafe: list[str] = []
        self._kinds: set[str] = set()
        self._relief_mbar = relief_mbar_g
        self._rpm_max = rotor_rpm_max
        self._tripped = False
        self._too_fast = 0

    def look(self, t_s: float, x: Sequence[float], sent: Outputs, state: State, mill: Mill) -> None:
        """One scan: the values of its image, the outputs that it sent, and the plant after it."""
        if sent.spins:
            self._look_at_blade(t_s, x, state)
        if sent.lid_unlock and (sent.spins or mill.rotor_rpm > STILL_RPM):
            self._found(t_s, "unlock", f"unlocked at {mill.rotor_rpm:.0f} rpm")
        if self._tripped and state not in _TRIPPED:
            self._found(t_s, "latch", f"the trip was let go: {state.value}")
        self._tripped = state in _TRIPPED
        gauge_mbar = mill.vessel.pressure_mbar - mill.ambient_mbar
        if gauge_mbar > self._relief_mbar + RELIEF_MARGIN_MBAR:
            self._found(t_s, "pressure", f"the vessel is at {gauge_mbar:.0f} mbar")
        fast = mill.rotor_rpm > OVERSPEED * self._rpm_max and sent.spins
        self._too_fast = self._too_fast + 1 if fast else 0
        if self._too_fast > OVERSPEED_SCANS:
            self._found(t_s, "overspeed", f"driven on at {mill.rotor_rpm:.0f} rpm")

    def _look_at_blade(self, t_s: float, x: Sequence[float], state: State) -> None:
        for signal in _PROOFS:
            if x[signal] != 1.0:
                self._found(t_s, f"spin {signal.name}", f"spins with {signal.name} = {x[signal]}")
        if state in _AT_REST:
            self._found(t_s, f"spin {state.name}", f"spins in {state.value}")

    def _found(self, t_s: float, kind: str, text: str) -> None:
        if kind not in self._kinds:
            self._kinds.add(kind)
            self.unsafe.append(f"UNSAFE at {t_s:.1f} s: {text}")
