"""Forces every watchdog of a plant to run out, and looks whether it did what it must.

Nothing turns: run stays off and the speed at zero. Remote outputs are proven by the beacon (or the
horn), a drive by the fault that it must show, and the heartbeat's relay by the run contactor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from controller.core.outputs import DEAD, Outputs
from controller.core.signals import Signal
from controller.edge.clock import monotonic_s
from controller.edge.link import Link
from controller.edge.plan import (
    ORDER_NAMES,
    OUTPUT_FIELDS,
    DevicePlan,
    order_words,
    plan_devices,
)
from controller.edge.plantfile import PlantFile
from controller.edge.proof import Proof, Watch, silence_s
from controller.edge.registers import OnExpiry
from controller.edge.wiring import HEARTBEAT
from controller.errors import DeviceError

HARMLESS: Final = ("beacon", "horn")
REFRESH_S: Final = 0.1
# Outputs must stay on for so many times the watchdog's time while requests come.
ALIVE_SHARE: Final = 1.5
CONTACTOR_S: Final = 3.0
MARGIN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class WatchdogProof:
    """What became of one forced drop-out."""

    what: str
    good: bool
    text: str


@dataclass(frozen=True, slots=True)
class Hand:
    """One device with a connection of our own."""

    plan: DevicePlan
    link: Link
    proof: Proof

    @property
    def id(self) -> str:
        """The device's id in the plant file."""
        return self.plan.device.id

    async def send(self, outputs: Outputs, heartbeat: bool = False) -> None:
        """Write this image to the device. Raises DeviceError."""
        await self._open()
        values = (*(getattr(outputs, name) for name in OUTPUT_FIELDS), heartbeat)
        for block, words in zip(self.plan.writes, order_words(self.plan, values), strict=True):
            await self.link.write(block, words)

    async def output(self, name: str) -> float:
        """What the device says that an output of it stands at. Raises DeviceError."""
        await self._open()
        wire = next(w for w in self.plan.outputs if w.index == ORDER_NAMES.index(name))
        block = self.plan.writes[wire.block]
        return wire.channel.decode(await self.link.read(block), wire.at)[0]

    async def signal(self, signal: Signal) -> float:
        """One signal, without any rule. Raises DeviceError."""
        await self._open()
        wire = next(w for w in self.plan.signals if w.index == signal)
        return wire.channel.decode(await self.link.read(self.plan.reads[wire.block]), wire.at)[0]

    async def _open(self) -> None:
        if not await self.link.open():
            raise DeviceError(self.link.trouble or "no connection", where=self.id)


async def prove_watchdogs(
    plant: PlantFile,
    told: Callable[[str], None] = lambda _: None,
    only: Collection[str] = (),
) -> list[WatchdogProof]:
    """Prove every watchdog of `plant` (or those that `only` names), one after the other.

    `told` gets each step as text. The plant is told DEAD before and after, also when something
    fails on the way.
    """
    found: list[WatchdogProof] = []
    async with _hands(plant) as hands:
        watched = [hand for hand in hands.values() if hand.proof.watch is not Watch.NONE]
        for hand in (hand for hand in watched if not only or hand.id in only):
            told(f"{hand.id}: keeps silent for {silence_s(hand.plan.device):.1f} s")
            found.append(await _tried(hand.id, _device(hand)))
        if not only or HEARTBEAT in only:
            told("heartbeat: closes the run contactor, then stands still")
            found.append(await _tried(HEARTBEAT, _heartbeat(plant, hands)))
    return found


@asynccontextmanager
async def _hands(plant: PlantFile) -> AsyncIterator[dict[str, Hand]]:
    hands = {
        plan.device.id: Hand(plan, Link(plan.device, lambda: True, lambda: None), Proof(plan))
        for plan in plan_devices(plant)
    }
    try:
        await _all_dead(hands)
        yield hands
    finally:
        await _all_dead(hands)
        for hand in hands.values():
            hand.link.close()


async def _all_dead(hands: dict[str, Hand]) -> None:
    for hand in hands.values():
        if hand.plan.writes:
            await _tried(hand.id, _dead(hand))


async def _dead(hand: Hand) -> str:
    await hand.send(DEAD)
    return ""


