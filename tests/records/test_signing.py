"""Signatures under a batch, through the door: order, persons, password, and what they bind."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from doorsite import Door, run_recorded
from recording import record_of_run

from controller.records.reader import RecordReader
from controller.records.signatures import content_of, signatures


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("data")
    return folder, record_of_run(folder)


@pytest.fixture
def data(finished: tuple[Path, str], tmp_path: Path) -> Path:
    shutil.copytree(finished[0], tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def batch_id(finished: tuple[Path, str]) -> str:
    return finished[1]


def content(data: Path, batch_id: str) -> dict[str, Any]:
    return dict(RecordReader(data).batch(batch_id)["content"])


class Desk:
    """People who sign one batch, each as they see it now."""

    def __init__(self, it: Door, data: Path, batch_id: str) -> None:
        self.it, self.data, self.batch_id = it, data, batch_id

    async def sign(self, who: str, meaning: str, **more: Any) -> list[str]:
        """What was missing; nothing when it was signed.

        Without `seen` the person reads anew, as told, when the archived trend was noted meanwhile.
        """
        if "seen" not in more:
            for _ in range(5):
                fresh = content(self.data, self.batch_id)
                reasons = await self.sign(who, meaning, seen=fresh, **more)
                if not any("than you saw" in reason for reason in reasons):
                    break
            return reasons
        seen = more.pop("seen")
        role = more.pop("role", "supervisor")
        args = {
            "batch": self.batch_id,
            "meaning": meaning,
            "content_sha256": seen["sha256"],
            "through_seq": seen["through_seq"],
        }
        message = self.it.message("sign", user=who, roles=[role], args=args, **more)
        body = (await self.it.ask(message)).json()
        assert body["accepted"] is not bool(body["reasons"])
        return list(body["reasons"])

    async def comment(self, text: str) -> None:
        args = {"text": text, "batch": self.batch_id}
        assert (await self.it.ask(self.it.message("comment", args=args))).json()["accepted"]

    def signatures(self) -> list[dict[str, Any]]:
        return list(RecordReader(self.data).batch(self.batch_id)["signatures"])


def at_desk(data: Path, batch_id: str, check: Callable[[Desk], Awaitable[None]]) -> None:
    run_recorded(data, lambda it: check(Desk(it, data, batch_id)))


def test_a_batch_is_performed_reviewed_and_released_by_those_who_may(
    data: Path, batch_id: str
) -> None:
    async def check(desk: Desk) -> None:
        assert await desk.sign("Olga", "performed", role="operator") == []
        assert await desk.sign("Sven", "reviewed") == []
        assert await desk.sign("Sven", "released") == []
        given = [(row["data"]["meaning"], row["data"]["user"]) for row in desk.signatures()]
        assert given == [("performed", "Olga"), ("reviewed", "Sven"), ("released", "Sven")]
        for row in desk.signatures():
            assert row["holds"] and row["later"] == {} and row["utc"].endswith(("Z", "+00:00"))

    at_desk(data, batch_id, check)
    assert RecordReader(data).verify().good


def test_signing_changes_nothing_of_what_is_signed(data: Path, batch_id: str) -> None:
    async def check(desk: Desk) -> None:
        before = content(data, batch_id)
        assert await desk.sign("Olga", "performed") == []
        await desk.sign("Olga", "performed")
        assert content(data, batch_id) == before

    at_desk(data, batch_id, check)


@pytest.mark.parametrize("meaning", ["reviewed", "released"])
def test_the_order_is_kept(data: Path, batch_id: str, meaning: str) -> None:
    async def check(desk: Desk) -> None:
        (first, *_) = await desk.sign("Sven", meaning)
        assert first == "the signature performed, which comes first"
        assert desk.signatures() == []

    at_desk(data, batch_id, check)


def test_nobody_reviews_or_releases_what_they_performed_however_they_write_it(
    data: Path, batch_id: str
) -> None:
    async def check(desk: Desk) -> None:
        assert await desk.sign("Olga", "performed") == []
        (why,) = await desk.sign("OLGA", "reviewed")
        assert why == "reviewed needs another person: Olga signed it as performed"
        operator = RecordReader(data).batch(batch_id)["operator"]
        (why,) = await desk.sign(operator, "reviewed")
        assert why == f"reviewed needs another person: {operator} operated this batch"

    at_desk(data, batch_id, check)


def test_role_and_password_are_needed(data: Path, batch_id: str) -> None:
    async def check(desk: Desk) -> None:
        (why,) = await desk.sign("Vera", "performed", role="viewer")
        assert why.startswith("sign needs the role operator or supervisor")
        (why,) = await desk.sign("Olga", "performed", proved=False)
        assert why == "sign needs your password again"
        assert await desk.sign("Olga", "performed") == []
        (why,) = await desk.sign("Otto", "reviewed", role="operator")
        assert why == "reviewed needs the role supervisor"

    at_desk(data, batch_id, check)


def test_only_what_the_person_saw_is_signed(data: Path, batch_id: str) -> None:
    async def check(desk: Desk) -> None:
        seen = content(data, batch_id)
        (why,) = await desk.sign("Olga", "performed", seen=seen | {"sha256": "0" * 64})
        assert why == "the record is not what you saw: read it again"
        await desk.comment("the probe was late")
        (why,) = await desk.sign("Olga", "performed", seen=seen)
        assert why.startswith("the record has") and why.endswith(
            "rows more than you saw: read it again"
        )
        assert await desk.sign("Olga", "performed") == []

    at_desk(data, batch_id, check)


def test_what_is_signed_is_not_signed_again_before_something_is_new(
    data: Path, batch_id: str
) -> None:
    async def check(desk: Desk) -> None:
        assert await desk.sign("Olga", "performed") == []
        assert await desk.sign("Otto", "performed") == [
            "it is signed as performed already, by Olga"
        ]
        await desk.comment("weighed again")
        assert await desk.sign("Otto", "performed") == []

    at_desk(data, batch_id, check)


def test_a_comment_after_a_signature_is_told_as_later_and_the_signature_holds(
    data: Path, batch_id: str
) -> None:
    async def check(desk: Desk) -> None:
        assert await desk.sign("Olga", "performed") == []
        await desk.comment("the jar was cold")
        await desk.it.recorded()
        (row,) = desk.signatures()
        assert row["holds"] and row["later"]["comment"] == 1
        assert RecordReader(data).batch(batch_id)["comments"][-1]["data"]["batch"] == batch_id

    at_desk(data, batch_id, check)


def test_a_batch_in_the_mill_or_one_that_is_not_there_is_not_signed(
    data: Path, batch_id: str, tmp_path: Path
) -> None:
    async def check(desk: Desk) -> None:
        seen = content(data, batch_id)
        (why,) = await Desk(desk.it, data, "B-nowhere").sign("Olga", "performed", seen=seen)
        assert why == "a recorded batch: there is no B-nowhere"
        load = desk.it.message("load")
        assert (await desk.it.ask(load)).json()["accepted"]
        batch = desk.it.run.state.batch
        assert batch is not None
        loaded = Desk(desk.it, data, batch.id)
        await desk.it.recorded()
        reasons = await loaded.sign("Olga", "performed", state_version=None)
        assert reasons == [f"the end of {batch.id}: only what is over is signed"]

    at_desk(data, batch_id, check)


def test_a_row_that_was_edited_makes_the_signature_not_hold(data: Path, batch_id: str) -> None:
    async def check(desk: Desk) -> None:
        assert await desk.sign("Olga", "performed") == []

    at_desk(data, batch_id, check)
    rows = RecordReader(data).rows(batch_id)
    forged = [rows[0], rows[1]._replace(hash=bytes(32)), *rows[2:]]
    assert [row["holds"] for row in signatures(rows)] == [True]
    assert [row["holds"] for row in signatures(forged)] == [False]
    assert content_of(rows).sha256 != content_of(rows[1:]).sha256
