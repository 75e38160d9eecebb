"""The state machine against a table that was typed by hand (I19)."""

from __future__ import annotations

import itertools

import pytest

from controller.core.states import (
    ABORTABLE,
    HOLDABLE,
    STOPPABLE,
    State,
    Trigger,
    allowed_triggers,
    fire,
)
from sim.prove.state_table import TABLE

PAIRS = list(itertools.product(State, Trigger))


def test_there_are_16_states_10_triggers_and_52_rows() -> None:
    assert (len(State), len(Trigger), len(PAIRS), len(TABLE)) == (16, 10, 160, 52)


@pytest.mark.parametrize(("state", "trigger"), PAIRS, ids=lambda value: value.value)
def test_fire_follows_the_table_and_nothing_else(state: State, trigger: Trigger) -> None:
    assert fire(state, trigger) is TABLE.get((state, trigger))


def test_fire_leaves_no_trace() -> None:
    """What was fired before changes nothing: the same answers in any order, and again."""
    forwards = {pair: fire(*pair) for pair in PAIRS}
    backwards = {pair: fire(*pair) for pair in reversed(PAIRS)}
    assert forwards == backwards
    assert {pair: dest for pair, dest in forwards.items() if dest is not None} == TABLE


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_allowed_triggers_are_the_commands_of_the_table(state: State) -> None:
    commands = {
        trigger
        for (source, trigger) in TABLE
        if source is state and trigger is not Trigger.STATE_COMPLETE
    }
    assert set(allowed_triggers(state)) == commands
    assert len(allowed_triggers(state)) == len(commands)


@pytest.mark.parametrize(
    ("states", "trigger"),
    [(HOLDABLE, Trigger.HOLD), (STOPPABLE, Trigger.STOP), (ABORTABLE, Trigger.ABORT)],
    ids=lambda value: value.value if isinstance(value, Trigger) else "",
)
def test_the_safe_commands_have_their_sources(states: tuple[State, ...], trigger: Trigger) -> None:
    assert set(states) == {source for (source, fired) in TABLE if fired is trigger}


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_some_way_leads_from_every_state_to_idle(state: State) -> None:
    """L3: no state is a trap."""
    reached, edge = {state}, {state}
    while edge:
        edge = {dest for (source, _), dest in TABLE.items() if source in edge} - reached
        reached |= edge
    assert State.IDLE in reached
