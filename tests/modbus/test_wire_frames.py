"""Bytes to signals: no reply that is wrong in anything but its data ever reaches a signal.

Data words that were changed on the way cannot be told from right ones by any Modbus TCP client;
of those it is checked that the signal is exactly what the words say, or UNKNOWN where the point's
range does not allow it.
"""

from __future__ import annotations

import asyncio
import math
import random
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import KINDS, WRONG, Verdict, mutated, pieces, piped, verdict
from simplant import LAB_PLANT

from controller.core.signals import Quality
from controller.edge import link as link_module
from controller.edge.frame import WrongFrame, refusal, whole
from controller.edge.judge import Judge, Reply
from controller.edge.link import Link, NoReply, Refused, WrongReply
from controller.edge.plan import DevicePlan, plan_devices
from controller.edge.plantfile import load_plant

pytestmark = pytest.mark.modbus


def plan_of(device_id: str) -> DevicePlan:
    plan = next(p for p in plan_devices(load_plant(LAB_PLANT)) if p.device.id == device_id)
    # A cut frame is waited for to the end of the time; here that may be short.
    return replace(plan, device=replace(plan.device, timeout_s=0.002))


class Replies:
    """The device's end: every other reply is right, so the connection is open again at once."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.spoil = False
        self.kind = ""
        self.question = b""
        self.sent = b""
        self.truth = WRONG
        self._old = b""

    def answer(self, question: bytes) -> list[bytes]:
        count = struct.unpack(">H", question[10:12])[0]
        data = self._data(count)
        good = question[:4] + struct.pack(">HBBB", 3 + len(data), *question[6:8], len(data)) + data
        old = self._old or good[:1] + bytes((good[1] ^ 1,)) + good[2:]
        self.kind = self.chance.choice(KINDS) if self.spoil else "as it is"
        self.sent = mutated(self.kind, good, old, self.chance)
        self.truth = verdict(question, self.sent)
        self._old = good
        return pieces(self.sent, self.chance) if self.sent else []

    def _data(self, count: int) -> bytes:
        """Currents of 4 to 20 mA, so that every value of a right reply is good."""
        return b"".join(
            struct.pack(">f", self.chance.uniform(4.0, 20.0)) for _ in range(count // 2)
        )


def milliamperes(words: tuple[int, ...]) -> Iterator[float]:
    for high, low in zip(words[::2], words[1::2], strict=True):
        yield struct.unpack(">f", struct.pack(">HH", high, low))[0]


def expected(current_ma: float, span: tuple[float, float]) -> float:
    """4-20 mA after NE 43, worked out here once more; NaN where nothing may be believed."""
    if not 3.8 <= current_ma < 20.5:
        return math.nan
    low, high = span
    if current_ma > 20.0:
        return math.inf
    return low + (high - low) * max(current_ma - 4.0, 0.0) / 16.0


async def feed(frames: int, seed: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """`frames` spoiled replies through link, judge and codecs; how many of each sort there were."""
    replies = Replies(seed)
    monkeypatch.setattr(link_module, "AsyncModbusTcpClient", piped(replies.answer))
    plan = plan_of("ai_process")
    spans = {wire.index: wire.channel.meaning for wire in plan.signals}
    link, judge = Link(plan.device, lambda: True, lambda: None), Judge(plan)
    found: Counter[str] = Counter()
    for _ in range(frames):
        for replies.spoil in (True, False):
            assert await link.open()
            reply = await outcome(link, plan)
            found[compare(replies, reply, judge, plan, spans)] += replies.spoil
        assert link.connected, "a right reply was not believed"
    return found


async def outcome(link: Link, plan: DevicePlan) -> Reply:
    (block,) = plan.reads
    try:
        return await link.read(block)
    except Refused as refused:
        return refused.quality
    except (NoReply, WrongReply):
        assert not link.connected, "a wrong reply, and the connection was kept"
        return Quality.BAD_COMM


def compare(
    replies: Replies, reply: Reply, judge: Judge, plan: DevicePlan, spans: dict[int, object]
) -> str:
    truth: Verdict = replies.truth
    reading = judge.reading([reply], 0.0)
    if truth.words is None:
        assert all(math.isnan(value) for value in reading.values), (replies.kind, replies.sent)
        return "wrong" if truth.code is None else "refused"
    currents = list(milliamperes(truth.words))
    for wire, value in zip(plan.signals, reading.values, strict=True):
        span = spans[wire.index]
        low, high = span.low, span.high  # type: ignore[attr-defined]
        want = expected(currents[wire.at // 2], (low, high))
        same = math.isnan(value) if math.isnan(want) else value == pytest.approx(want, abs=1e-3)
        assert same, (replies.kind, value, want)
    return "right" if replies.kind == "as it is" else "data only"


def test_ten_thousand_spoiled_replies_reach_no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """I14; C2 to C5, C9, C10 of the fault catalogue."""
    found = asyncio.run(feed(10_000, 1, monkeypatch))
    assert found["wrong"] > 7_000
    assert found["right"] > 200
    assert found["refused"] > 200
    assert found["data only"] > 100


@pytest.mark.long
def test_three_hundred_thousand_spoiled_replies_reach_no_signal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: Counter[str] = Counter()
    for seed in range(2, 17):
        found += asyncio.run(feed(20_000, seed, monkeypatch))
    print(dict(found))
    assert found.total() == 300_000
    assert found["wrong"] > 210_000


READ = bytes.fromhex("0007 0000 0006 01 03 2100 0002".replace(" ", ""))
ANSWER = bytes.fromhex("0007 0000 0007 01 03 04 0001 0002".replace(" ", ""))
WRITE = bytes.fromhex("0008 0000 000b 01 10 2000 0002 04 0012 1388".replace(" ", ""))
ECHO = bytes.fromhex("0008 0000 0006 01 10 2000 0002".replace(" ", ""))
COILS = bytes.fromhex("0009 0000 0006 01 01 0000 000a".replace(" ", ""))
BITS = bytes.fromhex("0009 0000 0005 01 01 02 ff03".replace(" ", ""))
PAIRS = [(READ, ANSWER), (WRITE, ECHO), (COILS, BITS)]


@pytest.mark.parametrize(("question", "answer"), PAIRS)
def test_an_answer_is_whole_with_its_last_byte_and_not_before(
    question: bytes, answer: bytes
) -> None:
    for length in range(len(answer)):
        assert not whole(question, answer[:length])
    assert whole(question, answer)
    assert whole(question, refusal(question))


@pytest.mark.parametrize(("question", "answer"), PAIRS)
def test_bytes_behind_an_answer_are_wrong(question: bytes, answer: bytes) -> None:
    with pytest.raises(WrongFrame, match="behind"):
        whole(question, answer + b"\0")


@pytest.mark.parametrize(
    ("at", "what"),
    [(0, "transaction"), (3, "protocol"), (5, "length"), (6, "unit"), (7, "function")],
)
@pytest.mark.parametrize(("question", "answer"), PAIRS)
def test_a_wrong_field_is_named(question: bytes, answer: bytes, at: int, what: str) -> None:
    spoiled = bytearray(answer)
    spoiled[at] ^= 0x41
    with pytest.raises(WrongFrame, match=what):
        whole(question, bytes(spoiled))


@pytest.mark.parametrize("at", range(8, 12))
def test_an_echo_of_another_write_is_wrong(at: int) -> None:
    """The library takes the echo of any address and any count for the answer."""
    spoiled = bytearray(ECHO)
    spoiled[at] ^= 1
    with pytest.raises(WrongFrame, match="echo"):
        whole(WRITE, bytes(spoiled))


@given(st.binary(max_size=300))
def test_no_noise_is_an_answer(noise: bytes) -> None:
    try:
        answered = whole(READ, noise)
    except WrongFrame:
        return
    assert not answered or verdict(READ, noise) is not WRONG
