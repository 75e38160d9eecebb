"""Modbus TCP on the level of bytes: is this the answer to that question?

The device library reads replies leniently: it takes one with transaction id 0, with too few or too
many registers, with an odd number of bytes, of another function, or an echo of another write. So
every reply is compared here, byte by byte, with the request that it must belong to (MODBUS
Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3; MODBUS Application Protocol V1.1b3, 6).
"""

from __future__ import annotations

from typing import Final

HEADER: Final = 7  # transaction 2, protocol 2, length 2, unit 1
_BITS: Final = (1, 2)
_REGISTERS: Final = (3, 4)
_REFUSED: Final = 0x80
_REFUSAL_LENGTH: Final = 3  # unit, function, exception code


class WrongFrame(ValueError):
    """Bytes that are not the answer to the question; the text says in what."""


def whole(question: bytes, reply: bytes) -> bool:
    """Whether `reply` is the whole answer to `question`; False while it is only its beginning.

    An answer is the data asked for, the echo of the write, or a refusal (exception). Raises
    WrongFrame at the first byte that no answer can have, and for bytes behind the answer.
    """
    _must_begin(reply, question[:2], 0, "transaction")
    _must_begin(reply, b"\0\0", 2, "protocol")
    if len(reply) < HEADER - 1:
        return False
    said = int.from_bytes(reply[4:6], "big")
    expected = _answer(question)
    if said not in (_REFUSAL_LENGTH, 1 + len(expected) + _data_bytes(question)):
        raise WrongFrame(f"length {said}")
    _must_begin(reply, question[6:7], 6, "unit")
    if said == _REFUSAL_LENGTH:
        _must_begin(reply, bytes((question[7] | _REFUSED,)), 7, "function")
    else:
        _must_begin(reply, expected[:1], 7, "function")
        _must_begin(reply, expected[1:], 8, "byte count" if _reads(question) else "echo")
    if len(reply) > HEADER - 1 + said:
        raise WrongFrame(f"{len(reply) - HEADER + 1 - said} bytes behind the reply")
    return len(reply) == HEADER - 1 + said


def refusal(question: bytes) -> bytes:
    """A refusal of `question`, to end the wait for an answer that will not be believed."""
    return question[:4] + bytes((0, _REFUSAL_LENGTH, question[6], question[7] | _REFUSED, 4))


def _reads(question: bytes) -> bool:
    return question[7] in _BITS + _REGISTERS


def _answer(question: bytes) -> bytes:
    """What an answer has behind its unit: function and byte count, or function and echo."""
    if _reads(question):
        return bytes((question[7], _data_bytes(question)))
    return question[7:12]


def _data_bytes(question: bytes) -> int:
    count = int.from_bytes(question[10:12], "big")
    if question[7] in _BITS:
        return (count + 7) // 8
    return 2 * count if question[7] in _REGISTERS else 0


def _must_begin(reply: bytes, expected: bytes, at: int, what: str) -> None:
    found = reply[at : at + len(expected)]
    if found != expected[: len(found)]:
        raise WrongFrame(f"{what} {found.hex()} instead of {expected.hex()}")