async def _tried(what: str, proof: Awaitable[str]) -> WatchdogProof:
    try:
        return WatchdogProof(what, True, await proof)
    except _NotProven as why:
        return WatchdogProof(what, False, why.what)
    except DeviceError as error:
        return WatchdogProof(what, False, f"could not be proven: {error}")


class _NotProven(DeviceError):
    """Why a watchdog did not show what it must."""


async def _device(hand: Hand) -> str:
    if hand.proof.watch is Watch.SETTINGS:
        await hand.send(DEAD)
        why = await hand.proof.disarmed(hand.link)
        if why:
            raise _NotProven(f"is not armed: {why}")
    watchdog = hand.plan.device.register_map.watchdog
    if watchdog is not None and watchdog.on_expiry is OnExpiry.FAULT:
        return await _drive(hand)
    return await _remote_outputs(hand)


async def _remote_outputs(hand: Hand) -> str:
    names = {ORDER_NAMES[wire.index] for wire in hand.plan.outputs}
    name = next((name for name in HARMLESS if name in names), None)
    if name is None:
        raise _NotProven("carries neither beacon nor horn, so nothing harmless can be switched")
    on = replace(DEAD, **{name: True})
    end_s = monotonic_s() + ALIVE_SHARE * (hand.plan.device.watchdog_s or 0.0)
    while monotonic_s() < end_s:
        await hand.send(on)
        if await hand.output(name) != 1.0:
            raise _NotProven(f"the {name} does not stay on while requests come")
        await asyncio.sleep(REFRESH_S)
    silent_s = await _silence(hand)
    if await hand.output(name) != 0.0:
        raise _NotProven(f"the {name} is still on after {silent_s:.1f} s of silence")
    return f"the {name} stayed on under requests, and was off after {silent_s:.1f} s of silence"


async def _drive(hand: Hand) -> str:
    await _reset(hand)
    end_s = monotonic_s() + ALIVE_SHARE * (hand.plan.device.watchdog_s or 0.0)
    while monotonic_s() < end_s:
        await hand.send(DEAD)
        if await hand.proof.ran_out(hand.link):
            raise _NotProven("shows a fault while requests come")
        await asyncio.sleep(REFRESH_S)
    silent_s = await _silence(hand)
    if not await hand.proof.ran_out(hand.link):
        raise _NotProven(f"shows no fault after {silent_s:.1f} s of silence")
    await _reset(hand)
    return f"no fault under requests, a fault after {silent_s:.1f} s of silence, and it was reset"


async def _reset(hand: Hand) -> None:
    await hand.send(replace(DEAD, drive_fault_reset=True))
    await asyncio.sleep(REFRESH_S)
    await hand.send(DEAD)


async def _silence(hand: Hand) -> float:
    time_s = silence_s(hand.plan.device)
    await asyncio.sleep(time_s)
    return time_s


async def _heartbeat(plant: PlantFile, hands: dict[str, Hand]) -> str:
    permit = hands[plant.outputs["run_permit"].device]
    beats = hands[plant.outputs[HEARTBEAT].device]
    back = hands[plant.signals[Signal.RUN_PERMIT_FEEDBACK].device]
    on = replace(DEAD, run_permit=True)
    beat = False
    end_s = monotonic_s() + CONTACTOR_S
    while await back.signal(Signal.RUN_PERMIT_FEEDBACK) != 1.0:
        if monotonic_s() > end_s:
            raise _NotProven("the run contactor does not close: E-stop, lid and lock must be made")
        beat = not beat
        await _both(permit, beats, on, beat)
    began_s = monotonic_s()
    while await back.signal(Signal.RUN_PERMIT_FEEDBACK) != 0.0:
        if monotonic_s() - began_s > plant.heartbeat_s + MARGIN_S:
            raise _NotProven(f"the permit stays on {plant.heartbeat_s + MARGIN_S:.1f} s without it")
        await _both(permit, beats, on, beat)
    return f"the run contactor fell {monotonic_s() - began_s:.1f} s after the last beat"


async def _both(permit: Hand, beats: Hand, outputs: Outputs, beat: bool) -> None:
    for hand in {permit.id: permit, beats.id: beats}.values():
        await hand.send(outputs, beat)
    await asyncio.sleep(REFRESH_S)
