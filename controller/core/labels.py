"""What phases are called on pages and in events."""

from __future__ import annotations

from typing import Final

from controller.core.recipe import (
    CoolDown,
    LeakTest,
    MillHold,
    MillPulse,
    Phase,
    ProveInert,
    Purge,
    SafeToOpen,
)

_NAMES: Final[dict[type[Phase], str]] = {
    LeakTest: "Leak test",
    Purge: "Argon purge",
    ProveInert: "Prove inert atmosphere",
    CoolDown: "Cool down",
    SafeToOpen: "Make safe to open",
}


def phase_label(phase: Phase) -> str:
    """The name of a phase for people."""
    if isinstance(phase, MillPulse):
        return f"Mill in pulses at {phase.rotor_rpm:g} rpm"
    if isinstance(phase, MillHold):
        return f"Mill at {phase.rotor_rpm:g} rpm"
    return _NAMES[type(phase)]
