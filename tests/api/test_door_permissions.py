"""The controller's door: commands by everybody in every state, old commands, audit entries."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from bench import state_in
from doorsite import Door, run_door

from controller.core.commands import CommandName
from controller.core.events import EventKind
from controller.core.permissions import ALWAYS, MAX_AGE_S, rule_for
from controller.core.roles import Role
from controller.core.states import State

# The scan itself is walked in all states in tests/core; here four, and all in the long run.
WALKED = [
    pytest.param(
        state,
        id=state.value,
        marks=()
        if state in (State.IDLE, State.RUNNING, State.HELD, State.ABORTED)
        else pytest.mark.long,
    )
    for state in State
]


@pytest.mark.parametrize("state", WALKED)
def test_each_command_and_role_through_the_door_gets_what_the_table_gives(state: State) -> None:
    async def check(it: Door) -> None:
        for name in CommandName:
            for role in Role:
                it.run.state = replace(state_in(state), version=3)
                answer = await it.ask(it.message(name.value, roles=[role.value]))
                assert answer.status_code == 200, (name, answer.text)
                body = answer.json()
                rule = rule_for(name, state)
                may = rule is not None and role in rule.roles
                if not may:
                    assert not body["accepted"], (name, role)
                denied = any("needs the role" in reason for reason in body["reasons"])
                assert denied is (rule is not None and not may), (name, role, body)

    run_door(check, state)


@pytest.mark.parametrize("waited_s", [0.0, MAX_AGE_S - 0.5, MAX_AGE_S + 0.5])
@pytest.mark.parametrize("age_s", [0.0, 0.4, 100.0])
def test_the_wait_in_the_box_counts_as_age(waited_s: float, age_s: float) -> None:
    async def check(it: Door) -> None:
        answer = await it.ask(it.message("ack", age_s=age_s), waited_s)
        assert answer.json()["accepted"] is (waited_s + age_s <= MAX_AGE_S)

    run_door(check)


@pytest.mark.parametrize("name", [name.value for name in ALWAYS])
def test_what_makes_safer_is_taken_however_long_it_waited(name: str) -> None:
    async def check(it: Door) -> None:
        message = it.message(name, roles=["viewer"], state_version=None, age_s=1e5)
        assert (await it.ask(message, 1e5)).json()["accepted"]

    run_door(check, State.RUNNING)


def test_a_command_is_carried_out_once_and_answered_the_same_twice() -> None:
    async def check(it: Door) -> None:
        message = it.message("pause")
        first = await it.ask(message)
        version = it.run.state.version
        again = await it.ask(message)
        assert first.json() == again.json() and first.json()["accepted"]
        assert it.run.state.version == version

    run_door(check, State.RUNNING)


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": []},
        {"roles": ["root"]},
        {"roles": "operator"},
        {"roles": ["operator"] * 7},
        {"roles": [1]},
        {"state_version": -1},
        {"state_version": "3"},
        {"state_version": 1.5},
        {"age_s": -1.0},
        {"age_s": "0"},
        {"proved": "yes"},
        {"proved": 1},
        {"user": ""},
        {"role": "operator"},
    ],
    ids=str,
)
def test_a_command_without_a_proper_giver_is_not_taken(wrong: dict[str, Any]) -> None:
    async def check(it: Door) -> None:
        answer = await it.ask(it.message("start", **wrong))
        assert answer.status_code == 422
        assert not answer.json()["accepted"]

    run_door(check)


ENTRY = {
    "id": "12345678",
    "utc": "2026-01-01T00:00:00.000+00:00",
    "action": "account.roles",
    "user": "Ada",
    "about": "Bob",
    "ok": True,
    "text": "roles changed (Bob) by Ada",
    "more": {"old": "viewer", "new": "operator"},
}


def test_an_audit_entry_is_recorded_once() -> None:
    async def check(it: Door) -> None:
        for _ in range(2):
            assert (await it.http.post("/v1/audit", json=ENTRY)).json() == {"taken": True}
        (event,) = it.memory.events
        assert (event.kind, event.text) == (EventKind.AUDIT, ENTRY["text"])
        assert event.data["user"] == "Ada" and event.data["more.new"] == "operator"
        await it.http.post("/v1/audit", json=ENTRY | {"id": str(uuid.uuid4())})
        assert len(it.memory.events) == 2

    run_door(check)


def test_an_entry_counts_as_taken_when_it_is_on_disk_and_not_before() -> None:
    async def check(it: Door) -> None:
        it.memory.writes = False
        assert (await it.http.post("/v1/audit", json=ENTRY)).status_code == 503
        it.memory.writes = True
        assert (await it.http.post("/v1/audit", json=ENTRY)).status_code == 200
        assert len(it.memory.events) == 1

    run_door(check)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "1"},
        {"action": "Not A Word"},
        {"user": ""},
        {"user": "a\nb"},
        {"text": "x" * 201},
        {"ok": "yes"},
        {"more": {"a b": "c"}},
        {"more": {f"k{n}": "v" for n in range(11)}},
        {"extra": 1},
    ],
    ids=str,
)
def test_an_audit_entry_that_is_none_is_not_taken(wrong: dict[str, Any]) -> None:
    async def check(it: Door) -> None:
        assert (await it.http.post("/v1/audit", json=ENTRY | wrong)).status_code == 422
        assert it.memory.events == []

    run_door(check)
