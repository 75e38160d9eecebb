"""`NAME[@ON[-OFF]][:VALUE]` is read strictly, and whatever is wrong is said in plain words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.errors import InputError
from sim.faults.catalogue import CATALOGUE, FAMILIES
from sim.faults.model import Situation
from sim.faults.parse import parse_fault

NAMES = sorted(CATALOGUE)
WITH_VALUE = [name for name in NAMES if CATALOGUE[name].value]
WITHOUT = [name for name in NAMES if not CATALOGUE[name].value]


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_fault(text)
    return caught.value.person_text


def test_there_are_enough_faults_and_each_has_one_name() -> None:
    assert len(CATALOGUE) >= 70
    assert sum(len(faults) for faults in FAMILIES.values()) == len(CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_can_be_written_and_read_back(name: str) -> None:
    plain = parse_fault(name)
    assert (plain.fault.name, plain.on_s, plain.off_s) == (name, 0.0, math.inf)
    timed = parse_fault(f"{name}@12.5-300")
    assert (timed.on_s, timed.off_s) == (12.5, 300.0)
    again = parse_fault(str(timed))
    assert (again.fault, again.on_s, again.off_s) == (timed.fault, 12.5, 300.0)


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_says_what_it_does_and_what_has_to_come_of_it(name: str) -> None:
    fault = CATALOGUE[name]
    assert fault.text.endswith(".")
    assert fault.catalogue and fault.hazard.startswith("H")
    assert {situation for situation, _ in fault.expected.rows} == set(Situation)
    assert ("VALUE" in fault.text) is (fault.value is not None)


@pytest.mark.parametrize("name", WITH_VALUE)
def test_a_value_is_taken_within_its_range_only(name: str) -> None:
    allowed = CATALOGUE[name].value
    assert allowed is not None
    assert allowed.low <= allowed.default <= allowed.high
    assert parse_fault(name).value == allowed.default
    for value in (allowed.low, allowed.default, allowed.high):
        assert parse_fault(f"{name}@5:{value:.17g}").value == value
    for value in (allowed.low - 1.0, allowed.high * 1.01 + 1.0):
        assert f"from {allowed.low:g} to {allowed.high:g}" in refusal(f"{name}:{value!r}")


@pytest.mark.parametrize("name", WITHOUT)
def test_a_fault_without_a_value_takes_none(name: str) -> None:
    assert "takes no value" in refusal(f"{name}:1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no fault"),
        ("@300", "names no fault"),
        (":5", "names no fault"),
        ("o2_stuk@300", "Did you mean o2_stuck"),
        ("O2_STUCK", "Did you mean o2_stuck"),
        ("o2_stuck ", "there is no fault"),
        ("o2_stuck\n", "there is no fault"),
        ("o2_stuck@", "ON is ''"),
        ("o2_stuck@soon", "ON is 'soon'"),
        ("o2_stuck@-5", "ON is ''"),
        ("o2_stuck@nan", "ON is 'nan'"),
        ("o2_stuck@inf", "ON is 'inf'"),
        ("o2_stuck@1e3", "ON is '1e3'"),
        ("o2_stuck@1_000", "ON is '1_000'"),
        ("o2_stuck@٣", "ON is '٣'"),
        ("o2_stuck@86401", "ON is '86401'"),
        ("o2_stuck@" + "9" * 400, "is too long"),
        ("o2_stuck@" + "9" * 100, "not a number of seconds"),
        ("o2_stuck@300-", "OFF is ''"),
        ("o2_stuck@300-nan", "OFF is 'nan'"),
        ("o2_stuck@300-200", "OFF (200 s) is not after ON (300 s)"),
        ("o2_stuck@300-300", "OFF (300 s) is not after ON (300 s)"),
        ("o2_stuck@300-400-500", "OFF is '400-500'"),
        ("o2_stuck@1@2", "ON is '1@2'"),
        ("o2_wrong:", "the value ''"),
        ("o2_wrong:nan", "the value 'nan'"),
        ("o2_wrong:inf", "the value 'inf'"),
        ("o2_wrong:1e999", "the value '1e999'"),
        ("o2_wrong:0x10", "the value '0x10'"),
        ("o2_wrong:5 ppm", "the value '5 ppm'"),
        ("o2_wrong:5:6", "the value '5:6'"),
        ("x" * 100_000, "is too long"),
        ("\x00", "there is no fault"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    told = refusal(text)
    assert said in told
    assert len(told) < 700


@given(st.text(alphabet="o2_stuckwrong@-:.0123456789eE+ \n", max_size=40) | st.text(max_size=40))
def test_no_text_does_worse_than_an_input_error(text: str) -> None:
    try:
        planned = parse_fault(text)
    except InputError as error:
        assert error.what and error.do
    else:
        assert planned.fault.name in text
        assert 0.0 <= planned.on_s < planned.off_s


@given(
    st.sampled_from(WITH_VALUE),
    st.floats(0.0, 86_399.0).map(lambda s: round(s, 3)),
    st.floats(0.001, 1.0),
    st.floats(0.0, 1.0),
)
def test_what_is_written_is_read(name: str, on_s: float, longer_s: float, share: float) -> None:
    allowed = CATALOGUE[name].value
    assert allowed is not None
    value = min(max(allowed.low + share * (allowed.high - allowed.low), allowed.low), allowed.high)
    off_s = on_s + longer_s
    planned = parse_fault(f"{name}@{on_s:.6f}-{off_s:.6f}:{value!r}")
    assert (planned.on_s, planned.off_s) == pytest.approx((on_s, off_s), abs=1e-6)
    assert planned.value == value
