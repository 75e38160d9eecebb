"""The words in which signals came, as they came: for who looks for a fault in the wiring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from controller.core.signals import Quality, Signal
from controller.edge.judge import Reply
from controller.edge.plan import DevicePlan


@dataclass(frozen=True, slots=True)
class RawWords:
    """Words of one signal: from which device, table and address on; none when it did not answer."""

    device: str
    table: str
    address: int
    words: tuple[int, ...]


def raw_words(plan: DevicePlan, replies: Sequence[Reply]) -> Iterator[tuple[Signal, RawWords]]:
    """The words of each signal of a device in its newest replies; without any, no words."""
    for wire in plan.signals:
        reach = wire.channel.codec.point.reach
        block = plan.reads[wire.block]
        reply = replies[wire.block] if replies else Quality.NOT_LICENSED
        at = reach.start - block.address
        words = () if isinstance(reply, Quality) else tuple(reply[at : at + len(reach)])
        yield Signal(wire.index), RawWords(plan.device.id, block.table.value, reach.start, words)
