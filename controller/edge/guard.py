"""What is known of one device beside its values: is it the right one, is its watchdog armed, does
it hold what was written to it. Both of its connections tell, the scan asks.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from controller.core.signals import Quality
from controller.edge.clock import monotonic_s
from controller.edge.judge import Reply
from controller.edge.link import Link
from controller.edge.plan import DevicePlan, PointWire, ReadBack, Words
from controller.edge.proof import Proof, Watch, silence_s
from controller.edge.registers import RawType

# A new connection is proven anew within some requests; only what takes longer is told.
GRACE_S: Final = 0.3
# How long something that does not read back as written is told, so that every scan sees it.
FOREIGN_S: Final = 1.0
# A watchdog may run out somewhat before its time.
EARLY: Final = 0.8
KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Sent:
    """Words of one write block, from when they were on their way."""

    words: Words
    at_s: float


class Written:
    """What one device may hold at any moment, by what was written to it and when."""

    def __init__(self, blocks: int) -> None:
        self._sent: tuple[deque[Sent], ...] = tuple(deque(maxlen=KEPT) for _ in range(blocks))

    def note(self, number: int, words: Words, at_s: float) -> None:
        """Block `number` is about to be written."""
        sent = self._sent[number]
        if not sent or sent[-1].words != words:
            sent.append(Sent(words, at_s))

    def forget(self) -> None:
        """What the device holds is not known any more."""
        for sent in self._sent:
            sent.clear()

    def held(self, number: int, from_s: float, to_s: float, settle_s: float) -> list[Words] | None:
        """What block `number` may have held in this time; None when that is not known.

        Words count from when they were sent until `settle_s` after the next ones were.
        """
        sent = self._sent[number]
        if not sent or sent[0].at_s + settle_s > from_s:
            return None
        ends_s = [later.at_s + settle_s for later in list(sent)[1:]] + [math.inf]
        return [
            one.words
            for one, end_s in zip(sent, ends_s, strict=True)
            if one.at_s <= to_s and end_s >= from_s
        ]


class Guard:
    """The guard of one device and its `links`. `began_s` is since when nothing was asked of it.

    `stranger`, `unarmed` and `foreign` say in words what is wrong, and are empty when all is well.
    """

    def __init__(self, plan: DevicePlan, began_s: float) -> None:
        self.plan = plan
        self.proof = Proof(plan)
        self.written = Written(len(plan.writes))
        self.unarmed = "" if self.proof.watch is Watch.NONE else "not proven yet"
        self.foreign = ""
        self._strange: dict[Link, str] = {}
        self.links: list[Link] = []
        self._began_s = began_s
        self._proven_on = 0
        self._was_proven = False
        self._longest_s = 0.0
        self._lost_s = -math.inf
        self._foreign_s = -math.inf

    def watches(self, link: Link) -> None:
        """A connection of the device."""
        self.links.append(link)

    @property
    def stranger(self) -> str:
        """Why it is not the right device; empty when it is, and while that is not known."""
        return next(iter(self._strange.values()), "")

    @property
    def keeps_silent(self) -> bool:
        """Whether a silence is under way that is to prove the watchdog."""
        return self.proof.watch is Watch.SILENCE and not self._was_proven

    def may_be_asked(self, *, to_prove: bool) -> bool:
        """Whether anything may be sent: not while a silence is to prove the watchdog.

        `to_prove` is the request that ends the silence.
        """
        if not self.keeps_silent:
            return True
        return to_prove and self.silent_s() >= silence_s(self.plan.device)

    def silent_s(self) -> float:
        """For how long nothing was asked of the device.

        Longer than its watchdog's time, and nobody knows what its outputs are.
        """
        silent_s = monotonic_s() - max([self._began_s, *(link.asked_s for link in self.links)])
        if silent_s > EARLY * (self.plan.device.watchdog_s or math.inf):
            self.written.forget()
        if self._proven_on:
            self._longest_s = max(self._longest_s, silent_s)
        return silent_s

    def take_margin_s(self) -> float:
        """The least that was left of the watchdog's time since this was asked before."""
        longest_s, self._longest_s = self._longest_s, 0.0
        return (self.plan.device.watchdog_s or math.inf) - longest_s

    async def is_the_device(self, link: Link) -> bool:
        """Ask a new connection who is there. Raises what `link.read` raises."""
        why = await self.proof.stranger(link)
        if why:
            self._strange[link] = why
        else:
            self._strange.pop(link, None)
        return not why

    def proven(self, link: Link) -> bool:
        """Whether the present connection of the writer has been proven."""
        return self._proven_on == link.connections

    async def prove(self, link: Link, silent_s: float) -> bool:
        """Ask a new connection of the writer for identity and watchdog, and arm that.

        `silent_s` is for how long nothing had been asked before. Raises what `link` raises.
        """
        # Asked for first: whatever else is asked may take it back.
        self.unarmed = await self._disarmed_in_silence(link, silent_s)
        if self.unarmed or not await self.is_the_device(link):
            return False
        if self.proof.watch is Watch.SETTINGS:
            self.unarmed = await self.proof.disarmed(link)
        elif self.proof.watch is Watch.NO_PROOF:
            self.unarmed = "the device cannot show that it has one"
        if self.unarmed:
            return False
        self._proven_on = link.connections
        self._was_proven = True
        return True

    async def _disarmed_in_silence(self, link: Link, silent_s: float) -> str:
        if self.proof.watch is not Watch.SILENCE or silent_s < silence_s(self.plan.device):
            return ""
        if await self.proof.ran_out(link):
            return ""
        self._was_proven = False
        return f"it did not run out in {silent_s:.1f} s of silence"

    async def look_again(self, link: Link) -> None:
        """Whether the settings still stand. Raises what `link.read` raises."""
        if self.proof.watch is Watch.SETTINGS and self._proven_on:
            why = await self.proof.changed(link)
            if why:
                self.lost(why)

    def lost(self, why: str) -> None:
        """The writer's connection is gone, or what was proven on it."""
        self.written.forget()
        if self.proof.watch is not Watch.NONE:
            self.unarmed = why
        if self._proven_on:
            self._proven_on = 0
            self._lost_s = monotonic_s()

    def told_unarmed(self, now_s: float) -> str:
        """Why the watchdog is not proven; empty in the short time that a new proof takes."""
        in_grace = self._was_proven and now_s - self._lost_s < GRACE_S
        return "" if in_grace else self.unarmed

    def told_foreign(self, now_s: float) -> str:
        """What did not read back as written a moment ago."""
        return self.foreign if now_s - self._foreign_s < FOREIGN_S else ""

    def compare(self, replies: Sequence[Reply], from_s: float, to_s: float) -> None:
        """Look at the outputs among `replies`, which were asked for and answered in this time."""
        for output in self.plan.read_backs:
            reply = replies[output.back.block]
            settle_s = self.plan.device.poll_s
            held = self.written.held(output.to.block, from_s, to_s, settle_s)
            if held is None or isinstance(reply, Quality):
                continue
            found = _value(output.back, reply)
            wanted = [_value(output.to, words) for words in held]
            if not any(_same(output, found, value) for value in wanted):
                self.foreign = f"{output.name} reads {found:g}, written was {wanted[-1]:g}"
                self._foreign_s = to_s


def _value(wire: PointWire, words: Sequence[int]) -> float:
    """The value in the point's unit, whatever its quality; a command word as on or off."""
    return wire.codec.decode(words, wire.at)[0]


def _same(output: ReadBack, found: float, written: float) -> bool:
    points = (output.to.codec.point, output.back.codec.point)
    steps = [0.5 * point.scale for point in points if point.type is not RawType.F32]
    return abs(found - written) <= max([1e-6 * abs(written), *steps])
