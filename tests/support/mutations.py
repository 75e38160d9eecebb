"""Reply frames made wrong in every way that a network, a gateway or a bad device can.

Also the truth about each, worked out from the bytes of the frame alone and without the product's
code: `verdict` says what a client may make of it.
"""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

from pymodbus.client import AsyncModbusTcpClient

KINDS = (
    "as it is",
    "bit",
    "bits",
    "byte",
    "cut",
    "longer",
    "longer, length too",
    "transaction",
    "no transaction",
    "protocol",
    "length",
    "unit",
    "function",
    "other table",
    "byte count",
    "fewer words",
    "more words",
    "odd bytes",
    "swapped",
    "doubled",
    "behind an old one",
    "before an old one",
    "old one",
    "refusal",
    "refusal of another",
    "noise",
)


@dataclass(frozen=True)
class Verdict:
    """What a reply is worth: the data words, or an exception code, or nothing at all."""

    words: tuple[int, ...] | None = None
    code: int | None = None


WRONG = Verdict()


def verdict(question: bytes, frame: bytes) -> Verdict:
    """The reply rules of Modbus TCP for reads of registers, from the standard, once more."""
    if len(frame) < 9:
        return WRONG
    tid, protocol, length, unit, function, third = struct.unpack(">HHHBBB", frame[:9])
    asked_tid, _, _, asked_unit, asked_function, _, count = struct.unpack(">HHHBBHH", question)
    if (tid, protocol, unit) != (asked_tid, 0, asked_unit) or len(frame) != 6 + length:
        return WRONG
    if function == asked_function + 128 and length == 3:
        return Verdict(code=third)
    if function != asked_function or third != 2 * count or length != 3 + 2 * count:
        return WRONG
    return Verdict(words=struct.unpack(f">{count}H", frame[9:]))


def mutated(kind: str, good: bytes, old: bytes, chance: random.Random) -> bytes:
    """One reply, spoiled as `kind` says; `old` is the reply to an earlier question."""
    frame = bytearray(good)
    words = (len(frame) - 9) // 2
    if kind == "as it is":
        return good
    if kind in ("bit", "bits"):
        for _ in range(1 if kind == "bit" else chance.randint(2, 20)):
            at = chance.randrange(len(frame))
            frame[at] ^= 1 << chance.randrange(8)
        return bytes(frame)
    if kind == "byte":
        frame[chance.randrange(9)] = chance.randrange(256)
        return bytes(frame)
    if kind == "cut":
        return good[: chance.randrange(len(good))]
    if kind.startswith("longer"):
        more = chance.randbytes(chance.randint(1, 40))
        if kind.endswith("too"):
            frame[4:6] = struct.pack(">H", len(good) - 6 + len(more))
        return bytes(frame) + more
    field = {
        "transaction": lambda: _put(frame, 0, ">H", chance.randrange(65536)),
        "no transaction": lambda: _put(frame, 0, ">H", 0),
        "protocol": lambda: _put(frame, 2, ">H", chance.randrange(65536)),
        "length": lambda: _put(frame, 4, ">H", chance.randrange(300)),
        "unit": lambda: _put(frame, 6, ">B", chance.randrange(256)),
        "function": lambda: _put(frame, 7, ">B", chance.randrange(256)),
        "other table": lambda: _put(frame, 7, ">B", chance.choice((1, 2, 3, 4, 16))),
        "byte count": lambda: _put(frame, 8, ">B", chance.randrange(256)),
        "swapped": lambda: frame.__setitem__(slice(0, 8), bytes(chance.sample(frame[:8], 8))),
    }.get(kind)
    if field is not None:
        field()
        return bytes(frame)
    return _remade(kind, good, old, words, chance)


def _remade(kind: str, good: bytes, old: bytes, words: int, chance: random.Random) -> bytes:
    """Frames that are consistent in themselves, and not what was asked for."""
    if kind == "fewer words":
        return _reply(good, good[9 : 9 + 2 * chance.randrange(words)])
    if kind == "more words":
        return _reply(good, good[9:] + chance.randbytes(2 * chance.randint(1, 20)))
    if kind == "odd bytes":
        return _reply(good, good[9:-1])
    if kind == "doubled":
        return good + good
    if kind == "behind an old one":
        return old + good
    if kind == "before an old one":
        return good + old
    if kind == "old one":
        return old
    if kind == "refusal":
        return good[:4] + bytes((0, 3, good[6], good[7] | 0x80, chance.randrange(256)))
    if kind == "refusal of another":
        return good[:4] + bytes((0, 3, good[6], chance.randrange(128, 256), 2))
    return chance.randbytes(chance.randint(1, 300))


def _put(frame: bytearray, at: int, form: str, value: int) -> None:
    struct.pack_into(form, frame, at, value)


def _reply(good: bytes, data: bytes) -> bytes:
    return good[:4] + struct.pack(">HBBB", len(data) + 3, good[6], good[7], len(data)) + data


def pieces(frame: bytes, chance: random.Random) -> list[bytes]:
    """The frame as it may come in: in one piece, or in two or three."""
    cuts = sorted(chance.sample(range(1, len(frame)), min(len(frame) - 1, chance.randrange(3))))
    edges = [0, *cuts, len(frame)]
    return [frame[a:b] for a, b in pairwise(edges)]


class Pipe(asyncio.Transport):
    """The client's end of a connection without a socket: what is written goes to `answer`."""

    def __init__(self, client: AsyncModbusTcpClient, answer: Callable[[bytes], list[bytes]]):
        super().__init__()
        self._client = client
        self._answer = answer
        self._shut = False

    def write(self, data: Any) -> None:
        """A question; its answer comes in later turns of the loop, piece by piece."""
        for piece in self._answer(bytes(data)):
            asyncio.get_running_loop().call_soon(self._receive, piece)

    def _receive(self, piece: bytes) -> None:
        if not self._shut:
            self._client.ctx.data_received(piece)

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._shut

    def close(self) -> None:
        """Nothing is received any more."""
        self._shut = True

    abort = close


def piped(answer: Callable[[bytes], list[bytes]]) -> type[AsyncModbusTcpClient]:
    """The library's client with a `Pipe` in the place of its socket."""

    class PipedClient(AsyncModbusTcpClient):
        async def connect(self) -> bool:
            self.ctx.connection_made(cast(asyncio.BaseTransport, Pipe(self, answer)))
            return True

    return PipedClient
