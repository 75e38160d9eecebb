"""Who may give which command: the table against one typed here, and the scan against both."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import pytest
from bench import Bench, command, state_in

from controller.core.batch import Step
from controller.core.commands import Command, CommandName
from controller.core.permissions import (
    ALWAYS,
    MAX_AGE_S,
    TABLE,
    refusals,
    role_used,
    rule_for,
)
from controller.core.recipe import LeakTest, MillPulse
from controller.core.roles import Role
from controller.core.states import State

V, O, A, S, M, X = Role  # noqa: E741  viewer, operator, author, supervisor, maintenance, admin
ALL = set(Role)
MILL = {O, S}
HANDS = {O, S, M}
OVER = {State.IDLE, State.COMPLETE, State.STOPPED, State.ABORTED}
ANY = set(State)
ENDING = {State.STOPPING, State.ABORTING, State.RESETTING}

# Typed out by hand, so that a slip in the table is seen. Hold, stop and abort: see below.
WHO: dict[CommandName, list[tuple[set[Role], set[State]]]] = {
    CommandName.LOAD: [(MILL, {State.IDLE})],
    CommandName.CHARGE: [(MILL, {State.IDLE})],
    CommandName.START: [(MILL, {State.IDLE})],
    CommandName.PAUSE: [(MILL, {State.RUNNING})],
    CommandName.RESUME: [(MILL, {State.PAUSED})],
    CommandName.RESTART: [(MILL, {State.HELD})],
    CommandName.COMPLETE: [(MILL, {State.RUNNING, State.PAUSED})],
    CommandName.RESET: [(MILL, {State.COMPLETE, State.STOPPED}), ({S}, {State.ABORTED})],
    CommandName.LID_RELEASE: [(HANDS, OVER)],
    CommandName.ACK: [(HANDS, ANY)],
    CommandName.SHELVE: [(MILL, ANY)],
    CommandName.UNSHELVE: [(MILL, ANY)],
    CommandName.OUT_OF_SERVICE: [({M}, ANY)],
    CommandName.IN_SERVICE: [({M}, ANY)],
    CommandName.MANUAL: [(HANDS, OVER)],
    CommandName.AUTO: [(HANDS, ANY)],
    CommandName.JOG: [(HANDS, OVER)],
    CommandName.PURGE: [(HANDS, OVER)],
    CommandName.PURGE_END: [(HANDS, ANY)],
    CommandName.MAINTENANCE: [({M}, OVER)],
    CommandName.MAINTENANCE_END: [({M}, OVER)],
    CommandName.BYPASS: [({S, M}, ANY)],
    CommandName.BYPASS_END: [(HANDS, ANY)],
    CommandName.HANDOVER: [(MILL, ANY)],
    CommandName.COMMENT: [(ALL, ANY)],
    CommandName.MEASURE: [({Role.AUTHOR, *MILL}, ANY)],
    CommandName.YIELD: [(MILL, ANY)],
    CommandName.DISPOSE: [({S}, ANY)],
    CommandName.CONTINUE: [(MILL, {State.IDLE})],
    CommandName.SCRAP: [(MILL, {State.IDLE})],
    CommandName.SIGN: [(MILL, ANY)],
    CommandName.RECIPE_SAVE: [({Role.AUTHOR}, ANY)],
    CommandName.RECIPE_SUBMIT: [({Role.AUTHOR}, ANY)],
    CommandName.RECIPE_APPROVE: [({S}, ANY)],
    CommandName.RECIPE_REJECT: [({S}, ANY)],
    CommandName.RECIPE_RETIRE: [({S}, ANY)],
    CommandName.BAND: [(MILL, ANY - (OVER - {State.IDLE}) - ENDING)],
}
# What adds energy, gas or access, or is about one certain batch.
SEEN = {
    *(CommandName.LOAD, CommandName.CHARGE, CommandName.START, CommandName.RESUME),
    *(CommandName.RESTART, CommandName.RESET, CommandName.LID_RELEASE, CommandName.MANUAL),
    *(CommandName.JOG, CommandName.PURGE, CommandName.MAINTENANCE_END, CommandName.BYPASS),
    *(CommandName.CONTINUE, CommandName.SCRAP),
}
NAMES = [name for name in CommandName if name not in ALWAYS]
ROLE_SETS = [frozenset[Role](), *(frozenset({role}) for role in Role)]


def given(name: CommandName, role: Role | None, **more: object) -> Command:
    return command(name, roles=frozenset({role} if role else ()), **more)


def at(state: State) -> Bench:
    return Bench(state_in(state, LeakTest, Step.BEGIN) if state is State.IDLE else state_in(state))


def test_every_command_has_its_rows_and_no_two_rows_say_the_same() -> None:
    assert {rule.command for rule in TABLE} == set(CommandName)
    pairs = [(rule.command, state) for rule in TABLE for state in rule.states]
    assert len(pairs) == len(set(pairs))
    assert set(WHO) == set(NAMES)
    assert all(rule.roles for rule in TABLE)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.value)
def test_the_table_says_what_was_typed_by_hand(name: CommandName) -> None:
    for state in State:
        allowed = set().union(*(roles for roles, states in WHO[name] if state in states))
        rule = rule_for(name, state)
        assert (set(rule.roles) if rule else set()) == allowed, state
        assert rule is None or rule.seen is (name in SEEN)


@pytest.mark.parametrize("name", ALWAYS, ids=lambda name: name.value)
def test_what_makes_safer_needs_no_role_no_password_and_no_fresh_look(name: CommandName) -> None:
    """I22: a person with any role, or with none, on a page that is hours old."""
    for state in State:
        rule = rule_for(name, state)
        if rule is None:
            continue
        assert set(rule.roles) == ALL
        assert not (rule.seen or rule.proof or rule.second_person)
        run = at(state)
        old = given(name, None, proved=False, state_version=999, age_s=1e6, user="tester")
        decision = run.see({}, old)
        assert decision.results[0].accepted


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_the_scan_carries_out_nothing_that_the_table_does_not_give(state: State) -> None:
    """Every command by nobody and by each role: refused exactly by role or by state."""
    for name, roles in product(NAMES, ROLE_SETS):
        asked = command(name, roles=roles)
        run = at(state)
        before = run.state
        (result,) = run.see({}, asked).results
        rule = rule_for(name, before.state)
        may = rule is not None and bool(roles & set(rule.roles))
        if not may:
            assert not result.accepted, (name, roles)
            now = run.state
            assert (now.version, now.batch, now.hands, now.release, now.alarms) == (
                before.version + (now.state is not before.state),
                before.batch if now.batch else None,
                before.hands,
                before.release,
                before.alarms,
            )
        denied_by_role = any("needs the role" in reason for reason in result.reasons)
        assert denied_by_role is (rule is not None and not may), (name, roles, result.reasons)


def test_a_refusal_names_the_role_that_is_missing_and_those_that_there_are() -> None:
    run = at(State.IDLE)
    (result,) = run.see({}, given(CommandName.START, V)).results
    assert result.reasons[0] == "start needs the role operator or supervisor; yours is viewer"
    both = command(CommandName.IN_SERVICE, roles=frozenset({S, O}))
    (result,) = run.see({}, both).results
    assert result.reasons == (
        "in_service needs the role maintenance; yours is operator and supervisor",
    )
    (result,) = run.see({}, given(CommandName.ACK, None)).results
    assert result.reasons[0].endswith("; you have none")


def test_the_record_names_the_least_role_that_allowed_it() -> None:
    run = at(State.RUNNING)
    decision = run.see({}, command(CommandName.PAUSE, roles=frozenset({X, S, O, V})))
    (event,) = [e for e in decision.events if e.kind.value == "command_accepted"]
    assert event.data["role"] == "operator"
    decision = run.see({}, command(CommandName.PAUSE, roles=frozenset({X})))
    (event,) = [e for e in decision.events if e.kind.value == "command_refused"]
    assert event.data["role"] is None


@pytest.mark.parametrize("name", sorted(SEEN, key=lambda n: n.value), ids=lambda n: n.value)
def test_what_was_meant_for_another_state_is_refused(name: CommandName) -> None:
    for state in State:
        rule = rule_for(name, state)
        if rule is None:
            continue
        asked = command(name, user="second", state_version=7)
        assert refusals(asked, state, 7, "tester") == ()
        (reason,) = refusals(asked, state, 8, "tester")
        assert reason == f"the mill has changed since you saw it: it is {state.value} now"
        unseen = replace(asked, state_version=None)
        (reason,) = refusals(unseen, state, 7, "tester")
        assert "version of the state" in reason


def test_a_restart_that_was_pressed_before_the_hold_changed_hands_is_refused() -> None:
    run = at(State.HELD)
    stale = command(CommandName.RESTART, state_version=run.state.version)
    run.see({}, command(CommandName.STOP))
    run.state = replace(run.state, state=State.HELD)
    (result,) = run.see({}, stale).results
    assert not result.accepted
    assert result.reasons[0].startswith("the mill has changed since you saw it")


@pytest.mark.parametrize("age_s", [MAX_AGE_S + 0.1, 3600.0, math.inf, math.nan])
@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.value)
def test_an_old_command_is_refused_however_it_grew_old(name: CommandName, age_s: float) -> None:
    for state in State:
        if rule_for(name, state) is None:
            continue
        asked = command(name, user="second", state_version=0)
        assert refusals(replace(asked, age_s=MAX_AGE_S), state, 0, "tester") == ()
        (reason,) = refusals(replace(asked, age_s=age_s), state, 0, "tester")
        assert "it counts for 10 s" in reason


def test_a_trip_is_reset_by_a_second_person_who_has_entered_the_password() -> None:
    run = at(State.ABORTED)
    assert run.state.batch is not None and run.state.batch.operator == "tester"
    own = command(CommandName.RESET, 1, user="tester")
    (result,) = run.see({}, own).results
    assert result.reasons == ("reset needs a second person: tester operated this batch",)
    unproved = command(CommandName.RESET, 2, user="second", proved=False)
    (result,) = run.see({}, unproved).results
    assert result.reasons == ("reset needs your password again",)
    operator = command(CommandName.RESET, 3, user="second", roles=frozenset({O}))
    (result,) = run.see({}, operator).results
    assert result.reasons == ("reset needs the role supervisor; yours is operator",)
    (result,) = run.see({}, command(CommandName.RESET, 4, user="second")).results
    assert result.accepted and run.state.state is State.RESETTING


@pytest.mark.parametrize("state", [State.COMPLETE, State.STOPPED], ids=lambda s: s.value)
def test_without_a_trip_the_operator_resets_alone(state: State) -> None:
    run = Bench(state_in(state, MillPulse, Step.OFF))
    own = command(CommandName.RESET, user="tester", roles=frozenset({O}), proved=False)
    (result,) = run.see({}, own).results
    assert result.accepted


def test_two_commands_of_one_look_count_together() -> None:
    """Load and charge in one scan: what the first changes does not make the second one stale."""
    from bench import charge, load

    run = Bench(state_in(State.IDLE, LeakTest, Step.BEGIN))
    run.state = replace(run.state, batch=None)
    results = run.see({}, load(), charge()).results
    assert [result.accepted for result in results] == [True, True]


def test_a_role_is_used_only_where_the_table_has_it() -> None:
    for name, state, role in product(CommandName, State, Role):
        rule = rule_for(name, state)
        used = role_used(given(name, role), state)
        assert used is (role if rule is not None and role in rule.roles else None)
