"""Declared uncertainties: what a file may say, and what is drawn from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.sample import Sampler, shares
from sim.study.vary import (
    TAIL_SIGMA,
    Change,
    Shape,
    Vary,
    VaryError,
    known_names,
    load_uncertainties,
    parse_uncertainties,
)

GOOD = """
[[vary]]
of = "gas.leak_mbar_l_s"
change = "times"
shape = "lognormal"
factor = 3.0
origin = "assumed"
"""


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(VaryError) as refused:
        parse_uncertainties(text.encode(), "v.toml")
    return [(fault.line, fault.message) for fault in refused.value.faults]


def test_the_standard_file_is_read_and_gives_each_origin() -> None:
    items = load_uncertainties().items
    assert len({item.of for item in items}) == len(items) >= 20
    assert {item.of for item in items} <= set(known_names())
    assert all(item.origin.startswith(("assumed", "literature", "computed")) for item in items)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("gas.leak_mbar_l_s", "gas.leek", 3, "gas.leak_mbar_l_s"),
        ("gas.leak_mbar_l_s", "ga.leak", 3, "charge"),
        ("factor = 3.0\n", "", 5, "lognormal needs factor"),
        ("factor = 3.0", "factor = 3.0\nlow = 1.0", 7, "takes no low"),
        ("factor = 3.0", "factor = 0.5", 6, "1"),
        ("factor = 3.0", "factor = nan", 6, "is nan"),
        ('origin = "assumed"', "", 2, "is missing"),
        ('"lognormal"', '"gauss"', 5, "lognormal"),
    ],
)
def test_each_mistake_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    found = faults(GOOD.replace(old, new))
    assert any(line == at and said in why for at, why in found), found


def test_a_constant_is_varied_once() -> None:
    assert any("twice" in why for _, why in faults(GOOD + GOOD))


def test_uniform_wants_its_ends_in_order() -> None:
    text = GOOD.replace('"lognormal"', '"uniform"').replace("factor = 3.0", "low = 2.0\nhigh = 1.0")
    assert any("below high" in why for _, why in faults(text))


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_draws_rise_with_their_share_and_stay_within_the_tails(a: float, b: float) -> None:
    low, high = sorted((a, b))
    normal = Vary(
        of="room.ambient_c",
        change=Change.VALUE,
        shape=Shape.NORMAL,
        mean=20.0,
        sigma=2.0,
        origin="x",
    )
    factor = Vary(
        of="gas.leak_mbar_l_s", change=Change.TIMES, shape=Shape.LOGNORMAL, factor=2.0, origin="x"
    )
    flat = Vary(
        of="room.coolant_c", change=Change.VALUE, shape=Shape.UNIFORM, low=1.0, high=3.0, origin="x"
    )
    for item, least, most in (
        (normal, 20.0 - 2.0 * TAIL_SIGMA, 20.0 + 2.0 * TAIL_SIGMA),
        (factor, 2.0**-TAIL_SIGMA, 2.0**TAIL_SIGMA),
        (flat, 1.0, 3.0),
    ):
        assert least - 1e-9 <= item.draw(low) <= item.draw(high) <= most + 1e-9
    assert normal.draw(0.5) == pytest.approx(20.0)
    assert factor.draw(0.5) == pytest.approx(1.0)


@pytest.mark.parametrize("sampler", list(Sampler))
def test_shares_are_even_and_depend_on_the_seed_alone(sampler: Sampler) -> None:
    table = shares(sampler, 64, 5, seed=7)
    assert table.shape == (64, 5)
    assert ((table >= 0.0) & (table < 1.0)).all()
    # Each eighth of each column holds an eighth of the points: random numbers would not.
    for column in table.T:
        assert sorted(int(8 * share) for share in column) == sorted(list(range(8)) * 8)
    assert (table == shares(sampler, 64, 5, seed=7)).all()
    assert (table != shares(sampler, 64, 5, seed=8)).any()
