"""Every route of the page's server, asked by everybody: who gets in is what the table says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pagesite import NOWHERE, ORIGIN, Site, run

from controller.core.roles import Role
from hmi.access import ROUTES, Access
from hmi.app import create_app
from hmi.sessions import LOCKED_AFTER_S, PROOF_LASTS_S, REQUEST_BURST

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARTS = {"{name}": "nobody", "{id}": "none", "{n}": "1", "{version}": "1"}
# Alone, and all together: any of a person's roles opens what it opens.
PERSONS: list[tuple[Role, ...]] = [*((role,) for role in Role), tuple(Role)]
SCREENS = ("fresh", "unproved", "locked")
LET_IN = {200, 201, 204, 400, 404, 415, 422, 503}
REFUSALS = {"role", "locked", "proof"}


def api_of(it: Site) -> FastAPI:
    inner = create_app(it.services, None)._app  # type: ignore[attr-defined]
    assert isinstance(inner, FastAPI)
    return inner


def served(app: FastAPI) -> Iterator[tuple[str, str]]:
    for included in app.routes:
        # All but the built page, which is not mounted here, are routers with a prefix of their own.
        router = included.original_router  # type: ignore[attr-defined]
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from ((method, route.path) for method in route.methods)


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    async def check(it: Site) -> None:
        assert set(served(api_of(it))) == set(ROUTES)

    run(check)


def test_a_route_without_a_row_is_refused_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Ada", *Role)
        with monkeypatch.context() as without:
            rows = {route: row for route, row in ROUTES.items() if route != ("GET", "/api/trend")}
            without.setattr("hmi.deps.ROUTES", rows)
            answer = await it.http.get("/api/trend")
        assert (answer.status_code, answer.json()["error"]) == (403, "role")

    run(check)


async def ask(it: Site, method: str, path: str) -> tuple[int, str]:
    for part, value in PARTS.items():
        path = path.replace(part, value)
    headers = {"origin": ORIGIN, "content-type": "application/json"}
    answer = await it.http.request(method, path, headers=headers, content=b"{}")
    try:
        word = json.loads(answer.content)["error"]
    except (ValueError, KeyError, TypeError):
        word = ""
    return answer.status_code, word


def expected(access: Access | None, roles: tuple[Role, ...], screen: str) -> str:
    if access is None:
        return "no such"
    if access.open:
        return "in"
    if not access.roles & set(roles):
        return "role"
    if screen == "locked" and not access.on_locked:
        return "locked"
    return "proof" if screen != "fresh" and access.proof else "in"


async def as_on(it: Site, roles: tuple[Role, ...], screen: str) -> None:
    """Signed in with these roles, at a screen that was left alone for a while or not."""
    if not it.services.sessions.of("Ada", it.clock[0]):
        await it.sign_in("Ada", *roles)
    (session,) = it.services.sessions.of("Ada", it.clock[0])
    ago_s = {"fresh": 0.0, "unproved": PROOF_LASTS_S, "locked": LOCKED_AFTER_S}[screen]
    session.active_at_s = session.proved_at_s = it.clock[0] - ago_s
    session.allowance = REQUEST_BURST


# Locked and unproved screens are asked the same way: for some roles here, for all in the long run.
CASES = [
    pytest.param(
        roles,
        screen,
        id=f"{'+'.join(role.value for role in roles)}-{screen}",
        marks=() if screen == "fresh" or number % 3 == 1 else pytest.mark.long,
    )
    for number, roles in enumerate(PERSONS)
    for screen in SCREENS
]


@pytest.mark.parametrize(("roles", "screen"), CASES)
def test_each_role_gets_what_the_table_gives_it(roles: tuple[Role, ...], screen: str) -> None:
    """Every path with every method, whether it is served or not."""

    async def check(it: Site) -> None:
        paths = {path for _, path in ROUTES}
        for path in sorted(paths):
            for method in METHODS:
                if (method, path) == ("GET", "/api/stream"):
                    continue  # it never ends; see the test of the stream
                await as_on(it, roles, screen)
                status, word = await ask(it, method, path)
                wanted = expected(ROUTES.get((method, path)), roles, screen)
                where = f"{method} {path}"
                if wanted == "in":
                    inside = status in LET_IN or word in ("not_simulated", "no_training")
                    assert inside and word not in REFUSALS, where
                elif wanted == "no such":
                    assert status == 405, where
                else:
                    assert (status, word) == (403, wanted), where

    run(check, door=NOWHERE)


def test_without_a_session_only_the_open_routes_answer() -> None:
    async def check(it: Site) -> None:
        for (method, path), access in ROUTES.items():
            status, _ = await ask(it, method, path)
            assert status != 401 if access.open else status == 401, f"{method} {path}"

    run(check)


def test_a_refusal_is_on_the_record_with_who_and_what() -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Vera", Role.VIEWER)
        await it.http.get("/api/users")
        denied: dict[str, Any] = it.told()[-1]
        assert (denied["action"], denied["user"]) == ("session.denied", "Vera")
        assert denied["more"] == {"route": "GET /api/users"}

    run(check)


@pytest.mark.parametrize("name", ["hold", "stop", "abort"])
@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_anybody_may_make_the_mill_safer_from_a_locked_screen(role: Role, name: str) -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Ada", role)
        it.clock[0] += LOCKED_AFTER_S
        # 503: it was passed on, and no controller is there in this test.
        assert (await it.command(name)).status_code == 503
        assert (await it.command(name, state_version=None, seen_s=None)).status_code == 503
        refused = await it.command("start")
        assert (refused.status_code, refused.json()["error"]) == (403, "locked")

    run(check)
