"""The second factor: set up, asked for, good once, lost, and needed by administrators."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pyotp
import pytest
from pagesite import OTHER_PASSWORD, PASSWORD, Site, run

from controller.core.roles import Role
from hmi.accounts.factor import STEP_S, picture_of, step_of, uri_of
from hmi.app import create_app
from hmi.sessions import LOCKED_AFTER_S, PROOF_LASTS_S

# RFC 6238, appendix B, SHA-1: the last six of the eight digits that are printed there.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130"))


def app_of(it: Site, secret: str, *, steps: int = 0) -> str:
    """What the person's app shows so many steps from now."""
    return pyotp.TOTP(secret).at(it.desk.utc(), counter_offset=steps)


async def set_up(it: Site, name: str = "Ada", *roles: Role) -> str:
    """Signs in and sets a second factor up; its secret. The code is used up by that."""
    assert (await it.sign_in(name, *roles)).status_code == 204
    secret: str = (await it.post("/api/factor", {})).json()["secret"]
    confirmed = await it.send("PUT", "/api/factor", {"totp": app_of(it, secret)})
    assert confirmed.status_code == 204
    return secret


async def enter(it: Site, totp: str | None, name: str = "Ada", password: str = PASSWORD) -> Any:
    body = {"name": name, "password": password} | ({} if totp is None else {"totp": totp})
    it.http.cookies.clear()
    return await it.post("/api/session", body)


async def me(it: Site) -> dict[str, Any]:
    found: dict[str, Any] = (await it.http.get("/api/session")).json()
    return found


@pytest.mark.parametrize(("unix_s", "code"), RFC)
def test_codes_are_those_of_the_standard(unix_s: int, code: str) -> None:
    step = unix_s // STEP_S
    assert step_of(RFC_SECRET, code, unix_s, 0) == step
    assert step_of(RFC_SECRET, f" {code[:3]} {code[3:]} ", unix_s, 0) == step
    assert step_of(RFC_SECRET, code, unix_s, step) is None
    assert step_of(RFC_SECRET, code, unix_s + STEP_S, 0) == step
    assert step_of(RFC_SECRET, code, unix_s - STEP_S, 0) == step
    assert step_of(RFC_SECRET, code, unix_s + 2 * STEP_S, 0) is None
    if unix_s >= 2 * STEP_S:
        assert step_of(RFC_SECRET, code, unix_s - 2 * STEP_S, 0) is None


@pytest.mark.parametrize("code", ["", "0", "28708", "2870822", "２８７０８２", "é" * 6])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert step_of(RFC_SECRET, code, 59, 0) is None


def test_the_picture_has_what_a_phone_looks_for() -> None:
    rows = picture_of(uri_of(RFC_SECRET, "Ada"))
    assert {len(row) for row in rows} == {len(rows)}
    assert all(row[:7] == row[-7:] for row in rows[:7])  # the finder patterns
    assert rows[0].startswith("11111110")


def test_it_is_set_up_with_a_code_and_then_asked_for() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it)
        assert (await me(it))["has_factor"] is True
        for wrong in (None, "", "000000"):
            assert (await enter(it, wrong)).status_code == 403
        it.clock[0] += STEP_S
        assert (await enter(it, app_of(it, secret))).status_code == 204
        (shown,) = [one for one in it.told() if one["action"] == "account.factor"]
        assert (shown["user"], shown["ok"]) == ("Ada", True)
        assert secret not in str(it.told())

    run(check)


def test_nothing_is_kept_before_a_code_confirms_it() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        assert (await it.send("PUT", "/api/factor", {"totp": "123456"})).status_code == 400
        secret = (await it.post("/api/factor", {})).json()["secret"]
        wrong = await it.send("PUT", "/api/factor", {"totp": app_of(it, secret, steps=5)})
        assert wrong.status_code == 403
        assert it.desk.must("Ada").factor is None
        again = (await it.post("/api/factor", {})).json()
        assert again["secret"] != secret
        assert (await enter(it, None)).status_code == 204

    run(check)


def test_the_secret_is_shown_once() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it, "Ada", Role.ADMIN)
        assert (await it.post("/api/factor", {})).status_code == 400
        for path in ("/api/session", "/api/users", "/api/sessions"):
            answer = await it.http.get(path)
            assert answer.status_code == 200
            assert secret not in answer.text
        assert secret not in repr(it.desk.must("Ada"))

    run(check)


def test_a_code_counts_once() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it)
        assert (await enter(it, app_of(it, secret))).status_code == 403  # it confirmed
        code = app_of(it, secret, steps=1)
        assert (await enter(it, code)).status_code == 204
        assert (await enter(it, code)).status_code == 403
        assert (await enter(it, app_of(it, secret))).status_code == 403  # older than a used one

    run(check)


def test_a_code_with_a_wrong_password_is_not_used_up() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it)
        code = app_of(it, secret, steps=1)
        assert (await enter(it, code, password=OTHER_PASSWORD)).status_code == 403
        assert (await enter(it, code)).status_code == 204

    run(check)


def test_whichever_part_is_wrong_the_answer_is_the_same_and_counts_as_a_try() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it)
        it.add("Bob", Role.OPERATOR)
        good = app_of(it, secret, steps=1)
        answers = [
            await enter(it, "000000"),
            await enter(it, good, password=OTHER_PASSWORD),
            await enter(it, good, name="Nobody"),
            await enter(it, None, name="Bob", password=OTHER_PASSWORD),
        ]
        assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
        for _ in range(3):
            await enter(it, "000000")
        assert (await enter(it, good)).status_code == 429  # even the right one waits

    run(check)


