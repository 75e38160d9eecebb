"""What may be sent before the record has it (I17)."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.outputs import DEAD, Outputs, safer, until_recorded
from controller.core.states import State

LEVEL = st.floats(0.0, 5_000.0)
IMAGES = st.builds(
    Outputs,
    **{
        name: LEVEL if isinstance(value, float) else st.booleans()
        for name, value in asdict(DEAD).items()
    },
)
STATES = st.sampled_from(State)
WARNS = ("beacon", "horn")
ARGON = ("argon_flow_slpm", "supply_open")
DRIVEN = [name for name in asdict(DEAD) if name not in WARNS]


@given(IMAGES, IMAGES)
def test_the_safer_image_asks_for_no_more_than_either(a: Outputs, b: Outputs) -> None:
    """I17"""
    both = asdict(safer(a, b))
    for name in DRIVEN:
        assert both[name] == min(getattr(a, name), getattr(b, name))
    for name in WARNS:
        assert both[name] == max(getattr(a, name), getattr(b, name))


@given(IMAGES, IMAGES, IMAGES)
def test_safer_does_not_depend_on_the_order(a: Outputs, b: Outputs, c: Outputs) -> None:
    assert safer(a, b) == safer(b, a)
    assert safer(safer(a, b), c) == safer(a, safer(b, c))
    assert safer(a, a) == a


@given(IMAGES, IMAGES, STATES)
def test_nothing_that_turns_or_opens_goes_first(
    sent: Outputs, wanted: Outputs, state: State
) -> None:
    """I17: whatever the state, blade, lock, exhaust and cooling wait for the record."""
    first = until_recorded(sent, wanted, state)
    for name in DRIVEN:
        if name not in ARGON:
            assert getattr(first, name) <= getattr(sent, name)
            assert getattr(first, name) <= getattr(wanted, name)


@given(IMAGES, IMAGES, STATES)
def test_what_makes_safer_never_waits(sent: Outputs, wanted: Outputs, state: State) -> None:
    """I17, I22: each output that is to go down is down in the image that goes first."""
    first = until_recorded(sent, wanted, state)
    for name in DRIVEN:
        if getattr(wanted, name) <= getattr(sent, name):
            assert getattr(first, name) == getattr(wanted, name)
    assert (first.beacon, first.horn) == (wanted.beacon, wanted.horn)


@pytest.mark.parametrize("state", [State.ABORTING, State.ABORTED, State.HELD, State.STOPPED])
def test_argon_that_protects_does_not_wait(state: State) -> None:
    wanted = replace(DEAD, argon_flow_slpm=10.0, supply_open=True)
    assert until_recorded(DEAD, wanted, state) == wanted


@pytest.mark.parametrize("state", [State.IDLE, State.STARTING, State.RUNNING])
def test_argon_that_begins_something_waits(state: State) -> None:
    wanted = replace(DEAD, argon_flow_slpm=10.0, supply_open=True, exhaust_shut=True)
    assert until_recorded(DEAD, wanted, state) == DEAD
