"""What the controller tells the plant, whole, in every scan.

Every field is built so that zero is the safe value: the plant is wired for it (valves that must
fail open carry coils that shut them, the lock needs power to release).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Outputs:
    """One output image. `rotor_rpm` is a speed set point, `argon_flow_slpm` a flow set point."""

    run: bool = False
    rotor_rpm: float = 0.0
    run_permit: bool = False
    argon_flow_slpm: float = 0.0
    supply_open: bool = False
    exhaust_shut: bool = False  # also shuts the orifice bleed: both are normally open on one coil
    vent_open: bool = False  # bypass of the exhaust check valve, to the scrubber
    lid_unlock: bool = False
    cooling_shut: bool = False
    drive_fault_reset: bool = False  # clears a latched drive fault; turns nothing
    beacon: bool = False
    horn: bool = False

    @property
    def spins(self) -> bool:
        """Whether anything in this image may turn the blade."""
        return self.run or self.run_permit or self.rotor_rpm > 0.0


DEAD: Final = Outputs()
"""Nobody drives. The first image that any process writes, and the last."""