def test_proof_and_stop_need_the_password_alone() -> None:
    """Whoever is signed in never needs the app to make the mill safer, nor to unlock the screen."""

    async def check(it: Site) -> None:
        await set_up(it)
        it.clock[0] += LOCKED_AFTER_S
        assert (await it.command("stop")).status_code == 503  # let through: nobody answers here
        assert (await it.post("/api/proof", {"password": PASSWORD})).status_code == 204
        assert (await it.command("start")).status_code == 503

    run(check)


def test_it_is_given_up_with_the_password_and_a_code() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it)
        it.clock[0] += PROOF_LASTS_S
        refused = await it.send("DELETE", "/api/factor", {"totp": app_of(it, secret)})
        assert (refused.status_code, refused.json()["error"]) == (403, "proof")
        await it.post("/api/proof", {"password": PASSWORD})
        wrong = await it.send("DELETE", "/api/factor", {"totp": "000000"})
        assert (wrong.status_code, it.desk.must("Ada").factor) == (403, secret)
        assert (
            await it.send("DELETE", "/api/factor", {"totp": app_of(it, secret)})
        ).status_code == 204
        assert (await me(it))["has_factor"] is False
        assert (await enter(it, None)).status_code == 204
        ended = [one["ok"] for one in it.told() if one["action"] == "account.factor_ended"]
        assert ended == [False, True]

    run(check)


def test_a_change_ends_every_other_session() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        elsewhere = dict(it.http.cookies)
        it.http.cookies.clear()
        await set_up(it)
        here = dict(it.http.cookies)
        assert (await it.http.get("/api/sessions")).status_code == 200
        it.http.cookies.clear()
        it.http.cookies.update(elsewhere)
        assert (await it.http.get("/api/sessions")).status_code == 401
        assert here != elsewhere

    run(check)


def test_a_lost_device_is_taken_off_by_an_administrator() -> None:
    async def check(it: Site) -> None:
        await set_up(it, "Bob", Role.OPERATOR)
        await enter(it, None, name="Bob")
        await it.sign_in("Ada", Role.ADMIN)
        assert (await it.send("DELETE", "/api/users/Bob/factor", {})).status_code == 204
        assert (await it.send("DELETE", "/api/users/Bob/factor", {})).status_code == 400
        (told,) = [one for one in it.told() if one["action"] == "account.factor_ended"]
        assert (told["user"], told["about"], told["ok"]) == ("Ada", "Bob", True)
        assert (await enter(it, None, name="Bob")).status_code == 204

    run(check)


def test_a_new_password_by_a_one_time_code_does_not_pass_it_by() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it, "Bob", Role.OPERATOR)
        await it.sign_in("Ada", Role.ADMIN)
        code = (await it.post("/api/users/Bob/code", {})).json()["code"]
        it.http.cookies.clear()
        body = {"name": "Bob", "code": code, "password": OTHER_PASSWORD}
        assert (await it.post("/api/enroll", body)).status_code == 403
        totp = app_of(it, secret, steps=1)
        assert (await it.post("/api/enroll", body | {"totp": totp})).status_code == 204
        assert (await enter(it, totp, "Bob", OTHER_PASSWORD)).status_code == 403  # used

    run(check)


def exposed(it: Site) -> None:
    """The same page, as if it were served to other computers."""
    it.services = replace(it.services, exposed=True)
    transport = httpx.ASGITransport(create_app(it.services, None))
    it.http._transport = transport


@pytest.mark.parametrize("roles", [(Role.ADMIN,), (Role.ADMIN, Role.OPERATOR)])
def test_to_other_computers_nobody_is_administrator_without_one(roles: tuple[Role, ...]) -> None:
    async def check(it: Site) -> None:
        exposed(it)
        await it.sign_in("Ada", *roles)
        it.add("Bob", Role.OPERATOR)
        lacking = await me(it)
        assert lacking["needs_factor"] is True
        assert "admin" not in lacking["roles"]
        for method, path, body in (
            ("GET", "/api/users", None),
            ("POST", "/api/users", {"name": "Eve", "roles": ["admin"]}),
            ("PATCH", "/api/users/Bob", {"disabled": True}),
            ("POST", "/api/users/Bob/code", {}),
            ("DELETE", "/api/users/Bob/factor", {}),
            ("DELETE", "/api/users/Bob/sessions", {}),
        ):
            answer = await it.send(method, path, body)
            assert (answer.status_code, answer.json()["error"]) == (403, "factor"), path
        assert (await it.command("stop")).status_code == 503  # stopping never needs it
        await set_up(it, "Ada")
        has = await me(it)
        assert (has["needs_factor"], "admin" in has["roles"]) == (False, True)
        assert (await it.http.get("/api/users")).status_code == 200

    run(check)


def test_to_other_computers_everybody_else_works_without_one() -> None:
    async def check(it: Site) -> None:
        exposed(it)
        await it.sign_in("Bob", Role.OPERATOR)
        assert (await me(it))["needs_factor"] is False

    run(check)


def test_of_two_who_use_a_code_at_once_one_gets_in() -> None:
    async def check(it: Site) -> None:
        secret = await set_up(it)
        code = app_of(it, secret, steps=1)
        tries = [it.desk.sign_in("Ada", PASSWORD, code, "here") for _ in range(2)]
        came = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(one).__name__ for one in came) == ["AccessError", "Account"]

    run(check)
