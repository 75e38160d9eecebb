"""The web application from outside: who gets in, what is refused, and what every answer carries."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pagesite import ORIGIN, PASSWORD, PORT, Site, run
from starlette.routing import Route

from controller.packaged import packaged_dir
from hmi.app import BODY_LIMIT, session_routes
from hmi.gate import SECURITY_HEADERS
from hmi.sessions import REQUEST_BURST

SENT = "canary-7f3a"


def routes() -> list[tuple[str, str]]:
    found = []
    for route in session_routes.routes:
        assert isinstance(route, Route) or hasattr(route, "methods")
        path = route.path.replace("{name}", "bm-05.toml")  # type: ignore[attr-defined]
        found += [(method, path) for method in route.methods]  # type: ignore[attr-defined]
    return found


def test_there_are_routes_that_need_a_session() -> None:
    assert {path for _, path in routes()} >= {"/api/stream", "/api/command", "/api/trend"}


@pytest.mark.parametrize(("method", "path"), routes())
def test_without_a_session_nothing_is_told_or_done(method: str, path: str) -> None:
    async def check(it: Site) -> None:
        headers = {"origin": ORIGIN, "content-type": "application/json"}
        body = {"id": str(uuid.uuid4()), "name": "stop", "args": {}}
        answer = await it.http.request(method, path, headers=headers, json=body)
        assert answer.status_code == 401

    run(check)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/metrics", "/api/docs"])
def test_nothing_describes_the_inside(path: str) -> None:
    async def check(it: Site) -> None:
        assert (await it.http.get(path)).status_code == 404

    run(check)


# What is refused at the gate

ELSEWHERE = ["", "null", "http://evil.example", f"http://127.0.0.1:{PORT + 1}", f"https://{ORIGIN}"]


@pytest.mark.parametrize("origin", ELSEWHERE)
@pytest.mark.parametrize("path", ["/api/session", "/api/command"])
def test_a_change_must_come_from_our_own_page(path: str, origin: str) -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        assert (await it.post(path, {}, origin=origin)).status_code == 403

    run(check)


def test_a_change_without_an_origin_is_refused() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        assert (await it.http.post("/api/command", json={})).status_code == 403
        assert (await it.http.delete("/api/session")).status_code == 403

    run(check)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_taken(media_type: str) -> None:
    async def check(it: Site) -> None:
        body = json.dumps({"name": "Ada", "password": PASSWORD}).encode()
        answer = await it.post("/api/session", body, **{"content-type": media_type})
        assert answer.status_code == 415

    run(check)


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "localhost:1"]
)
def test_another_name_for_this_address_is_not_answered(host: str) -> None:
    async def check(it: Site) -> None:
        assert (await it.http.get("/api/health", headers={"host": host})).status_code == 421

    run(check)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_refused_before_it_is_read(chunked: bool) -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        headers = {"origin": ORIGIN, "content-type": "application/json"}
        body = b'"' + b"x" * BODY_LIMIT + b'"'

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 1000):
                yield body[start : start + 1000]

        content = pieces() if chunked else body
        answer = await it.http.post("/api/command", content=content, headers=headers)
        assert answer.status_code == 413

    run(check)


# What is refused as a message

ID = str(uuid.uuid4())
CHARGE = {
    "cam_mass_g": 95.0,
    "sse_mass_g": 5.0,
    "cam_lot": "A",
    "sse_lot": "B",
    "blade_id": "C",
    "emptied_and_cleaned": True,
}
BAD_COMMANDS: list[Any] = [
    b"",
    b"{",
    b"[" * 60_000,
    b'{"id":' * 9_000,
    b"\xff\xfe{}",
    [],
    None,
    {"name": "stop"},
    {"id": ID, "name": SENT},
    {"id": SENT, "name": "stop"},
    {"id": 1, "name": "stop"},
    {"id": ID, "name": "stop", "args": {SENT: 1}},
    {"id": ID, "name": "stop", "args": [SENT]},
    {"id": ID, "name": "stop", SENT: SENT},
    {"id": ID, "name": "load", "args": {}},
    {"id": ID, "name": "load", "args": {"recipe_toml": SENT, "name": "x.toml"}},
    {"id": ID, "name": "load", "args": {"recipe": 5}},
    {"id": ID, "name": "ack", "args": {}},
    {"id": ID, "name": "shelve", "args": {"alarm": "O2_HIGH", "minutes": 15.0}},
    {"id": ID, "name": "shelve", "args": {"alarm": "A", "minutes": 0.5, "reason": "x"}},
    {"id": ID, "name": "shelve", "args": {"alarm": "A", "minutes": 481.0, "reason": "x"}},
    {"id": ID, "name": "shelve", "args": {"alarm": "A", "minutes": 15.0, "reason": "  "}},
    {"id": ID, "name": "shelve", "args": {"alarm": "A", "minutes": 15.0, "reason": "a\nb"}},
    {"id": ID, "name": "shelve", "args": {"alarm": "A", "minutes": 1.0, "reason": SENT * 100}},
    {"id": ID, "name": "out_of_service", "args": {"alarm": "A"}},
    {"id": ID, "name": "unshelve", "args": {}},
    {"id": ID, "name": "charge", "args": {}},
    {"id": ID, "name": "charge", "args": CHARGE | {"cam_mass_g": -1.0}},
    {"id": ID, "name": "charge", "args": CHARGE | {"cam_mass_g": SENT}},
    {"id": ID, "name": "charge", "args": CHARGE | {"cam_mass_g": 1e300}},
    {"id": ID, "name": "charge", "args": CHARGE | {"emptied_and_cleaned": 1}},
    {"id": ID, "name": "charge", "args": CHARGE | {SENT: 1}},
    {"id": ID, "name": "charge", "args": CHARGE | {"cam_lot": SENT * 50}},
    json.dumps(
        {"id": ID, "name": "charge", "args": CHARGE | {"cam_mass_g": float("nan")}}
    ).encode(),
    b'{"id":"x","name":"charge","args":{"cam_mass_g":1' + b"0" * 5_000 + b"}}",
]


@pytest.mark.parametrize("body", BAD_COMMANDS, ids=range(len(BAD_COMMANDS)))
def test_a_malformed_command_is_refused_and_not_echoed(body: Any) -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        answer = await it.post("/api/command", body)
        assert answer.status_code == 422
        assert SENT not in answer.text
        assert answer.json()["error"] == "http_422"

    run(check)


@pytest.mark.parametrize(
    "name", ["", " Ada", "A" * 41, "Ada\n", "<b>Ada", "a\x00b", "../x", 5, None]
)
def test_a_name_that_is_none_is_refused(name: Any) -> None:
    async def check(it: Site) -> None:
        for path in ("session", "setup", "enroll"):
            code = {} if path == "session" else {"code": it.codes[-1]}
            body = {"name": name, "password": PASSWORD, **code}
            assert (await it.post(f"/api/{path}", body)).status_code == 422
        assert it.desk.console.wanted  # the code was not used up

    run(check)


@pytest.mark.parametrize(
    "query", ["trend?since_s=x", "trend?since_s=-1", "events?after=1.5", "traces/x", "traces/0"]
)
def test_a_malformed_query_is_refused(query: str) -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        assert (await it.http.get(f"/api/{query}")).status_code == 422

    run(check)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE"])
def test_a_method_without_a_use_is_refused(method: str) -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        headers = {"origin": ORIGIN, "content-type": "application/json"}
        assert (await it.http.request(method, "/api/session", headers=headers)).status_code == 405

    run(check)


def test_a_hurried_page_is_slowed_but_may_always_stop_the_mill() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        for _ in range(int(REQUEST_BURST)):
            await it.http.get("/api/recipes/none.toml")
        assert (await it.http.get("/api/recipes/none.toml")).status_code == 429
        assert (await it.command("start")).status_code == 429
        for name in ("hold", "stop", "abort"):
            assert (await it.command(name)).status_code == 503  # passed on: nobody is there

    run(check)


def test_a_controller_that_is_away_is_said_in_words() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        answer = await it.command("stop")
        assert answer.status_code == 503
        assert "emergency stop" in answer.json()["text"]
        assert "nonexistent" not in answer.text

    run(check)


# What every answer carries


def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "a.js").write_text("1")

    async def check(it: Site) -> None:
        wrong = {"name": "Eve", "password": "AAAA-AAAA"}
        answers = [
            await it.http.get("/"),
            await it.http.get("/assets/a.js"),
            await it.http.get("/assets/none.js"),
            await it.http.get("/nothing"),
            await it.http.get("/api/health"),
            await it.http.get("/api/recipes"),
            await it.http.get("/", headers={"host": "evil.example"}),
            await it.post("/api/session", {}, origin="null"),
            await it.post("/api/session", b"", **{"content-type": "text/plain"}),
            await it.post("/api/session", b"{"),
            *[await it.post("/api/session", wrong) for _ in range(6)],
        ]
        it.clock[0] += 60.0
        answers += [
            await it.sign_in(),
            await it.http.put("/api/session", json={}, headers={"origin": ORIGIN}),
            await it.post("/api/command", b"x" * (BODY_LIMIT + 1)),
            await it.command("stop"),
            await it.command("load", {"recipe": "none.toml"}),
        ]
        seen = {answer.status_code for answer in answers}
        assert seen == {200, 204, 400, 401, 403, 404, 405, 413, 415, 421, 422, 429, 503}
        for answer in answers:
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers[name] == value, answer.url
            assert "server" not in answer.headers

    run(check, page=tmp_path)


def test_a_failure_tells_nothing_but_carries_the_headers() -> None:
    async def check(it: Site) -> None:
        answer = await it.http.get("/api/session")
        assert answer.status_code == 500
        assert "Traceback" not in answer.text and "NoneType" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'self';")

    run(check, broken=True)


def test_answers_are_not_stored_and_built_files_are(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "a.js").write_text("1")

    async def check(it: Site) -> None:
        assert (await it.http.get("/api/health")).headers["cache-control"] == "no-store"
        assert (await it.http.get("/")).headers["cache-control"] == "no-cache"
        assert "immutable" in (await it.http.get("/assets/a.js")).headers["cache-control"]

    run(check, page=tmp_path)


# Recipes


def test_the_packaged_recipes_are_listed_with_what_they_make() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        found = {entry["name"]: entry for entry in (await it.http.get("/api/recipes")).json()}
        assert set(found) == {"bm-03.toml", "bm-05.toml", "bm-10.toml", "training.toml"}
        five = found["bm-05.toml"]
        assert (five["faults"], five["wt_percent"], five["basis"]) == ([], 5.0, "total")
        assert five["thickness"]["dense_nm"] == pytest.approx(316.7, abs=0.1)
        assert five["thickness"]["apparent_nm"] == pytest.approx(516.0, abs=0.1)
        assert five["thickness"]["assumptions"]
        charge = five["charge"]
        share = charge["sse_mass_g"] / (charge["sse_mass_g"] + charge["cam_mass_g"])
        assert share == pytest.approx(0.05)

    run(check)


def test_a_recipe_comes_with_its_text() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        answer = (await it.http.get("/api/recipes/bm-05.toml")).json()
        assert answer["text"] == (packaged_dir("recipes") / "bm-05.toml").read_text("utf-8")

    run(check)


def test_a_faulty_file_is_listed_with_its_faults_and_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[recipe]\nid = "X"\nspeed = 1\n')
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))

    async def check(it: Site) -> None:
        await it.sign_in()
        entries = (await it.http.get("/api/recipes")).json()
        assert [entry["name"] for entry in entries] == ["bad.toml", "binary.toml"]
        assert all(entry["faults"] for entry in entries)
        assert any("speed" in fault for fault in entries[0]["faults"])
        refused = await it.command("load", {"recipe": "bad.toml"})
        assert refused.status_code == 400
        assert "speed" in refused.json()["text"]

    run(check, recipes=tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../secret.toml", "/etc/passwd", "..\\secret.toml", "%2e%2e/secret.toml", "secret.toml\x00"],
)
def test_no_file_outside_the_folder_can_be_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.toml").write_text(SENT)
    (tmp_path / "recipes").mkdir()

    async def check(it: Site) -> None:
        await it.sign_in()
        loaded = await it.command("load", {"recipe": name})
        assert loaded.status_code == 400
        read = await it.http.get(f"/api/recipes/{name.replace(chr(0), '%00')}")
        assert read.status_code in (400, 404)
        assert SENT not in loaded.text + read.text

    run(check, recipes=tmp_path / "recipes")
