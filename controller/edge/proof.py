"""What a device must show before it gets its first command: who it is, and an armed watchdog."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import Final

from controller.core.signals import Quality
from controller.edge.codec import PointCodec, text_of
from controller.edge.link import Link, Refused
from controller.edge.plan import Block, DevicePlan, PointWire, point_wire, read_blocks
from controller.edge.registers import Identity, OnExpiry, RawType, Setting
from controller.edge.wiring import Device

# Silence that proves a watchdog is longer than its time by this share, and at least by this.
SILENCE_SHARE: Final = 1.2
SILENCE_MORE_S: Final = 0.3


@unique
class Watch(Enum):
    """How it is known that a device's own watchdog is armed."""

    NONE = "none"  # it has none, or carries no output
    SETTINGS = "settings"  # registers that are read, and written where that can be done
    SILENCE = "silence"  # after a silence the device says that the watchdog ran out
    BY_HAND = "by hand"  # a drive whose watchdog shows in no register: a proof test on the spot
    NO_PROOF = "no proof"  # outputs on a device that cannot show that it watches them


def watch_of(plan: DevicePlan) -> Watch:
    """How the watchdog of this device is proven."""
    watchdog = plan.device.register_map.watchdog
    if watchdog is None or not plan.outputs or plan.device.watchdog_s is None:
        return Watch.NONE
    if watchdog.settings:
        return Watch.SETTINGS
    if watchdog.on_expiry is OnExpiry.FAULT:
        return Watch.BY_HAND
    return Watch.SILENCE if watchdog.expired else Watch.NO_PROOF


def silence_s(device: Device) -> float:
    """How long nothing may be asked of a device before its watchdog must have run out."""
    limit_s = device.watchdog_s or 0.0
    return max(SILENCE_SHARE * limit_s, limit_s + SILENCE_MORE_S)


@dataclass(frozen=True, slots=True)
class IdentityWire:
    """Where a proof of identity lies."""

    wire: PointWire
    identity: Identity

    def told(self, found: float | str) -> str:
        """What was found, and what should have been, as people read it."""
        if isinstance(found, str):
            return f"{found!r}, and {self.identity.text!r}"
        said = self.wire.codec.point.said
        return f"{said(found)}, and {said(self.identity.equals or 0.0)}"


class Proof:
    """The questions of identity and watchdog for one device, and what its answers mean.

    All methods raise the errors of `controller.edge.link`.
    """

    def __init__(self, plan: DevicePlan) -> None:
        self.device = plan.device
        self.watch = watch_of(plan)
        self._profile = profile = plan.device.register_map
        asked = [i for i in profile.identity if i.equals is not None or i.text is not None]
        self._blocks = read_blocks(profile, [identity.point for identity in asked])
        self._identity = tuple(
            IdentityWire(point_wire(plan.device, identity.point, self._blocks), identity)
            for identity in asked
        )

    async def stranger(self, link: Link) -> str:
        """Why it is not the device that the plant file means; empty when it is."""
        try:
            replies = [await link.read(block) for block in self._blocks]
        except Refused as refused:
            if refused.quality is not Quality.BAD_CONFIG:
                raise
            return f"does not have the registers of a {self._profile.device.model} ({refused})"
        for proof in self._identity:
            words = replies[proof.wire.block]
            found = _found(proof, words)
            if not _fits(found, proof.identity):
                return f"{proof.identity.point} is {proof.told(found)} in the right device"
        return ""

    async def disarmed(self, link: Link) -> str:
        """Why the watchdog is not armed by its settings, after writing those that can be written;
        empty when all of them read back as they must.
        """
        watchdog = self._profile.watchdog
        for setting in watchdog.settings if watchdog else ():
            found, wanted = await self._set(link, setting)
            if not found:
                return f"{setting.point} does not read back as {wanted:g}"
        return ""

    async def changed(self, link: Link) -> str:
        """The setting that is not as it must be any more, nothing written; empty when all are."""
        watchdog = self._profile.watchdog
        for setting in watchdog.settings if watchdog else ():
            codec, block = self._place(setting)
            if not self._holds(codec, await link.read(block), self._wanted(setting)):
                return f"{setting.point} was changed"
        return ""

    async def ran_out(self, link: Link) -> bool:
        """Whether the device says that its watchdog has run out."""
        name = self._profile.watchdog.expired if self._profile.watchdog else None
        if name is None:
            return False
        (block,) = read_blocks(self._profile, [name])
        wire = point_wire(self.device, name, (block,))
        value, quality = wire.codec.decode(await link.read(block), wire.at)
        return quality.usable and value != 0.0

    async def _set(self, link: Link, setting: Setting) -> tuple[bool, float]:
        codec, block = self._place(setting)
        wanted = self._wanted(setting)
        if not self._holds(codec, await link.read(block), wanted) and codec.point.access.writable:
            words = [0] * block.count
            codec.encode(words, 0, wanted)
            await link.write(block, tuple(words))
        return self._holds(codec, await link.read(block), wanted), wanted

    def _place(self, setting: Setting) -> tuple[PointCodec, Block]:
        (block,) = read_blocks(self._profile, [setting.point])
        return point_wire(self.device, setting.point, (block,)).codec, block

    def _wanted(self, setting: Setting) -> float:
        return (self.device.watchdog_s or 0.0) if setting.value is None else setting.value

    @staticmethod
    def _holds(codec: PointCodec, words: Sequence[int], wanted: float) -> bool:
        value, quality = codec.decode(words, 0)
        return quality.usable and abs(value - wanted) <= 0.5 * codec.point.scale


def _found(proof: IdentityWire, words: Sequence[int]) -> float | str:
    point = proof.wire.codec.point
    if point.type is RawType.TEXT:
        return text_of(words, proof.wire.at, point.words)
    return proof.wire.codec.decode(words, proof.wire.at)[0]


def _fits(found: float | str, wanted: Identity) -> bool:
    if isinstance(found, str):
        return wanted.text is not None and found.startswith(wanted.text)
    return wanted.equals is not None and math.isclose(found, wanted.equals, rel_tol=1e-6)
