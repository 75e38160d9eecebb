"""What the controller tells the plant, whole, in every scan.

Every field is built so that zero is the safe value: the plant is wired for it (valves that must
fail open carry coils that shut them, the lock needs power to release).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from controller.core.states import State
from controller.core.value import Value


@dataclass(slots=True, init=False)
class Outputs(Value):
    """One output image. `rotor_rpm` is a speed set point, `argon_flow_slpm` a flow set point."""

    run: Final[bool]
    rotor_rpm: Final[float]
    run_permit: Final[bool]
    argon_flow_slpm: Final[float]
    supply_open: Final[bool]
    exhaust_shut: Final[bool]  # also shuts the orifice bleed: both are normally open on one coil
    vent_open: Final[bool]  # bypass of the exhaust check valve, to the scrubber
    lid_unlock: Final[bool]
    cooling_shut: Final[bool]
    drive_fault_reset: Final[bool]  # clears a latched drive fault; turns nothing
    beacon: Final[bool]
    horn: Final[bool]

    def __init__(
        self,
        run: bool = False,
        rotor_rpm: float = 0.0,
        run_permit: bool = False,
        argon_flow_slpm: float = 0.0,
        supply_open: bool = False,
        exhaust_shut: bool = False,
        vent_open: bool = False,
        lid_unlock: bool = False,
        cooling_shut: bool = False,
        drive_fault_reset: bool = False,
        beacon: bool = False,
        horn: bool = False,
    ) -> None:
        self.run = run
        self.rotor_rpm = rotor_rpm
        self.run_permit = run_permit
        self.argon_flow_slpm = argon_flow_slpm
        self.supply_open = supply_open
        self.exhaust_shut = exhaust_shut
        self.vent_open = vent_open
        self.lid_unlock = lid_unlock
        self.cooling_shut = cooling_shut
        self.drive_fault_reset = drive_fault_reset
        self.beacon = beacon
        self.horn = horn

    def asking(self, rotor_rpm: float, argon_flow_slpm: float) -> Outputs:
        """The same image with these set points."""
        return Outputs(
            self.run,
            rotor_rpm,
            self.run_permit,
            argon_flow_slpm,
            self.supply_open,
            self.exhaust_shut,
            self.vent_open,
            self.lid_unlock,
            self.cooling_shut,
            self.drive_fault_reset,
            self.beacon,
            self.horn,
        )

    @property
    def spins(self) -> bool:
        """Whether anything in this image may turn the blade."""
        return self.run or self.run_permit or self.rotor_rpm > 0.0


DEAD: Final = Outputs()
"""Nobody drives. The first image that any process writes, and the last."""

# States in which argon only keeps or makes the atmosphere safe.
_ARGON_PROTECTS: Final = frozenset(
    {
        State.COMPLETING,
        State.COMPLETE,
        State.PAUSED,
        State.HOLDING,
        State.HELD,
        State.STOPPING,
        State.STOPPED,
        State.ABORTING,
        State.ABORTED,
    }
)


def safer(a: Outputs, b: Outputs) -> Outputs:
    """The image that asks of the plant no more than either does; whoever warns goes on warning."""
    return Outputs(
        run=a.run and b.run,
        rotor_rpm=min(a.rotor_rpm, b.rotor_rpm),
        run_permit=a.run_permit and b.run_permit,
        argon_flow_slpm=min(a.argon_flow_slpm, b.argon_flow_slpm),
        supply_open=a.supply_open and b.supply_open,
        exhaust_shut=a.exhaust_shut and b.exhaust_shut,
        vent_open=a.vent_open and b.vent_open,
        lid_unlock=a.lid_unlock and b.lid_unlock,
        cooling_shut=a.cooling_shut and b.cooling_shut,
        drive_fault_reset=a.drive_fault_reset and b.drive_fault_reset,
        beacon=a.beacon or b.beacon,
        horn=a.horn or b.horn,
    )


def until_recorded(sent: Outputs, wanted: Outputs, state: State) -> Outputs:
    """What of `wanted` may be sent before the record has it; `sent` is what the plant has now.

    What adds energy, gas or access waits, what makes safer does not (I17). Nor does argon where it
    protects: a full disk must not let air into the powder.
    """
    image = safer(sent, wanted)
    if state in _ARGON_PROTECTS:
        image = replace(
            image, argon_flow_slpm=wanted.argon_flow_slpm, supply_open=wanted.supply_open
        )
    return replace(image, beacon=wanted.beacon, horn=wanted.horn)
