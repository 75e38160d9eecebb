"""Signing and approving from the page: the password is entered for this very signature."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from pagesite import PASSWORD, Site, run

from controller.core.roles import Role
from hmi.sessions import PROOF_LASTS_S

WANTED = {"meaning": "performed", "content_sha256": "0" * 64, "through_seq": 7}


def signature(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "password": PASSWORD, **WANTED, **more}


def test_a_wrong_password_signs_nothing_and_is_on_the_record() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        answer = await it.post("/api/batches/B-1/signatures", signature(password="not it"))
        assert (answer.status_code, answer.json()["error"]) == (403, "wrong")
        assert (it.told()[-1]["action"], it.told()[-1]["ok"]) == ("session.proof", False)

    run(check)


def test_a_password_of_a_minute_ago_does_not_sign_and_one_entered_now_does() -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        body = signature()
        del body["password"]
        assert (await it.post("/api/batches/B-1/signatures", body)).status_code == 422
        it.clock[0] += PROOF_LASTS_S + 1.0
        # 503: it was passed on, and no controller is there in this test.
        assert (await it.post("/api/batches/B-1/signatures", signature())).status_code == 503

    run(check)


@pytest.mark.parametrize(
    "wrong",
    [
        {"meaning": "approved"},
        {"content_sha256": "0" * 63},
        {"through_seq": 0},
        {"through_seq": "7"},
        {"user": "Bob"},
    ],
    ids=str,
)
def test_a_malformed_signature_is_not_taken(wrong: dict[str, Any]) -> None:
    async def check(it: Site) -> None:
        await it.sign_in()
        answer = await it.post("/api/batches/B-1/signatures", signature(**wrong))
        assert answer.status_code == 422

    run(check)


def test_nothing_is_approved_on_jobs_that_are_not_there_or_not_done() -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Sven", Role.SUPERVISOR)
        missing = str(uuid.uuid4())
        body = {"id": str(uuid.uuid4()), "sha256": "0" * 64, "password": PASSWORD}
        jobs = {"dry_run": missing, "fault_matrix": missing}
        answer = await it.post("/api/library/X/1/approve", body | jobs)
        assert answer.status_code == 400 and "no such simulation" in answer.json()["text"]
        job = it.services.bench.submit("Sven", {"kind": "dry_run", "recipe_toml": ""})
        answer = await it.post("/api/library/X/1/approve", body | jobs | {"dry_run": job.id})
        assert answer.status_code == 400

    run(check)
