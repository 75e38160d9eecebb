"""What administrators do with accounts, what it does to people at once, and its audit trail."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from doorsite import door
from pagesite import ORIGIN, OTHER_PASSWORD, PASSWORD, PORT, Site, run

from controller.api.client import Answer, ControllerClient
from controller.core.roles import Role
from controller.errors import LinkError
from hmi.accounts.audit import Action, Audit
from hmi.accounts.codes import HANDED_LIFE_S

COOKIE = f"blademill_{PORT}"


async def admin(it: Site) -> None:
    await it.sign_in("Ada", Role.ADMIN)


async def other_browser(it: Site, name: str, *roles: Role) -> str:
    """Signs somebody in elsewhere; the cookie that they have there."""
    mine = it.http.cookies.get(COOKIE)
    it.http.cookies.clear()
    assert (await it.sign_in(name, *roles)).status_code == 204
    theirs = it.http.cookies[COOKIE]
    it.http.cookies.clear()
    if mine:
        it.http.cookies.set(COOKIE, mine)
    return theirs


async def as_other(it: Site, cookie: str, path: str) -> int:
    transport = it.http._transport
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        http.cookies.set(COOKIE, cookie)
        return (await http.get(path)).status_code


async def enroll(it: Site, name: str, code: str, password: str = OTHER_PASSWORD) -> int:
    body = {"name": name, "code": code, "password": password}
    return (await it.post("/api/enroll", body)).status_code


def test_a_person_is_added_with_a_code_and_chooses_the_password() -> None:
    async def check(it: Site) -> None:
        await admin(it)
        added = await it.post("/api/users", {"name": "Bob", "roles": ["operator"]})
        assert added.status_code == 201
        code = added.json()["code"]
        listed = {one["name"]: one for one in (await it.http.get("/api/users")).json()}
        assert listed["Bob"]["has_password"] is False
        assert (listed["Bob"]["roles"], listed["Bob"]["created_by"]) == (["operator"], "Ada")
        assert code not in json.dumps(listed)
        it.http.cookies.clear()
        assert await enroll(it, "Bob", code, "bob") == 400  # weak: the code is still good
        assert await enroll(it, "bob", code.lower()) == 204
        me = (await it.http.get("/api/session")).json()
        assert (me["name"], me["roles"]) == ("Bob", ["operator"])
        assert await enroll(it, "Bob", code) == 403  # once
        assert (await it.sign_in("Bob", password=OTHER_PASSWORD)).status_code == 204

    run(check)


def test_a_code_is_for_one_person_and_for_a_day() -> None:
    async def check(it: Site) -> None:
        await admin(it)
        code = (await it.post("/api/users", {"name": "Bob", "roles": ["viewer"]})).json()["code"]
        await it.post("/api/users", {"name": "Eve", "roles": ["viewer"]})
        assert await enroll(it, "Eve", code) == 403
        assert await enroll(it, "Nobody", code) == 403
        it.clock[0] += HANDED_LIFE_S
        assert await enroll(it, "Bob", code) == 403

    run(check)


@pytest.mark.parametrize(
    "change",
    [{"roles": ["viewer"]}, {"disabled": True}, "code", "end"],
    ids=["roles", "disabled", "code", "ended"],
)
def test_a_change_ends_the_persons_sessions_at_once(change: Any) -> None:
    async def check(it: Site) -> None:
        await admin(it)
        bob = await other_browser(it, "Bob", Role.OPERATOR)
        eve = await other_browser(it, "Eve", Role.OPERATOR)
        assert await as_other(it, bob, "/api/recipes") == 200
        if change == "code":
            await it.post("/api/users/Bob/code", {})
        elif change == "end":
            await it.send("DELETE", "/api/users/Bob/sessions")
        else:
            assert (await it.send("PATCH", "/api/users/Bob", change)).status_code == 204
        assert await as_other(it, bob, "/api/recipes") == 401
        assert await as_other(it, eve, "/api/recipes") == 200
        it.http.cookies.clear()
        signed_in = (await it.sign_in("Bob")).status_code
        assert signed_in == (204 if change in ("end", {"roles": ["viewer"]}) else 403)

    run(check)


def test_what_a_command_says_of_roles_is_what_they_are_now() -> None:
    """Also in a session that the store did not end: the roles are read for each command."""

    async def check(it: Site) -> None:
        await it.sign_in("Bob", Role.OPERATOR)
        assert it.services.roles("Bob") == {Role.OPERATOR}
        it.desk.store.set_roles("Bob", frozenset({Role.VIEWER}))
        assert it.services.roles("Bob") == {Role.VIEWER}
        it.desk.store.set_disabled("Bob", True)
        assert it.services.roles("Bob") == frozenset()
        assert (await it.http.get("/api/recipes")).status_code == 403

    run(check)


def test_a_disabled_person_comes_back_when_enabled() -> None:
    async def check(it: Site) -> None:
        await admin(it)
        it.add("Bob", Role.OPERATOR)
        await it.send("PATCH", "/api/users/Bob", {"disabled": True})
        await it.send("PATCH", "/api/users/Bob", {"disabled": False})
        assert (await it.sign_in("Bob")).status_code == 204

    run(check)


@pytest.mark.parametrize("change", [{"roles": ["operator"]}, {"disabled": True}, "code"], ids=str)
def test_the_last_administrator_stays(change: Any) -> None:
    async def check(it: Site) -> None:
        await admin(it)
        path = "/api/users/Ada"

        async def do() -> int:
            if change == "code":
                return (await it.post(f"{path}/code", {})).status_code
            return int((await it.send("PATCH", path, change)).status_code)

        assert await do() == 400
        it.add("Mia", Role.ADMIN)
        it.desk.store.set_disabled("Mia", True)
        assert await do() == 400  # one who is disabled does not count
        it.desk.store.set_disabled("Mia", False)
        assert await do() in (200, 204)

    run(check)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Ada", "roles": ["operator"]},
        {"name": "ADA", "roles": ["operator"]},
        {"name": "Bob", "roles": []},
        {"name": "Bob", "roles": ["root"]},
        {"name": "Bob", "roles": "admin"},
        {"name": "Bob"},
        {"name": "<i>Bob", "roles": ["viewer"]},
        {"name": "Bob", "roles": ["viewer"], "disabled": False},
        {"name": "Bob", "roles": ["viewer"], "password": PASSWORD},
    ],
    ids=str,
)
def test_a_person_who_makes_no_sense_is_not_added(body: Any) -> None:
    async def check(it: Site) -> None:
        await admin(it)
        assert (await it.post("/api/users", body)).status_code in (400, 422)
        assert [account.name for account in it.desk.store.all()] == ["Ada"]

    run(check)


def test_nobody_is_deleted_and_no_name_is_used_again() -> None:
    async def check(it: Site) -> None:
        await admin(it)
        it.add("Bob", Role.OPERATOR)
        it.desk.store.set_disabled("Bob", True)
        assert (await it.send("DELETE", "/api/users/Bob")).status_code == 405
        again = await it.post("/api/users", {"name": "bob", "roles": ["admin"]})
        assert again.status_code == 400

    run(check)


# The audit trail


def test_each_change_is_told_with_who_whom_and_what() -> None:
    async def check(it: Site) -> None:
        await it.post("/api/setup", {"name": "Ada", "code": it.codes[-1], "password": PASSWORD})
        await it.post("/api/users", {"name": "Bob", "roles": ["operator"]})
        await it.send("PATCH", "/api/users/Bob", {"roles": ["viewer"]})
        await it.send("PATCH", "/api/users/Bob", {"disabled": True})
        await it.send("PATCH", "/api/users/Bob", {"disabled": False})
        code = (await it.post("/api/users/Bob/code", {})).json()["code"]
        await it.post("/api/password", {"old": PASSWORD, "new": OTHER_PASSWORD})
        await it.post("/api/proof", {"password": PASSWORD})
        await it.send("DELETE", "/api/session")
        await enroll(it, "Bob", code)
        await it.sign_in("Bob", password=PASSWORD)
        told = [(one["action"], one["user"], one["about"], one["ok"]) for one in it.told()]
        assert told == [
            ("account.set_up", "Ada", "", True),
            ("account.added", "Ada", "Bob", True),
            ("account.roles", "Ada", "Bob", True),
            ("account.disabled", "Ada", "Bob", True),
            ("account.enabled", "Ada", "Bob", True),
            ("account.code", "Ada", "Bob", True),
            ("session.proof", "Ada", "", True),
            ("account.password", "Ada", "", True),
            ("session.proof", "Ada", "", False),
            ("session.sign_out", "Ada", "", True),
            ("account.enrolled", "Bob", "", True),
            ("session.sign_in", "Bob", "", False),
        ]
        roles = next(one for one in it.told() if one["action"] == "account.roles")
        assert roles["more"] == {"old": "operator", "new": "viewer"}
        everything = json.dumps(it.told())
        for secret in (PASSWORD, OTHER_PASSWORD, code, it.codes[-1]):
            assert secret not in everything

    run(check)


def test_a_change_and_what_is_told_of_it_are_one_transaction() -> None:
    async def check(it: Site) -> None:
        it.add("Bob", Role.OPERATOR)
        with pytest.raises(ZeroDivisionError), it.desk.store.change():
            it.desk.store.set_roles("Bob", frozenset({Role.ADMIN}))
            it.desk.audit.note(Action.ROLES, "Ada", about="Bob")
            raise ZeroDivisionError
        found = it.desk.store.get("Bob")
        assert found is not None and found.roles == {Role.OPERATOR}
        assert it.told() == []

    run(check)


class FlakyClient(ControllerClient):
    """A client whose first answers are lost on the way back."""

    def __init__(self, http: httpx.AsyncClient, lost: int) -> None:
        self.through = http
        self.lost = lost

    async def post(self, path: str, message: dict[str, Any]) -> Answer:
        reply = await self.through.post(f"/v1/{path}", json=message)
        if self.lost > 0:
            self.lost -= 1
            raise LinkError("lost")
        return Answer(reply.status_code, reply.content)


def test_entries_reach_the_record_once_each_and_in_order_whatever_gets_lost() -> None:
    async def check(it: Site) -> None:
        async with door() as controller:
            for number in range(60):
                it.desk.audit.note(Action.SIGN_IN, f"P{number}")
            client = FlakyClient(controller.http, lost=1)
            delivering = asyncio.create_task(it.desk.audit.deliver(client))
            while it.told():
                await asyncio.sleep(0.01)
            it.desk.audit.note(Action.SIGN_OUT, "P0")
            while it.told():
                await asyncio.sleep(0.01)
            delivering.cancel()
            users = [event.data["user"] for event in controller.memory.events]
            assert users == [*(f"P{number}" for number in range(60)), "P0"]

    run(check)


def test_entries_outlive_the_page_server() -> None:
    async def check(it: Site) -> None:
        it.desk.audit.note(Action.SIGN_IN, "Ada")
        again = Audit(it.desk.store, it.desk.utc)
        again.note(Action.SIGN_OUT, "Ada")
        assert [one["action"] for one in it.told()] == ["session.sign_in", "session.sign_out"]

    run(check)
