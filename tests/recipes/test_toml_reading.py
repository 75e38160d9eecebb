"""Files are bounded before they are parsed, and whatever they are, the answer is a clear error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.edge.tomlfile import MAX_BYTES, TomlDocument, parse_toml, read_toml
from controller.errors import Fault, RecipeError


def parsed(text: str) -> TomlDocument:
    return parse_toml(text.encode(), "a.toml", RecipeError)


def refused(raw: bytes) -> tuple[Fault, ...]:
    with pytest.raises(RecipeError) as refusal:
        parse_toml(raw, "a.toml", RecipeError)
    return refusal.value.faults


def test_a_sound_file_keeps_its_bytes_and_its_data(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = 2.5\r\n")
    document = read_toml(path, RecipeError)
    assert document.data == {"a": 1, "b": {"c": 2.5}}
    assert document.raw == path.read_bytes()
    assert document.line(("b", "c")) == 3


def test_size_is_checked_before_anything_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    path.write_bytes(b"\0 = = " + b"x" * 10_000_000)
    with pytest.raises(RecipeError, match="larger than 64 KiB") as refusal:
        read_toml(path, RecipeError)
    assert len(refusal.value.faults) == 1


def test_the_largest_allowed_file_is_read() -> None:
    assert parsed("#" + "x" * (MAX_BYTES - 1)).data == {}


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 60_000,
        "a = " + "{a=" * 20_000,
        "a." * 30_000 + "a = 1",
        "[" + "a." * 16_000 + "a]\n" + "b = 1\n" * 4_000,
        "[[" + "a." * 16_000 + "a]]",
        "a = {" + "b." * 30_000 + "b = 1}",
        "a = {" + '"b".' * 15_000 + "b = 1}",
        "a.b.c.d.e.f.g.h.i.j.k = 1",
    ],
    ids=lambda text: text[:12],
)
def test_depth_is_checked_before_anything_is_parsed(text: str) -> None:
    # The last line is no TOML: a parser that had run would have said so.
    (fault,) = refused(f"{text}\n= ]".encode())
    assert "nested deeper than 10 levels" in fault.message


def test_brackets_in_text_and_comments_are_no_depth() -> None:
    brackets = "[{" * 50
    text = f'a = \'{brackets}\' # {brackets}\nb = """\n{brackets}\\"\n"""\nc = 1\n'
    document = parsed(text)
    assert document.line(("c",)) == 5


def test_too_many_values_are_one_fault() -> None:
    (fault,) = refused(b"a = [" + b"{}," * 20_000 + b"]")
    assert "more than 4000 values" in fault.message


@pytest.mark.parametrize(
    ("raw", "line", "key", "message"),
    [
        (b"a = 1\n\0", 2, "file", "NUL"),
        (b"a = 1\nb = 2\nc = '\xff'", 3, "file", "UTF-8"),
        (b"\x7fELF\x01\x01\x01\n\xfe", 2, "file", "UTF-8"),
        (b"a = 1\nb = = 2", 2, "syntax", "text needs quotes"),
        (b"a = 1\nb\nc = 3", 2, "syntax", "Expected '='"),
        (b"a = 1\na = 2", 2, "syntax", "set twice"),
        (b"[a]\nb = 1\n[a]\nb = 2", 3, "syntax", "twice"),
        (b"a = 1\nb = 'x", 2, "syntax", "Expected"),
        (b"a = 1" + b"0" * 5_000, 0, "syntax", "too long"),
        (b"a = 1\nb = 2026-01-02", 2, "b", "date or time"),
        (b"a = 1\n[b]\nc = [07:32:00]", 3, "b.c[0]", "date or time"),
        (b"a = 1\nb = 0x" + b"f" * 17, 2, "b", "64 bits"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(raw: bytes, line: int, key: str, message: str) -> None:
    (fault,) = refused(raw)
    assert (fault.line, fault.key) == (line, key)
    assert message in fault.message


def test_all_forbidden_values_are_told_in_the_order_of_the_file() -> None:
    faults = refused(b"a = 07:32:00\nb = 1\n[c]\nd = 2026-01-02\n[e]\nf = 0x" + b"f" * 17)
    assert [fault.key for fault in faults] == ["a", "c.d", "e.f"]


@pytest.mark.parametrize("name", ["missing.toml", "folder", "pipe", "a\0b", "x" * 5_000])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecipeError) as refusal:
        read_toml(tmp_path / name, RecipeError)
    (fault,) = refusal.value.faults
    assert (fault.line, fault.key) == (0, "file")


def test_a_file_that_cannot_be_read_is_refused() -> None:
    # Root may open every file, but nobody can read this one from its beginning.
    with pytest.raises(RecipeError, match="cannot be read: Input/output error"):
        read_toml(Path("/proc/self/mem"), RecipeError)
