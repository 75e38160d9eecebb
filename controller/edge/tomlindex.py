"""Which line of a TOML text sets which key: `tomllib` forgets, and a fault needs its line.

The scan is tolerant and linear in the text's length: it also runs on text that is not TOML, before
any parser does, so that nesting can be bounded first.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

KeyPath = tuple[str | int, ...]

# A key with more parts than this is cut: it is far deeper than any reader accepts.
MAX_PARTS: Final = 16

# Possessive repeats: a string that never closes is read once, to the end of the text or line.
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+')"""
_KEY = re.compile(rf"[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*+)")
_PARTS = re.compile(_PART)
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*+)")
_TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*+(?:"{3,5}|\\?\Z)'''
    r"""|'''(?:[^']|'{1,2}(?!'))*+(?:'{3,5}|\Z)"""
    r"""|"(?:[^"\\\n]|\\[^\n])*+"?"""
    r"""|'[^'\n]*+'?"""
    r"""|\#[^\n]*|(?P<open>[\[{])|(?P<close>[\]}])|(?P<newline>\n)"""
    r"""|(?P<next>[,=])|(?P<bare>[^"'\#\[\]{}\n,=]+)""",
    re.DOTALL,
)


@dataclass(slots=True)
class TomlIndex:
    """The line of every table and key, and the deepest nesting met on the way."""

    lines: dict[KeyPath, int] = field(default_factory=dict)
    depth: int = 0

    def line(self, path: KeyPath) -> int:
        """The 1-based line of `path` or of its closest known parent; 1 for the file itself."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return 1

    def note(self, path: KeyPath, line: int) -> None:
        """`path` is set on `line`; so are those of its parents that were not met before."""
        self.depth = max(self.depth, len(path))
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)


def index_toml(text: str) -> TomlIndex:
    """Scan `text` statement by statement. Raises nothing."""
    index = TomlIndex()
    counts: defaultdict[KeyPath, int] = defaultdict(int)
    table: KeyPath = ()
    position, line = 0, 1
    while position < len(text):
        start, path = position, table
        if header := _HEADER.match(text, position):
            table = path = _table_path(_key_parts(header[2]), header[1] == "[[", counts)
            index.note(path, line)
            index.lines[path] = line
            position = header.end()
        elif key := _KEY.match(text, position):
            path = table + _key_parts(key[1])
            index.note(path, line)
            position = key.end()
        position = _skip_statement(text, position, index, len(path))
        line += text.count("\n", start, position)
    return index


def _table_path(parts: KeyPath, repeated: bool, counts: defaultdict[KeyPath, int]) -> KeyPath:
    """`[[phases]]` met for the third time is ("phases", 2), and [phases.x] is of the latest."""
    path: KeyPath = ()
    for part in parts[:-1]:
        path += (part,)
        if path in counts:
            path += (counts[path] - 1,)
    path += parts[-1:]
    if repeated:
        counts[path] += 1
        path += (counts[path] - 1,)
    return path


def _key_parts(key: str) -> KeyPath:
    return tuple(_unquoted(part) for part in _PARTS.findall(key)[:MAX_PARTS])


def _unquoted(part: str) -> str:
    if part[0] not in "\"'":
        return part
    try:
        return next(iter(tomllib.loads(f"{part} = 0")))
    except ValueError:
        return part


def _skip_statement(text: str, position: int, index: TomlIndex, depth: int) -> int:
    """The position after the newline that ends the statement; brackets may span lines."""
    brackets = dots = 0
    while token := _TOKEN.match(text, position):
        position = token.end()
        if token["open"]:
            brackets += 1
        elif token["close"]:
            brackets = max(0, brackets - 1)
        elif token["newline"] and not brackets:
            return position
        # Dotted keys inside an inline table nest too.
        if token.lastgroup == "bare":
            dots += token[0].count(".")
        elif token.lastgroup:
            dots = 0
        index.depth = max(index.depth, depth + brackets + dots)
    return len(text)
