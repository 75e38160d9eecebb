"""Transmitters that fail: every kind of lie for every analog signal that something hangs on.

What has to come of it is stated for each signal once: what its being UNKNOWN demands, what a
reading beyond its limits demands, and how long a frozen one may go unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controller.core.signals import Signal
from sim.faults.model import (
    CALM,
    NOTHING,
    REFUSE,
    Fault,
    changed,
    hold,
    table,
    trip,
    warn,
)
from sim.faults.sensor_kinds import Sensor, failures_of

FROZEN_S: Final = 65.0  # a minute without the least change, and a little

_GAS_UNKNOWN: Final = table(start=REFUSE, testing=REFUSE, turning=hold(2.0), after=warn(10.0))
_GAS_STUCK: Final = table(testing=REFUSE, turning=hold(FROZEN_S))
_GAS_BEYOND: Final = table(testing=REFUSE, turning=hold(5.0), after=warn(10.0))
# Before the atmosphere is proven a docked jar holds tens of ppm, and an alarm would say nothing:
# what counts is that the blade is refused.
_H2S_BEYOND: Final = table(testing=REFUSE, turning=trip(1.0), after=trip(1.0), release=REFUSE)
_PRESSURE_UNKNOWN: Final = table(start=REFUSE, batch=hold(0.5), turning=trip(0.3), release=REFUSE)
_COVER_LOST: Final = table(testing=REFUSE, turning=hold(0.2), after=warn(2.0))
_HOT_UNKNOWN: Final = table(start=REFUSE, testing=REFUSE, turning=hold(2.0), after=warn(10.0))
_HOT: Final = table(start=REFUSE, testing=REFUSE, turning=trip(1.0), after=warn(2.0))
_MOTOR_UNKNOWN: Final = table(start=REFUSE, testing=REFUSE, turning=hold(2.0))
_ROTOR_UNKNOWN: Final = table(start=REFUSE, testing=REFUSE, driven=trip(0.3), rest=hold(2.0))
_ROTOR_FAST: Final = table(
    start=REFUSE, testing=REFUSE, driven=trip(0.1), rest=trip(0.3), release=REFUSE
)
_ROTOR_FASTER: Final = table(start=REFUSE, testing=REFUSE, driven=trip(0.5), rest=hold(15.0))
_ROTOR_SLOWER: Final = table(driven=hold(3.0))
# The set point next moves at the end of a pulse or of a rest: half a minute or a minute.
_ROTOR_STUCK: Final = table(spin_up=trip(3.5), mill=trip(40.0), rest=trip(70.0))
_ROOM_DANGER: Final = table(start=REFUSE, batch=trip(1.0), release=warn(1.0))
_ARGON_LOST: Final = table(
    start=REFUSE, testing=hold(2.0), leak=REFUSE, turning=hold(2.0), after=warn(10.0)
)
_FLOW_WRONG: Final = table(testing=REFUSE, purge=hold(2.0), turning=hold(2.0), after=warn(10.0))
_COOLING_LOST: Final = table(start=REFUSE, testing=REFUSE, turning=hold(5.0))

SENSORS: Final = (
    Sensor(
        prefix="o2",
        signal=Signal.O2_PPM,
        label="Headspace O2",
        hazard="H3 H4",
        unit="ppm",
        low=0.0,
        high=1000.0,
        whole=True,
        unknown=_GAS_UNKNOWN,
        wrong=60.0,
        beyond=_GAS_BEYOND,
        stuck=_GAS_STUCK,
        bias=-5.0,
        spike=500.0,
        spiked=table(turning=CALM),
        at_top=_GAS_BEYOND,
    ),
    Sensor(
        prefix="moisture",
        signal=Signal.FROST_POINT_C,
        label="Frost point",
        hazard="H3",
        unit="°C",
        low=-80.0,
        high=20.0,
        whole=True,
        unknown=_GAS_UNKNOWN,
        wrong=-35.0,
        beyond=_GAS_BEYOND,
        stuck=_GAS_STUCK,
        bias=-5.0,
        spike=40.0,
        spiked=table(turning=CALM),
        at_top=_GAS_BEYOND,
    ),
    Sensor(
        prefix="h2s",
        signal=Signal.H2S_PPM,
        label="Headspace H2S",
        hazard="H3",
        unit="ppm",
        low=0.0,
        high=100.0,
        whole=True,
        unknown=changed(_GAS_UNKNOWN, release=REFUSE),
        wrong=60.0,
        beyond=_H2S_BEYOND,
        stuck=_GAS_STUCK,
        bias=-5.0,
        spike=90.0,
        spiked=table(turning=CALM),
        at_top=_H2S_BEYOND,
    ),
    Sensor(
        prefix="pressure",
        signal=Signal.VESSEL_PRESSURE_MBAR_G,
        label="Vessel pressure",
        hazard="H5",
        unit="mbar",
        low=-100.0,
        high=600.0,
        whole=True,
        unknown=_PRESSURE_UNKNOWN,
        wrong=300.0,
        beyond=table(start=REFUSE, batch=trip(0.1), release=REFUSE),
        stuck=table(turning=hold(FROZEN_S)),
        bias=-40.0,
        biased=_COVER_LOST,
        spike=400.0,
        spiked=table(batch=trip(0.1)),
        at_top=table(start=REFUSE, batch=trip(0.1), release=REFUSE),
        at_bottom=_COVER_LOST,
    ),
    Sensor(
        prefix="powder",
        signal=Signal.POWDER_PROBE_C,
        label="Powder probe",
        hazard="H8",
        unit="°C",
        low=-20.0,
        high=150.0,
        whole=True,
        unknown=changed(_HOT_UNKNOWN, release=REFUSE),
        wrong=65.0,
        beyond=changed(_HOT, release=REFUSE),
        bias=-10.0,
        spike=60.0,
        spiked=table(turning=CALM),
        at_top=changed(_HOT, release=REFUSE),
    ),
    Sensor(
        prefix="jar",
        signal=Signal.JAR_C,
        label="Jar temperature",
        hazard="H8",
        unit="°C",
        low=-20.0,
        high=150.0,
        whole=True,
        unknown=_HOT_UNKNOWN,
        wrong=65.0,
        beyond=_HOT,
        bias=-10.0,
        spike=60.0,
        spiked=table(turning=CALM),
        at_top=_HOT,
    ),
    Sensor(
        prefix="rotor",
        signal=Signal.ROTOR_RPM,
        label="Rotor speed",
        hazard="H7",
        unit="rpm",
        low=0.0,
        high=24_000.0,
        whole=True,
        unknown=_ROTOR_UNKNOWN,
        wrong=13_000.0,
        beyond=_ROTOR_FAST,
        stuck=_ROTOR_STUCK,
        bias=500.0,
        biased=_ROTOR_FASTER,
        spike=20_000.0,
        spiked=table(driven=trip(0.1)),
        at_top=_ROTOR_FAST,
        at_bottom=_ROTOR_SLOWER,
    ),
    Sensor(
        prefix="room_o2",
        signal=Signal.ROOM_O2_PERCENT,
        label="Room O2",
        hazard="H6",
        unit="%",
        low=0.0,
        high=25.0,
        whole=True,
        unknown=_ROOM_DANGER,
        wrong=17.0,
        beyond=_ROOM_DANGER,
        bias=1.0,
        spike=-10.0,
        spiked=table(batch=CALM),
        at_bottom=_ROOM_DANGER,
    ),
    Sensor(
        prefix="room_h2s",
        signal=Signal.ROOM_H2S_PPM,
        label="Room H2S",
        hazard="H3",
        unit="ppm",
        low=0.0,
        high=50.0,
        whole=True,
        unknown=_ROOM_DANGER,
        wrong=6.0,
        beyond=_ROOM_DANGER,
        bias=-1.0,
        spike=20.0,
        spiked=table(batch=CALM),
        at_top=_ROOM_DANGER,
    ),
    Sensor(
        prefix="ambient",
        signal=Signal.AMBIENT_PRESSURE_MBAR_ABS,
        label="Ambient pressure",
        hazard="H10",
        unit="mbar",
        low=800.0,
        high=1200.0,
        unknown=_GAS_UNKNOWN,
        wrong=900.0,
        beyond=NOTHING,
    ),
    Sensor(
        prefix="argon_supply",
        signal=Signal.ARGON_SUPPLY_BAR_G,
        label="Argon cylinder pressure",
        hazard="H3",
        unit="bar",
        low=0.0,
        high=250.0,
        unknown=_ARGON_LOST,
        wrong=1.0,
        beyond=_ARGON_LOST,
    ),
    Sensor(
        prefix="argon_flow",
        signal=Signal.ARGON_FLOW_SLPM,
        label="Argon flow",
        hazard="H3",
        unit="slpm",
        low=0.0,
        high=100.0,
        unknown=changed(_FLOW_WRONG, start=REFUSE),
        wrong=0.0,
        beyond=_FLOW_WRONG,
    ),
    Sensor(
        prefix="sample_flow",
        signal=Signal.SAMPLE_FLOW_SLPM,
        label="Sample flow",
        hazard="H10",
        unit="slpm",
        low=0.0,
        high=2.0,
        unknown=changed(_GAS_UNKNOWN, release=REFUSE),
        wrong=0.0,
        beyond=changed(_GAS_UNKNOWN, release=REFUSE),
    ),
    Sensor(
        prefix="cooling_flow",
        signal=Signal.COOLING_FLOW_LPM,
        label="Cooling flow",
        hazard="H8",
        unit="L/min",
        low=0.0,
        high=100.0,
        unknown=_COOLING_LOST,
        wrong=0.0,
        beyond=_COOLING_LOST,
    ),
    Sensor(
        prefix="motor",
        signal=Signal.MOTOR_C,
        label="Motor temperature",
        hazard="H8",
        unit="°C",
        low=0.0,
        high=200.0,
        unknown=_MOTOR_UNKNOWN,
        wrong=130.0,
        beyond=table(start=REFUSE, testing=REFUSE, driven=trip(1.0), rest=hold(5.0)),
    ),
    Sensor(
        prefix="torque",
        signal=Signal.TORQUE_NM,
        label="Torque",
        hazard="H8",
        unit="N m",
        low=0.0,
        high=1000.0,
        unknown=table(driven=hold(2.0)),
        wrong=1.5,
        beyond=table(driven=trip(0.5)),
    ),
)


def sensor_faults() -> Iterator[Fault]:
    """Every failure of every transmitter."""
    for sensor in SENSORS:
        yield from failures_of(sensor)
