"""The replies of one poll, judged: values and qualities, by codecs and quality rules.

Time is an argument: the only thing remembered is when each watched point last changed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.signals import NAN, Quality
from controller.edge.codec import Channel, PointCodec, Reading
from controller.edge.plan import DevicePlan, PointWire, RuleWire, TwinWire

# The words of a request, or why there are none.
Reply = Sequence[int] | Quality


@dataclass(frozen=True, slots=True)
class DeviceReading:
    """What a device said in one poll, in the order of its plan's signals.

    `taken_s` is when the first request of the poll was sent.
    """

    values: tuple[float, ...]
    quality: tuple[Quality, ...]
    taken_s: float


def nothing_known(plan: DevicePlan, why: Quality, taken_s: float = -math.inf) -> DeviceReading:
    """Not one value of a device, for the reason `why`."""
    count = len(plan.signals)
    return DeviceReading((NAN,) * count, (why,) * count, taken_s)


class Judge:
    """Judges the polls of one device, one after the other."""

    def __init__(self, plan: DevicePlan) -> None:
        self._plan = plan
        self._changed: dict[RuleWire, tuple[float, float]] = {}

    def reading(self, replies: Sequence[Reply], taken_s: float) -> DeviceReading:
        """The values of a poll; `replies` in the order of the plan's reads."""
        # Every rule is looked at in every poll, or a heartbeat would seem to have stopped.
        verdicts = [self._verdict(rule, replies, taken_s) for rule in self._plan.rules]
        verdicts += [_agreement(wire, replies) for wire in self._plan.twins]
        for verdict in verdicts:
            if verdict is not Quality.GOOD:
                return nothing_known(self._plan, verdict, taken_s)
        found = [
            _decoded(wire.channel, replies[wire.block], wire.at) for wire in self._plan.signals
        ]
        return DeviceReading(
            tuple(value for value, _ in found), tuple(quality for _, quality in found), taken_s
        )

    def _verdict(self, wire: RuleWire, replies: Sequence[Reply], taken_s: float) -> Quality:
        value, quality = _decoded(wire.codec, replies[wire.block], wire.at)
        if quality is not Quality.GOOD:
            return quality
        rule = wire.rule
        if rule.allowed is not None and value not in rule.allowed:
            return rule.otherwise
        if rule.change_within_s is not None:
            still_s = taken_s - self._changed_s(wire, value, taken_s)
            if still_s > rule.change_within_s:
                return rule.otherwise
        return Quality.GOOD

    def _changed_s(self, wire: RuleWire, value: float, taken_s: float) -> float:
        """When the value last changed; never, as long as it was not seen to change."""
        last, since_s = self._changed.get(wire, (value, -math.inf))
        if value != last:
            since_s = taken_s
        self._changed[wire] = (value, since_s)
        return since_s


def _agreement(wire: TwinWire, replies: Sequence[Reply]) -> Quality:
    """GOOD while both values of a doubled quantity say the same."""
    percent, value, full = (
        _read(found, replies) for found in (wire.percent, wire.value, wire.full)
    )
    allowed = (wire.twin.within_percent or 0.0) / 100.0 * full
    apart = abs(percent / 100.0 * full - value)
    return Quality.GOOD if apart <= allowed else Quality.BAD_SENSOR


def _read(wire: PointWire, replies: Sequence[Reply]) -> float:
    return _decoded(wire.codec, replies[wire.block], wire.at)[0]


def _decoded(codec: Channel | PointCodec, reply: Reply, at: int) -> Reading:
    return (NAN, reply) if isinstance(reply, Quality) else codec.decode(reply, at)
