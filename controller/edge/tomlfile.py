"""Reads one TOML file that a person wrote: bounded before it is parsed, faults in plain words.

A reader's way is `document = read_toml(path, RecipeError)`, then `build(...)` for each part, then
one error with the faults of all parts.
"""

from __future__ import annotations

import json
import re
import stat
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from pydantic import TypeAdapter, ValidationError

from controller.edge.faultwords import dotted, fault_key, fault_message
from controller.edge.tomlindex import KeyPath, TomlIndex, index_toml
from controller.errors import Fault, FileFaults

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 10
MAX_VALUES: Final = 4_000
MAX_INTEGER: Final = 2**63 - 1

_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
# What tomllib says, where a recipe author would not know what to do about it.
_SYNTAX: Final = {
    "Cannot overwrite a value": "this key is set twice",
    "Invalid value": "no value that TOML knows; text needs quotes",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """A well-formed TOML text: its name for messages, bytes, data, and where its keys are."""

    name: str
    raw: bytes
    data: dict[str, Any]
    index: TomlIndex

    def line(self, path: KeyPath) -> int:
        """The 1-based line that sets `path`, or its closest known parent."""
        return self.index.line(path)

    def fault(self, path: KeyPath, message: str) -> Fault:
        """A fault at `path`, with its line and dotted key."""
        return Fault(self.line(path), dotted(path), message)


def read_toml(path: Path, error: type[FileFaults]) -> TomlDocument:
    """Read and parse the file at `path`. Raises `error` with every fault that is found."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            _refuse(error, str(path), "file", f"is {what}; name a TOML file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(error, str(path), "file", "does not exist")
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or str(cause)
        _refuse(error, str(path), "file", f"cannot be read: {reason}")
    return parse_toml(raw, str(path), error)


def parse_toml(raw: bytes, name: str, error: type[FileFaults]) -> TomlDocument:
    """Parse `raw`, called `name` in messages. Raises `error` with every fault that is found."""
    if len(raw) > MAX_BYTES:
        _refuse(error, name, "file", f"is larger than {MAX_BYTES // 1024} KiB, the most allowed")
    text = _decoded(raw, name, error)
    index = index_toml(text)
    if index.depth > MAX_DEPTH:
        _refuse(error, name, "file", f"is nested deeper than {MAX_DEPTH} levels, the most allowed")
    document = TomlDocument(name, raw, _parsed(text, name, error), index)
    faults = sorted_faults([document.fault(path, why) for path, why in _refused(document.data)])
    if faults:
        raise error(name, faults)
    return document


_ADAPTERS: Final[dict[Any, TypeAdapter[Any]]] = {}


def adapter_of(kind: type[T]) -> TypeAdapter[T]:
    """What checks data against `kind`; made when it is first asked for, which takes a while."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def build(
    kind: type[T], data: object, document: TomlDocument, prefix: KeyPath
) -> tuple[T | None, list[Fault]]:
    """Build a `kind` from `data`, which stands at `prefix` in `document`.

    Returns the value and no faults, or None and every fault in plain words, in file order.
    """
    adapter = adapter_of(kind)
    try:
        # By way of JSON: there pydantic's strict mode takes an enum's value and a tuple's list.
        return adapter.validate_json(json.dumps(data)), []
    except ValidationError as error:
        schema = adapter.json_schema()
        faults = [
            document.fault(
                prefix + fault_key(detail, data), fault_message(detail, data, schema, prefix)
            )
            for detail in error.errors(include_url=False)
        ]
        return None, sorted_faults(faults)


def sorted_faults(faults: Sequence[Fault]) -> list[Fault]:
    """The faults in the order of the file; those of one line keep their order."""
    return sorted(faults, key=lambda fault: fault.line)


def _refuse(error: type[FileFaults], name: str, key: str, why: str, line: int = 0) -> NoReturn:
    raise error(name, [Fault(line, key, why)]) from None


def _decoded(raw: bytes, name: str, error: type[FileFaults]) -> str:
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        _refuse(error, name, "file", "is not a text file: it has a NUL byte", line)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = raw.count(b"\n", 0, cause.start) + 1
        _refuse(error, name, "file", "is not a text file in UTF-8", line)


def _parsed(text: str, name: str, error: type[FileFaults]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        _refuse(error, name, "file", "is nested too deeply")
    except ValueError as cause:
        # Not only TOMLDecodeError: an integer of thousands of digits is a bare ValueError.
        found = _AT_LINE.search(str(cause))
        line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
        why = _AT_LINE.sub("", str(cause)) if found else "has a number that is far too long"
        _refuse(error, name, "syntax", _SYNTAX.get(why, why), line if found else 0)


def _refused(data: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """What TOML allows and no file of ours needs."""
    stack: list[tuple[KeyPath, Any]] = [((), data)]
    count = 0
    while stack:
        path, value = stack.pop()
        count += 1
        if count > MAX_VALUES:
            yield (), f"has more than {MAX_VALUES} values, the most allowed"
            return
        if isinstance(value, dict | list) and len(path) >= MAX_DEPTH:
            yield path, f"is nested deeper than {MAX_DEPTH} levels, the most allowed"
        elif isinstance(value, dict):
            stack.extend(((*path, key), item) for key, item in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, number), item) for number, item in enumerate(value))
        elif isinstance(value, date | time):
            yield path, "is a date or time; no key takes one (put it in quotes if it is text)"
        elif isinstance(value, int) and abs(value) > MAX_INTEGER:
            yield path, "is an integer of more than 64 bits"
