"""Transmitters that fail: every kind of lie for every analog signal that something hangs on.

What has to come of it is stated for each signal once: what its being UNKNOWN demands, what a
reading beyond its limits demands, and how long a frozen one may go unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from controller.core.signals import NAN, Quality, Signal
from sim.faults.effects import ages, is_bad, lies
from sim.faults.lies import (
    Intermittent,
    Lie,
    Slow,
    Stuck,
    adds,
    drifts,
    saturating,
    spikes,
    states,
)
from sim.faults.model import (
    CALM,
    NOTHING,
    REFUSE,
    Fault,
    Table,
    Value,
    changed,
    hold,
    later,
    table,
    trip,
    warn,
)

LOOSE_S: Final = 3.0  # a loose contact has shown itself by then
FROZEN_S: Final = 65.0  # a minute without the least change, and a little


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One transmitter: its range, values that matter, and what has to come of its failures.

    `unknown` is for a value that cannot be used, `beyond` for one past its limits on the side of
    `wrong`. `whole` sensors fail in every way, the others only in the ways that differ.
    """

    prefix: str
    signal: Signal
    label: str
    hazard: str
    unit: str
    low: float
    high: float
    wrong: float
    unknown: Table
    beyond: Table
    whole: bool = False
    stuck: Table = NOTHING
    bias: float = 0.0
    biased: Table = NOTHING
    spike: float = 0.0
    spiked: Table = NOTHING
    at_top: Table = NOTHING
    at_bottom: Table = NOTHING


_GAS_UNKNOWN: Final = table(start=REFUSE, testing=REFUSE, turning=hold(2.0), after=warn(10.0))
_GAS_STUCK: Final = table(testing=REFUSE, turning=hold(FROZEN_S))
_GAS_BEYOND: Final = table(testing=REFUSE, turning=hold(5.0), after=warn(10.0))
_H2S_BEYOND: Final = table(
    testing=(warn(5.0), REFUSE), turning=trip(1.0), after=trip(1.0), release=REFUSE
)
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
        yield from _plain(sensor)
        if sensor.whole:
            yield from _whole(sensor)


def _plain(s: Sensor) -> Iterator[Fault]:
    def ranged(lie: Callable[[float], Lie]) -> Callable[[float], Lie]:
        return lambda value: saturating(lie(value), s.low, s.high)

    def fault(
        kind: str, catalogue: str, text: str, made: Callable[[float], Lie], expected: Table,
        value: Value | None = None,
    ) -> Fault:  # fmt: skip
        return Fault(
            name=f"{s.prefix}_{kind}",
            catalogue=catalogue,
            hazard=s.hazard,
            text=f"{s.label}: {text}",
            begin=lies(s.signal, made),
            expected=expected,
            value=value,
        )

    yield fault("stuck", "S1", "stays at what it reads when the fault begins.",
                lambda _: Stuck(), s.stuck)  # fmt: skip
    yield fault("nan", "S4", "the sensor is broken or burnt out: not a number.",
                lambda _: states(NAN), s.unknown)  # fmt: skip
    yield fault("wrong", "S5", "reads VALUE, whatever is true.", ranged(states), s.beyond,
                Value(s.unit, s.wrong, s.low, s.high))  # fmt: skip
    yield fault("intermittent", "S12", "VALUE percent of the readings are not a number.",
                lambda percent: Intermittent(percent / 100.0), later(s.unknown, LOOSE_S),
                Value("%", 50.0, 1.0, 100.0))  # fmt: skip
    yield Fault(
        name=f"{s.prefix}_stale",
        catalogue="S6",
        hazard=s.hazard,
        text=f"{s.label}: the device answers, but without new samples; the last one grows old.",
        begin=ages(s.signal),
        expected=s.unknown,
        ages=(s.signal,),
    )


def _whole(s: Sensor) -> Iterator[Fault]:
    span = s.high - s.low

    def fault(
        kind: str, catalogue: str, text: str, made: Callable[[float], Lie], expected: Table,
        value: Value | None = None,
    ) -> Fault:  # fmt: skip
        def ranged(value: float) -> Lie:
            return saturating(made(value), s.low, s.high)

        return Fault(
            name=f"{s.prefix}_{kind}",
            catalogue=catalogue,
            hazard=s.hazard,
            text=f"{s.label}: {text}",
            begin=lies(s.signal, ranged),
            expected=expected,
            value=value,
        )

    yield fault("drift", "S2", "is wrong by a factor that grows to VALUE within ten minutes.",
                drifts, NOTHING, Value("times", 1.3, 0.1, 10.0))  # fmt: skip
    yield fault("spike", "S3", "jumps once by VALUE for two or three scans.", spikes, s.spiked,
                Value(s.unit, s.spike, -span, span))  # fmt: skip
    yield fault("over_range", "S5", "saturates at the top of its range.",
                lambda _: states(2.0 * s.high + span), s.at_top)  # fmt: skip
    yield fault("under_range", "S5", "saturates at the bottom of its range.",
                lambda _: states(s.low - span), s.at_bottom)  # fmt: skip
    yield fault("bias", "S9", "reads VALUE more than is true.", adds, s.biased,
                Value(s.unit, s.bias, -span, span))  # fmt: skip
    yield fault("slow", "S1", "follows with a lag of VALUE.", Slow, NOTHING,
                Value("s", 60.0, 0.1, 3600.0))  # fmt: skip
    yield Fault(
        name=f"{s.prefix}_bad",
        catalogue="S7",
        hazard=s.hazard,
        text=f"{s.label}: the device marks its value as not to be used (in calibration).",
        begin=is_bad(s.signal, Quality.UNCERTAIN),
        expected=s.unknown,
    )
