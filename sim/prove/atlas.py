"""What a fault may hide from every sensor there is: which truths cannot be asked for under it.

A bridged guard switch, a lying pressure transmitter or a blocked relief valve cannot be seen by
any software; the hard-wired layer is there for them. What holds for any input is asked for always.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_STOPPED: Final = ("scan_", "heartbeat_", "comm_outputs", "comm_drive", "second_master")

# For each truth the beginnings of the names of the faults that put it out of reach.
OUTSIDE: Final[dict[str, tuple[str, ...]]] = {
    "I1 truth": ("lid_", "lock_", "comm_safety_inputs", *_STOPPED),
    "I2 truth": ("standstill_contact", "comm_safety_inputs", *_STOPPED),
    "I5 truth": (
        "pressure_",
        "exhaust_",
        "relief_",
        "supply_stuck_open",
        "vent_",
        "ambient_",
        "comm_",
        *_STOPPED,
    ),
    "I5 relief": ("relief_",),
    "I6 truth": ("pressure_", "ambient_", "comm_process_inputs", "scan_"),
    "I12 truth": ("rotor_", *_STOPPED),
    "I13 truth": (
        "powder_",
        "jar_",
        "exotherm",
        "motor_",
        "belt_",
        "drive_",
        "torque_",
        "comm_process_inputs",
        *_STOPPED,
    ),
    "I15 truth": (),
    "I16 truth": ("comm_", "scan_", "heartbeat_"),
}


def within_reach(names: Iterable[str]) -> frozenset[str]:
    """The truths that can be asked for while these faults are there."""
    present = tuple(names)
    return frozenset(
        truth
        for truth, beginnings in OUTSIDE.items()
        if not any(name.startswith(beginnings) for name in present if beginnings)
    )
