"""The first administrator, signing in and out, and what ends a session."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pagesite import OTHER_PASSWORD, PASSWORD, PORT, Site, run

from controller.core.roles import Role
from hmi.accounts.codes import ALPHABET, CONSOLE_LIFE_S, new_code
from hmi.sessions import LOCKED_AFTER_S, PROOF_LASTS_S, SESSION_LIFE_S

COOKIE = f"blademill_{PORT}"


async def set_up(it: Site, code: str, name: str = "Ada", password: str = PASSWORD) -> Any:
    return await it.post("/api/setup", {"name": name, "code": code, "password": password})


async def who(it: Site) -> Any:
    return (await it.http.get("/api/session")).json()


# The first administrator


def test_the_consoles_code_makes_one_administrator_and_no_second() -> None:
    async def check(it: Site) -> None:
        assert (await it.http.get("/api/setup")).json() == {"needed": True}
        assert (await set_up(it, it.codes[-1], "Ada Lovelace")).status_code == 204
        me = await who(it)
        assert me["name"] == "Ada Lovelace"
        assert me["roles"] == ["operator", "author", "supervisor", "maintenance", "admin"]
        assert (await it.http.get("/api/setup")).json() == {"needed": False}
        assert (await set_up(it, it.codes[-1], "Eve")).status_code == 403
        assert [account.name for account in it.desk.store.all()] == ["Ada Lovelace"]
        assert len(it.codes) == 1

    run(check)


def test_there_is_no_account_before_the_first_one() -> None:
    async def check(it: Site) -> None:
        assert it.desk.store.all() == []
        for name in ("admin", "root", "operator", ""):
            for password in ("admin", "password", "blademill", it.codes[-1], " "):
                answer = await it.post("/api/session", {"name": name, "password": password})
                assert answer.status_code in (403, 422, 429)

    run(check)


def test_the_code_is_renewed_and_the_old_one_is_worth_nothing() -> None:
    async def check(it: Site) -> None:
        old = it.codes[-1]
        it.clock[0] += CONSOLE_LIFE_S
        assert (await set_up(it, old)).status_code == 403
        it.desk.console.renew(it.clock[0])
        assert len(it.codes) == 2 and it.codes[1] != old
        assert (await set_up(it, old)).status_code == 403
        assert (await set_up(it, it.codes[1].lower().replace("-", " "))).status_code == 204

    run(check)


def test_of_two_who_use_the_code_at_once_one_gets_in() -> None:
    async def check(it: Site) -> None:
        both = [set_up(it, it.codes[-1], name) for name in ("Ada", "Eve")]
        answers = [answer.status_code for answer in await asyncio.gather(*both)]
        assert sorted(answers) == [204, 403]
        assert len(it.desk.store.all()) == 1

    run(check)


def test_a_weak_password_does_not_use_the_code_up() -> None:
    async def check(it: Site) -> None:
        assert (await set_up(it, it.codes[-1], password="password1234")).status_code == 400
        assert (await set_up(it, it.codes[-1])).status_code == 204

    run(check)


def test_codes_are_unmistakable_and_never_the_same() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(set(code) - {"-"} <= set(ALPHABET) for code in codes)
    assert not set("01OIL") & set(ALPHABET)


# Signing in


def test_the_cookie_cannot_be_read_by_a_script_nor_sent_from_elsewhere() -> None:
    async def check(it: Site) -> None:
        cookie = (await it.sign_in()).headers["set-cookie"].lower()
        assert cookie.startswith(f"{COOKIE}=")
        for part in ("httponly", "samesite=strict", "path=/"):
            assert part in cookie
        assert "domain" not in cookie

    run(check)


def test_an_id_from_before_signing_in_is_not_taken_over() -> None:
    async def check(it: Site) -> None:
        it.http.cookies.set(COOKIE, "chosen-by-somebody-else", domain="127.0.0.1")
        await it.sign_in()
        tokens = [cookie.value for cookie in it.http.cookies.jar]
        assert it.services.sessions.find("chosen-by-somebody-else", 1000.0) is None
        assert any(it.services.sessions.find(token, 1000.0) for token in tokens)

    run(check)


def test_each_sign_in_and_each_proof_has_a_new_id_and_ends_the_old_one() -> None:
    async def check(it: Site) -> None:
        seen = []
        for path in ("/api/session", "/api/session", "/api/proof", "/api/password"):
            if not seen:
                await it.sign_in()
            body: dict[str, str] = {"name": "Ada", "password": PASSWORD}
            if path == "/api/proof":
                body = {"password": PASSWORD}
            if path == "/api/password":
                body = {"old": PASSWORD, "new": OTHER_PASSWORD}
            assert (await it.post(path, body)).status_code == 204
            seen.append(it.http.cookies[COOKIE])
            assert [it.services.sessions.find(old, 1000.0) for old in seen[:-1]] == [None] * (
                len(seen) - 1
            )
            assert await who(it)
        assert len(set(seen)) == 4

    run(check)


WRONG = {
    "unknown": {"name": "Nobody", "password": PASSWORD},
    "wrong": {"name": "Ada", "password": OTHER_PASSWORD},
    "disabled": {"name": "Dora", "password": PASSWORD},
    "no password yet": {"name": "Nina", "password": PASSWORD},
    "empty-like": {"name": "Ada", "password": " "},
}


@pytest.mark.parametrize("case", WRONG)
def test_every_failed_sign_in_has_the_same_answer(case: str) -> None:
    async def check(it: Site) -> None:
        it.add("Ada", Role.OPERATOR)
        it.add("Dora", Role.OPERATOR)
        it.desk.store.set_disabled("Dora", True)
        it.desk.store.add("Nina", frozenset({Role.OPERATOR}), "test", "")
        answer = await it.post("/api/session", WRONG[case])
        assert answer.status_code == 403
        assert answer.json() == {
            "error": "wrong",
            "text": "Name, password or authenticator code is wrong.",
        }
        assert "set-cookie" not in answer.headers

    run(check)


def test_a_name_is_the_same_however_it_is_written() -> None:
    async def check(it: Site) -> None:
        it.add("Ada Lovelace", Role.OPERATOR)
        for name in ("ada lovelace", "ADA LOVELACE", "\uff21da Lovelace"):
            answer = await it.post("/api/session", {"name": name, "password": PASSWORD})
            assert answer.status_code == 204
            assert (await who(it))["name"] == "Ada Lovelace"

    run(check)


def test_a_session_that_somebody_else_put_into_the_browser_is_never_taken_over() -> None:
    """Neither one that was made up nor a living one of another person becomes the signed-in one."""

    async def check(it: Site) -> None:
        cookie = it.services.cookie
        await it.sign_in("Mallory")
        theirs = it.http.cookies[cookie]
        for planted in ("chosen-by-somebody-else", theirs):
            it.http.cookies.clear()
            it.http.cookies.set(cookie, planted, domain="127.0.0.1", path="/")
            answer = await it.sign_in("Ada")
            given = answer.cookies[cookie]
            assert given != planted
            it.http.cookies.clear()
            it.http.cookies.set(cookie, planted, domain="127.0.0.1", path="/")
            seen = (await it.http.get("/api/session")).json()
            assert not seen or seen["name"] == "Mallory"
            it.http.cookies.clear()
            it.http.cookies.set(cookie, given, domain="127.0.0.1", path="/")
            assert (await who(it))["name"] == "Ada"

    run(check)


# What ends a session


def test_signing_out_ends_the_session_on_the_server() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        kept = dict(it.http.cookies)
        assert (await it.send("DELETE", "/api/session")).status_code == 204
        it.http.cookies.update(kept)
        assert (await it.http.get("/api/recipes")).status_code == 401

    run(check)


def test_a_session_ends_after_its_time_whatever_is_done_in_it() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        for _ in range(int(SESSION_LIFE_S / 600.0)):
            assert (await it.http.get("/api/recipes")).status_code == 200
            await it.post("/api/proof", {"password": PASSWORD})
            it.clock[0] += 600.0
        assert (await it.http.get("/api/recipes")).status_code == 401

    run(check)


def test_a_password_of_ten_years_ago_still_counts() -> None:
    """A change by the calendar makes people count at the end of their passwords."""

    async def check(it: Site) -> None:
        assert (await it.sign_in()).status_code == 204
        it.clock[0] += 10.0 * 365.0 * 86_400.0
        assert (await it.sign_in()).status_code == 204

    run(check)


def test_a_page_that_nobody_touches_locks_and_the_password_unlocks_it() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        it.clock[0] += LOCKED_AFTER_S - 1.0
        await it.http.get("/api/trend")  # what the page does by itself is nobody's touch
        assert (await it.command("start")).status_code == 503
        it.clock[0] += 1.0
        assert (await it.command("start")).json()["error"] == "locked"
        await it.post("/api/session/touch", {})  # too late
        assert (await it.command("start")).json()["error"] == "locked"
        assert (await it.post("/api/proof", {"password": OTHER_PASSWORD})).status_code == 403
        assert (await it.command("start")).json()["error"] == "locked"
        assert (await it.post("/api/proof", {"password": PASSWORD})).status_code == 204
        assert (await it.command("start")).status_code == 503
        it.clock[0] += LOCKED_AFTER_S - 1.0
        await it.post("/api/session/touch", {})
        it.clock[0] += LOCKED_AFTER_S - 1.0
        assert (await it.command("start")).status_code == 503

    run(check)


def test_the_proof_of_a_password_counts_for_a_while() -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Ada", Role.ADMIN)
        assert (await who(it))["proof_left_s"] == PROOF_LASTS_S
        it.clock[0] += PROOF_LASTS_S
        new = {"name": "Bob", "roles": ["viewer"]}
        assert (await it.post("/api/users", new)).json()["error"] == "proof"
        await it.post("/api/proof", {"password": PASSWORD})
        assert (await it.post("/api/users", new)).status_code == 201

    run(check)


def test_a_person_has_three_sessions_and_the_oldest_one_goes() -> None:
    async def check(it: Site) -> None:
        tokens = []
        for _ in range(4):
            it.http.cookies.clear()
            await it.sign_in()
            tokens.append(it.http.cookies[COOKIE])
        found = [it.services.sessions.find(token, 1000.0) is not None for token in tokens]
        assert found == [False, True, True, True]

    run(check)


def test_ones_own_sessions_are_listed_and_ended_and_nobody_elses() -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Eve")
        eve = it.http.cookies[COOKIE]
        (theirs,) = it.services.sessions.of("Eve", 1000.0)
        it.http.cookies.clear()
        await it.sign_in("Ada")
        first = it.http.cookies[COOKIE]
        it.http.cookies.clear()
        await it.sign_in("Ada")
        listed = (await it.http.get("/api/sessions")).json()
        assert [one["own"] for one in listed] == [False, True]
        assert not any(token in str(listed) for token in (eve, first, it.http.cookies[COOKIE]))
        assert (await it.send("DELETE", f"/api/sessions/{theirs.id}")).status_code == 404
        ended = await it.send("DELETE", f"/api/sessions/{listed[0]['id']}")
        assert ended.json() == {"ended": 1}
        assert it.services.sessions.find(first, 1000.0) is None
        assert it.services.sessions.find(eve, 1000.0) is not None
        await it.sign_in("Ada")
        assert (await it.send("DELETE", "/api/sessions")).json() == {"ended": 0}
        assert await who(it)

    run(check)


def test_changing_the_password_ends_every_other_session() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        other = it.http.cookies[COOKIE]
        it.http.cookies.clear()
        await it.sign_in()
        change = {"old": PASSWORD, "new": OTHER_PASSWORD}
        for wrong in ({"old": OTHER_PASSWORD}, {"new": "short"}, {"new": "operator12345"}):
            assert (await it.post("/api/password", change | wrong)).status_code in (400, 403)
            assert it.services.sessions.find(other, 1000.0) is not None
        assert (await it.post("/api/password", change)).status_code == 204
        assert it.services.sessions.find(other, 1000.0) is None
        assert (await who(it))["name"] == "Ada"
        assert (await it.sign_in()).status_code == 403
        assert (await it.sign_in(password=OTHER_PASSWORD)).status_code == 204

    run(check)


def test_the_stream_ends_with_its_session() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        token = it.http.cookies[COOKIE]
        frames = it.services.hub.frames(
            lambda: it.services.sessions.find(token, it.clock[0]) is not None
        )
        await anext(frames)
        it.services.sessions.close_of("Ada")
        left = [frame async for frame in frames]
        assert len(left) <= 1

    run(check)
