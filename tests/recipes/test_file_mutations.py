"""Recipes and plant files with seeded damage: read or refused, never another exception."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.edge.plantfile import load_plant, parse_plant
from controller.edge.recipefile import parse_recipe
from controller.errors import FileFaults

ROOT = Path(__file__).parents[2]
LAB = load_plant(ROOT / "deploy" / "lab-0.5l.toml").equipment
SOURCES: list[tuple[bytes, Callable[[bytes], object]]] = [
    (path.read_bytes(), lambda raw: parse_recipe(raw, "r.toml", LAB))
    for path in sorted((ROOT / "recipes").glob("*.toml"))
] + [((ROOT / "deploy" / "lab-0.5l.toml").read_bytes(), lambda raw: parse_plant(raw, "p.toml"))]
VALUES = (
    *(b"0", b"-1", b"1e308", b"nan", b"inf", b"-0.0", b"1e-320", b"0x1f", b"9" * 40, b"4_0"),
    *(b"true", b'""', b"[]", b"{}", b"{ a = 1 }", b"[[1]]", b"1979-05-27", b'"""', b"'x'"),
    *(b'"drive"', b"[1.0, 0.0]", b"[4.0]", b'"127.0.0.1"', b'"localhost"', b'"::1"', b"65536"),
)
PIECES = (*(b"[", b"]", b"{", b'"', b"'''", b"\\", b"\r", b"\n", b"#", b"=", b".", b"\0"), b"\xff")


def damaged(raw: bytes, rng: random.Random) -> bytes:
    """The text after one to four random edits."""
    for _ in range(rng.randint(1, 4)):
        lines = raw.split(b"\n")
        row, at = rng.randrange(len(lines)), rng.randrange(len(raw) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            raw = raw[:at] + raw[at + rng.randint(1, 80) :]
        elif kind == 1:
            raw = raw[:at] + rng.choice(PIECES) + raw[at:]
        elif kind == 2:
            lines[row] = lines[row].split(b"=")[0] + b"= " + rng.choice(VALUES)
            raw = b"\n".join(lines)
        elif kind == 3:
            raw = b"\n".join(lines[:row] + lines[row + 1 :])
        elif kind == 4:
            raw = b"\n".join([*lines[:row], rng.choice(lines), *lines[row:]])
        else:
            raw = raw[:at] + rng.randbytes(rng.randint(1, 6)) + raw[at:]
    return raw


def hold_against(count: int, seed: int) -> tuple[int, int]:
    """Reads `count` damaged files; how many were refused, and how many read."""
    rng = random.Random(seed)
    refused = 0
    for _ in range(count):
        source, read = rng.choice(SOURCES)
        text = damaged(source, rng)
        try:
            read(text)
        except FileFaults as error:
            assert error.faults, text
            assert all(fault.message for fault in error.faults)
            refused += 1
    return refused, count - refused


def test_damaged_files_are_read_or_refused() -> None:
    refused, read = hold_against(3_000, seed=1)
    assert refused > read > 0


@pytest.mark.long
def test_two_hundred_thousand_damaged_files_are_read_or_refused() -> None:
    refused, read = hold_against(200_000, seed=2)
    assert refused > read > 0
