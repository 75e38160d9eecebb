"""The line of every key is found, however the author laid the file out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.edge.tomlindex import KeyPath, index_toml

LAID_OUT = '''
# a comment = 1
first = "a # b = [c"
"quoted key" = 2
'literal.key' = 3
"esc\\u0041ped" = 4
dotted.one = 5
dotted . "two" = 6
text = """
not_a_key = 1
[not_a_table]
"""
after_text = \'\'\'
x = """
\'\'\'
list = [ # [
  1, "]",
  { inline = 1 },
]
inline = { a = 1, b.c = 2 }

[table]
key = 1
  [table.sub]   # indented
  key = 1
[[phases]]
type = "a"
[[phases]]
type = "b"
  [[phases.items]]
  n = 1
  [[phases.items]]
  n = 2
  [phases.extra]
  n = 3
[a."b.c".d]
e = 1
'''


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        (("first",), "first"),
        (("quoted key",), '"quoted key"'),
        (("literal.key",), "'literal.key'"),
        (("escAped",), '"esc'),
        (("dotted",), "dotted.one"),
        (("dotted", "one"), "dotted.one"),
        (("dotted", "two"), 'dotted . "two"'),
        (("text",), "text"),
        (("after_text",), "after_text"),
        (("list",), "list"),
        (("list", 2, "inline"), "list"),
        (("inline", "b", "c"), "inline = {"),
        (("table",), "[table]"),
        (("table", "key"), "key = 1"),
        (("table", "absent"), "[table]"),
        (("table", "sub"), "  [table.sub]"),
        (("phases",), "[[phases]]"),
        (("phases", 1, "absent"), '[[phases]]\ntype = "b"'),
        (("phases", 1, "type"), 'type = "b"'),
        (("phases", 1, "items", 1), "  [[phases.items]]\n  n = 2"),
        (("phases", 1, "items", 1, "n"), "  n = 2"),
        (("phases", 1, "extra", "n"), "  n = 3"),
        (("a", "b.c", "d", "e"), "e = 1"),
    ],
)
def test_line_of_a_key(path: KeyPath, begins: str) -> None:
    before = LAID_OUT[: LAID_OUT.index("\n" + begins)]
    assert index_toml(LAID_OUT).line(path) == before.count("\n") + 2


def test_what_is_nowhere_is_on_line_one() -> None:
    assert index_toml(LAID_OUT).line(("absent",)) == 1


def leaves(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    else:
        yield path


KEYS = st.sampled_from(["a", "b", "c-d", "7", '"x y"', "'#'", '"[["', r'"\""'])
VALUES = st.sampled_from(
    [
        "1",
        '"#]"',
        "'\"'",
        '"""\n[x]\ny = 1\\""""',
        '"""\n[x]\ny = 1\n"""',
        "'''\n'' ]\n'''",
        "[\n 1, # ]\n 2\n]",
        "{ q = 1 }",
        '[{ r = "}" }]',
    ]
)
STATEMENTS = st.lists(
    st.one_of(
        st.builds("{} = {}".format, KEYS, VALUES),
        st.builds("{}.{} = {}".format, KEYS, KEYS, VALUES),
        st.builds("[{}]".format, KEYS),
        st.builds("[{}.{}]".format, KEYS, KEYS),
        st.builds("[[{}]]".format, KEYS),
        st.just("# [x] = '"),
        st.just(""),
    ),
    max_size=12,
)


@given(STATEMENTS)
def test_the_line_of_a_key_has_the_key(statements: list[str]) -> None:
    text = "\n".join(statements)
    try:
        data = tomllib.loads(text)
    except ValueError:
        return
    index = index_toml(text)
    lines = text.split("\n")
    for path in leaves(data):
        known = max(n for n in range(len(path) + 1) if path[:n] in index.lines or n == 0)
        if known and isinstance(path[known - 1], str):
            escaped = str(path[known - 1]).replace('"', r"\"")
            assert escaped in lines[index.line(path) - 1]
        # Below what the index knows there are only inline tables.
        assert known >= 1 or path == ()


@given(st.text(alphabet="[]{}\"'\\\n.=#ab \t\r", max_size=200))
def test_no_text_at_all_upsets_the_scan(text: str) -> None:
    index = index_toml(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in index.lines.values())
