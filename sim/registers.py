"""What the registers of a plant file's devices make of a value: scaled, rounded, cut to a range.

The plant in virtual time states and obeys exactly what the wire would carry, so that a dry run
shows nothing that the wire would hide. The wire's own codec is the truth; as every value of every
scan goes through here, what it does to a value within its range is written out once more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from controller.core.image import ALL_GOOD
from controller.core.outputs import Outputs
from controller.core.signals import SIGNALS, DriveState, Quality, Signal
from controller.core.value import Value
from controller.edge.codec import FULL_MA, SPAN_MA, ZERO_MA, Channel, Loop, Reading, Scaled
from controller.edge.plantfile import PlantFile
from controller.edge.registers import RawType

# x * F32 - (x * F32 - x) is x rounded to the 24 bits of a float32 (Veltkamp's splitting).
_F32: Final = 2.0**29 + 1.0
# x + WHOLE - WHOLE is x rounded to a whole number, halves to even, as `round` does it.
_WHOLE: Final = 1.5 * 2.0**52
LEAST_F32: Final = 2.0**-126  # the least that has all 24 bits
_A_LITTLE: Final = 1e-3
_INTEGERS: Final = (RawType.U16, RawType.I16, RawType.U32, RawType.I32)
_UNSCALED: Final = Scaled()


def carried(channel: Channel, value: float) -> Reading:
    """What is read from the words into which `value` was put, and its quality.

    A value beyond what fits is put in as the nearest that does. NaN in words that cannot say it
    stays NaN: a point that cannot be read.
    """
    codec, stated = channel.codec, channel.meaning.to_point(value)
    if math.isnan(stated) and not codec.point.type.can_be_nan:
        return math.nan, Quality.BAD_SENSOR
    low, high = codec.limits
    words: defaultdict[int, int] = defaultdict(int)
    codec.encode(words, 0, min(max(stated, low), high))
    return channel.decode(words, 0)


class _Ways(Value):
    """Channels by what their words do to a value: the usual ways are written out.

    A float32 has fewer digits the nearer it is to 0 below 1e-38. No transmitter states such values;
    with `least` what is lower goes through the codec.
    """

    __slots__ = (
        "_above",
        "_channels",
        "_coarse",
        "_floats",
        "_least",
        "_loops",
        "_others",
        "_scaled",
    )

    def __init__(self, channels: Mapping[int, Channel], least: float = -math.inf) -> None:
        self._channels = channels
        self._least = least
        self._floats: list[tuple[int, float, float]] = []  # index, lowest and highest value
        self._loops: list[tuple[int, float, float]] = []  # index, low end of the span, its width
        self._coarse: list[tuple[int, float, float, float]] = []  # the same, and mA of a step
        self._scaled: list[tuple[int, float, float, float, float]] = []  # factor, scale, limits
        self._others: list[int] = []
        self._above: dict[int, tuple[float, Reading]] = {}  # what all from a value on are read as
        for index, channel in channels.items():
            self._sort(index, channel)

    def _sort(self, index: int, channel: Channel) -> None:
        codec, meaning = channel.codec, channel.meaning
        point, (low, high) = codec.point, codec.limits
        if isinstance(meaning, Loop):
            self._above[index] = _beyond(channel, meaning)
        whole = point.type in _INTEGERS and point.sign_bit is None and point.on is None
        if isinstance(meaning, Loop) and point.type is RawType.F32:
            self._loops.append((index, meaning.low, meaning.high - meaning.low))
        elif isinstance(meaning, Loop) and whole:
            self._coarse.append((index, meaning.low, meaning.high - meaning.low, point.scale))
        elif meaning == _UNSCALED and point.type is RawType.F32:
            self._floats.append((index, max(low, self._least), high))
        elif isinstance(meaning, Scaled) and whole:
            self._scaled.append((index, meaning.factor, point.scale, low, high))
        else:
            self._others.append(index)

    def carry(self, values: list[float]) -> Sequence[Quality]:
        """Turns each of `values` into what is read from its words; the quality of each then."""
        odd = self._others
        for index, low, high in self._floats:
            value = values[index]
            if low <= value <= high:
                split = value * _F32
                values[index] = split - (split - value)
            else:
                odd = [*odd, index]
        for index, low, span in self._loops:
            current_ma = ZERO_MA + SPAN_MA * (values[index] - low) / span
            split = current_ma * _F32
            current_ma = split - (split - current_ma)
            if ZERO_MA <= current_ma < FULL_MA:
                values[index] = low + span * (current_ma - ZERO_MA) / SPAN_MA
            else:
                odd = [*odd, index]
        for index, factor, scale, low, high in self._scaled:
            value = values[index] / factor
            if low <= value <= high:
                values[index] = (value / scale + _WHOLE - _WHOLE) * scale * factor
            else:
                odd = [*odd, index]
        for index, low, span, step_ma in self._coarse:
            current_ma = ZERO_MA + SPAN_MA * (values[index] - low) / span
            if ZERO_MA <= current_ma < FULL_MA:
                current_ma = (current_ma / step_ma + _WHOLE - _WHOLE) * step_ma
            if ZERO_MA <= current_ma < FULL_MA:
                values[index] = low + span * (current_ma - ZERO_MA) / SPAN_MA
            else:
                odd = [*odd, index]
        return self._thoroughly(values, odd) if odd else ALL_GOOD

    def _thoroughly(self, values: list[float], odd: Sequence[int]) -> Sequence[Quality]:
        quality = list(ALL_GOOD)
        for index in odd:
            value = values[index]
            above = self._above.get(index)
            if above is not None and value >= above[0]:
                values[index], quality[index] = above[1]
            else:
                values[index], quality[index] = carried(self._channels[index], value)
        return quality


class Registers(Value):
    """The way of every signal and set point of one plant file through its words.

    Contacts and fault codes are whole numbers on both sides, and are left as they are.
    """

    __slots__ = ("_orders", "_signals", "_states")

    def __init__(self, plant: PlantFile) -> None:
        channels = {signal: plant.signal_channel(signal) for signal in plant.signals}
        drive = channels.pop(Signal.DRIVE_STATE, None)
        self._states: dict[float, float] = {} if drive is None else _states(drive)
        self._signals = _Ways(
            {
                int(signal): channel
                for signal, channel in channels.items()
                if not (SIGNALS[signal].digital or signal is Signal.DRIVE_FAULT_CODE)
            }
        )
        orders = ("rotor_rpm", "argon_flow_slpm")
        self._orders = _Ways(dict(enumerate(map(plant.output_channel, orders))), LEAST_F32)

    def read(self, values: list[float]) -> Sequence[Quality]:
        """Turns `values`, indexed by `Signal`, into what is read; the quality of each then."""
        if self._states:
            state = values[Signal.DRIVE_STATE]
            values[Signal.DRIVE_STATE] = self._states.get(state, state)
        return self._signals.carry(values)

    def order(self, outputs: Outputs) -> Outputs:
        """What the plant is told by the words into which `outputs` was put."""
        told = [outputs.rotor_rpm, outputs.argon_flow_slpm]
        self._orders.carry(told)
        if told[0] == outputs.rotor_rpm and told[1] == outputs.argon_flow_slpm:
            return outputs
        return outputs.asking(told[0], told[1])


def _beyond(channel: Channel, loop: Loop) -> tuple[float, Reading]:
    """A value a little above the range, and what it and all that are higher are read as."""
    value = loop.high + _A_LITTLE * (loop.high - loop.low)
    return value, carried(channel, value)


def _states(channel: Channel) -> dict[float, float]:
    """What a drive's own numbers make of each state; nothing where they tell them all apart."""
    found = {float(state): carried(channel, float(state))[0] for state in DriveState}
    return {} if all(state == told for state, told in found.items()) else found
