"""All faults by name, and by what fails."""

from __future__ import annotations

from typing import Final

from sim.faults.actuators import actuator_faults
from sim.faults.communication import communication_faults
from sim.faults.contacts import contact_faults
from sim.faults.drive import drive_faults
from sim.faults.gas import gas_faults
from sim.faults.heat import heat_faults
from sim.faults.model import Fault
from sim.faults.process import process_faults
from sim.faults.room import room_faults
from sim.faults.sensors import sensor_faults

FAMILIES: Final[dict[str, tuple[Fault, ...]]] = {
    "Transmitters": tuple(sensor_faults()),
    "Contacts and words of the drive": tuple(contact_faults()),
    "Valves, pumps, lid and lock": tuple(actuator_faults()),
    "Gas": tuple(gas_faults()),
    "Heat": tuple(heat_faults()),
    "Drive, rotor and second masters": tuple(drive_faults()),
    "Room, mains and people": tuple(room_faults()),
    "Communication": tuple(communication_faults()),
    "Controller": tuple(process_faults()),
}

CATALOGUE: Final[dict[str, Fault]] = {
    fault.name: fault for faults in FAMILIES.values() for fault in faults
}
