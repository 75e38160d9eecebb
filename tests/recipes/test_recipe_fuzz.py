"""Whatever is done to a recipe file, the answer is a recipe or its faults, never a crash."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from recipe_texts import BM_05, LAB

from controller.core.coating import ShellInputs, target_thickness
from controller.core.recipe import Recipe
from controller.edge.recipefile import parse_recipe
from controller.errors import RecipeError

SOUND = BM_05.encode()
LINES = BM_05.split("\n")
NUMBERS = ["0", "-1", "1e308", "nan", "inf", "-0.0", "0.1", "99", "1e-320", "10", "4_0.0", "0x1f"]
WORDS = [*NUMBERS, "true", '""', "'charged'", "[]", "{}", "{ a = 1 }", "[[1]]", "1979-05-27", '"""']
PIECES = [
    "[",
    "]",
    "[[phases]]\n",
    "{",
    '"',
    "'''",
    "\\",
    "\r",
    "\n",
    "#",
    "=",
    ".",
    "\0",
    "\xff",
    "é",
]

CUT = st.tuples(st.just("cut"), st.integers(0, len(SOUND)), st.integers(1, 200))
INSERT = st.tuples(
    st.just("insert"), st.integers(0, len(SOUND)), st.sampled_from(PIECES).map(str.encode)
)
NOISE = st.tuples(st.just("insert"), st.integers(0, len(SOUND)), st.binary(max_size=8))
VALUE = st.tuples(st.just("value"), st.integers(0, len(LINES)), st.sampled_from(WORDS))
DROP = st.tuples(st.just("drop"), st.integers(0, len(LINES)), st.none())
COPY = st.tuples(st.just("copy"), st.integers(0, len(LINES)), st.integers(0, len(LINES)))


def mutated(raw: bytes, edits: list[tuple[str, int, object]]) -> bytes:
    for kind, at, what in edits:
        lines = raw.split(b"\n")
        row = at % len(lines)
        if kind == "cut" and isinstance(what, int):
            raw = raw[:at] + raw[at + what :]
        elif kind == "insert" and isinstance(what, bytes):
            raw = raw[:at] + what + raw[at:]
        elif kind == "value":
            lines[row] = lines[row].split(b"=")[0] + b"= " + str(what).encode()
            raw = b"\n".join(lines)
        elif kind == "drop":
            raw = b"\n".join(lines[:row] + lines[row + 1 :])
        elif kind == "copy" and isinstance(what, int):
            raw = b"\n".join([*lines[:row], lines[what % len(lines)], *lines[row:]])
    return raw


def read(raw: bytes) -> Recipe | None:
    """The recipe, or None after the faults were found well-formed."""
    try:
        return parse_recipe(raw, "a.toml", LAB)
    except RecipeError as error:
        assert error.faults
        for fault in error.faults:
            assert 0 <= fault.line <= raw.count(b"\n") + 1
            assert fault.key
            assert fault.message.isprintable()
        return None


@settings(max_examples=2000)
@given(st.lists(st.one_of(CUT, INSERT, NOISE, VALUE, DROP, COPY), min_size=1, max_size=4))
def test_a_mutated_recipe_is_read_or_refused(edits: list[tuple[str, int, object]]) -> None:
    recipe = read(mutated(SOUND, edits))
    if recipe is not None:
        shown = target_thickness(
            ShellInputs(
                sse_wt_percent=recipe.sse.wt_percent,
                basis=recipe.sse.basis,
                d10_um=recipe.core.d10_um,
                d50_um=recipe.core.d50_um,
                d90_um=recipe.core.d90_um,
                core_density_g_cm3=recipe.core.density_g_cm3,
                shell_density_g_cm3=recipe.sse.density_g_cm3,
                solid_fraction=recipe.sse.solid_fraction,
                sse_d50_um=recipe.sse.particle_d50_um,
            )
        )
        assert shown.apparent_nm >= shown.dense_nm > 0.0


@settings(max_examples=1000)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(WORDS)), max_size=60))
def test_lines_of_recipes_in_any_order_are_read_or_refused(rows: list[tuple[str, str]]) -> None:
    text = "\n".join(line if index % 3 else f"{line.split('=')[0]}= {word}"
                     for index, (line, word) in enumerate(rows))  # fmt: skip
    read(text.encode())


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    assert read(raw) is None
