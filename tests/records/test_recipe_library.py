"""The recipe library, through the door: two people, evidence, and what one byte breaks."""

from __future__ import annotations

import difflib
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from doorsite import PLANT, TRAINING, Door, run_recorded

from controller import __version__
from controller.cli_library import library_group
from controller.core.papers import Evidence
from controller.edge.plantfile import PlantFile, parse_plant
from controller.edge.recipefile import parse_recipe
from controller.records.library import Library, library
from controller.records.reader import RecordReader

MINE = TRAINING.replace('id = "TRAINING"', 'id = "MINE"')
REAL = parse_plant(PLANT.text.replace("simulated = true", "simulated = false").encode(), "real")
SHA = parse_recipe(MINE.encode(), "mine", PLANT.equipment).sha256
EVIDENCE = Evidence(
    recipe_sha256=SHA,
    plant_sha256=REAL.sha256,
    software=__version__,
    seed=0,
    outcome="COMPLETE",
    log_sha256="a" * 64,
    fault_cases=2790,
    fault_failed=0,
    fault_matrix_sha256="b" * 64,
)


class Shelf:
    """People at the library of one plant."""

    def __init__(self, it: Door, data: Path, plant: PlantFile) -> None:
        self.it, self.data, self.plant = it, data, plant

    async def step(self, name: str, who: str, role: str = "", /, **args: Any) -> list[str]:
        """What was missing; nothing when it was done."""
        role = role or ("author" if name in ("save", "submit") else "supervisor")
        more = {key: args.pop(key) for key in ("proved",) if key in args}
        named = {"id": "MINE", "version": 1, "sha256": SHA} if name != "save" else {}
        message = self.it.message(
            f"recipe.{name}", user=who, roles=[role], args=named | args, **more
        )
        answer = await self.it.ask(message)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["reasons"])

    async def save(self, who: str = "Ada", text: str = MINE) -> list[str]:
        return await self.step("save", who, recipe_toml=text, name="mine.toml")

    async def approve(self, who: str = "Bob", **changed: Any) -> list[str]:
        role = changed.pop("role", "")
        more = {key: changed.pop(key) for key in ("proved",) if key in changed}
        return await self.step("approve", who, role, evidence=asdict(EVIDENCE) | changed, **more)

    async def approved(self) -> None:
        """A version that Ada wrote and Bob approved."""
        assert await self.save() == []
        assert await self.step("submit", "Ada") == []
        assert await self.approve() == []

    async def load(self, text: str = MINE) -> list[str]:
        args = {"recipe_toml": text, "name": "mine.toml"}
        return list((await self.it.ask(self.it.message("load", args=args))).json()["reasons"])

    async def shown(self, version: int = 1) -> dict[str, Any]:
        await self.it.recorded()
        return dict((await self.it.http.get(f"/v1/library/MINE/{version}")).json())

    def library(self) -> Library:
        return library(RecordReader(self.data), None)


def at_shelf(
    data: Path, check: Callable[[Shelf], Awaitable[None]], plant: PlantFile = REAL
) -> None:
    run_recorded(data, lambda it: check(Shelf(it, data, plant)), plant)


def test_a_recipe_goes_from_draft_to_approved_by_two_people(tmp_path: Path) -> None:
    async def check(shelf: Shelf) -> None:
        for step, standing in (
            (shelf.save(), "draft"),
            (shelf.step("submit", "Ada"), "in review"),
            (shelf.approve(), "approved"),
            (shelf.step("retire", "Bob", reason="a better one"), "retired"),
        ):
            assert await step == []
            found = await shelf.shown()
            assert found["standing"] == standing
            assert found["approved"] is (standing == "approved")
        assert [step["kind"] for step in found["steps"]] == [
            "recipe_saved",
            "recipe_submitted",
            "recipe_approved",
            "recipe_retired",
        ]
        assert found["recipe_toml"] == MINE
        assert "recipe_toml" not in found["steps"][0]["data"]

    at_shelf(tmp_path, check)
    assert RecordReader(tmp_path).verify().good


def test_one_byte_of_the_text_or_of_the_plant_file_breaks_the_approval(tmp_path: Path) -> None:
    other = parse_plant(REAL.text.encode() + b"\n", "real")

    async def check(shelf: Shelf) -> None:
        await shelf.approved()
        await shelf.it.recorded()
        found = shelf.library()
        (approval,) = found.approvals(SHA, REAL.sha256)
        assert (approval.user, approval.evidence) == ("Bob", EVIDENCE)
        changed = parse_recipe(MINE.encode() + b" ", "mine", None).sha256
        assert found.approvals(changed, REAL.sha256) == ()
        assert found.approvals(SHA, other.sha256) == ()
        standing = found.versions["MINE", 1].standing(other.sha256)
        assert standing == "not approved for this text and plant"

    at_shelf(tmp_path, check)

    async def changed_plant(shelf: Shelf) -> None:
        (why,) = await shelf.load()
        assert "not approved for this plant file" in why
        # The same text may be approved for the new plant file, on evidence made on that.
        assert await shelf.approve() == ["evidence on exactly this plant file"]
        assert await shelf.approve(plant_sha256=other.sha256) == []
        assert await shelf.load() == []

    at_shelf(tmp_path, changed_plant, other)


def test_a_mill_that_is_not_simulated_takes_only_what_is_approved(tmp_path: Path) -> None:
    async def check(shelf: Shelf) -> None:
        (why,) = await shelf.load()
        assert "MINE v1 with this text is not approved" in why and "not in the library" in why
        await shelf.save()
        (why,) = await shelf.load()
        assert "(draft)" in why
        await shelf.step("submit", "Ada")
        await shelf.approve()
        (why,) = await shelf.load(f"{MINE} ")
        assert "its text differs from that in the library" in why
        assert shelf.it.run.state.batch is None
        assert await shelf.load() == []
        await shelf.step("retire", "Bob", reason="worn")
        (why,) = await shelf.load()
        assert "(retired)" in why

    at_shelf(tmp_path, check)
    reader = RecordReader(tmp_path)
    (batch,) = reader.batches()
    (approval,) = reader.batch(batch["id"])["recipe"]["approvals"]
    assert approval["user"] == "Bob"
    assert approval["evidence"]["log_sha256"] == EVIDENCE.log_sha256


def test_a_mill_without_a_readable_record_takes_nothing(tmp_path: Path) -> None:
    from doorsite import door

    from controller.api.papers import Papers

    async def check() -> None:
        async with door(papers=Papers(RecordReader(tmp_path / "none"), REAL)) as it:
            (why,) = (await it.ask(it.message("load"))).json()["reasons"]
            assert why.startswith("the record: ")

    import asyncio

    asyncio.run(check())


def test_drafts_run_in_simulation(tmp_path: Path) -> None:
    async def check(shelf: Shelf) -> None:
        assert await shelf.load() == []

    at_shelf(tmp_path, check, PLANT)


def test_the_author_does_not_judge(tmp_path: Path) -> None:
    written_by = MINE.replace('author = "', 'author = "Cy" # "', 1)

    async def check(shelf: Shelf) -> None:
        await shelf.save()
        await shelf.step("submit", "Ada")
        for name, more in (("reject", {"reason": "x"}), ("retire", {"reason": "x"})):
            (why,) = await shelf.step(name, "ada", **more)
            assert why == f"recipe.{name} needs another person than the author"
        assert await shelf.approve("ADA") == ["recipe.approve needs another person than the author"]
        sha = parse_recipe(written_by.replace("version = 1", "version = 2").encode(), "x", None)
        assert await shelf.save("Ada", sha.text) == []
        assert await shelf.step("submit", "Ada", version=2, sha256=sha.sha256) == []
        reasons = await shelf.step("reject", "Cy", version=2, sha256=sha.sha256, reason="my own")
        assert reasons == ["recipe.reject needs another person than the author"]

    at_shelf(tmp_path, check)


def test_roles_and_password(tmp_path: Path) -> None:
    async def check(shelf: Shelf) -> None:
        (why,) = await shelf.step("save", "Bob", "supervisor", recipe_toml=MINE, name="x")
        assert why.startswith("recipe.save needs the role author")
        await shelf.save()
        assert await shelf.step("submit", "Eve") == ["its author, who is Ada"]
        await shelf.step("submit", "Ada")
        assert await shelf.approve(proved=False) == ["recipe.approve needs your password again"]
        (why,) = await shelf.approve(role="author")
        assert why.startswith("recipe.approve needs the role supervisor")

    at_shelf(tmp_path, check)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"recipe_sha256": "c" * 64}, "evidence of exactly this text"),
        ({"plant_sha256": "c" * 64}, "evidence on exactly this plant file"),
        ({"software": "0.0.0"}, f"evidence made by blademill {__version__}"),
        ({"outcome": "ABORTED"}, "a dry run that ends COMPLETE: this one ended ABORTED"),
        ({"fault_cases": 0}, "a fault matrix with cases in it"),
    ],
)
def test_evidence_counts_for_this_text_this_plant_and_this_software_alone(
    tmp_path: Path, changed: dict[str, Any], why: str
) -> None:
    async def check(shelf: Shelf) -> None:
        await shelf.save()
        await shelf.step("submit", "Ada")
        assert await shelf.approve(**changed) == [why]
        reasons = await shelf.step("approve", "Bob")
        assert reasons == ["the dry run and the fault matrix of this text on this plant"]

    at_shelf(tmp_path, check)


DEVIATES = {"fault_failed": 1, "deviations": ["o2_stuck, purge: hold after 31.0 s"]}


@pytest.mark.parametrize(
    ("found", "reason", "why"),
    [
        (DEVIATES, "", "why 1 fault cases other than expected are acceptable"),
        (DEVIATES, "  ", "o2_stuck, purge: hold after 31.0 s"),
        (DEVIATES, "the second analyzer sees it", ""),
        (DEVIATES | {"fault_unsafe": 1}, "the second analyzer sees it", "did not in 1 fault cases"),
        ({"fault_failed": 21, "deviations": ["a"] * 20}, "all of it is harmless", "at most 20"),
    ],
)
def test_what_went_other_than_expected_is_answered_for_and_what_was_unsafe_never_approved(
    tmp_path: Path, found: dict[str, Any], reason: str, why: str
) -> None:
    async def check(shelf: Shelf) -> None:
        await shelf.save()
        await shelf.step("submit", "Ada")
        evidence = asdict(EVIDENCE) | found
        reasons = await shelf.step("approve", "Bob", evidence=evidence, reason=reason)
        assert why in " ".join(reasons)
        assert (reasons == []) is (why == "")
        shown = await shelf.shown()
        assert shown["approved"] is (why == "")
        if why:
            return
        (approval,) = shown["approvals"]
        assert approval["reason"] == reason
        assert approval["evidence"]["deviations"] == DEVIATES["deviations"]
        (kept,) = shelf.library().approvals(SHA, REAL.sha256)
        assert kept.evidence.deviations == tuple(evidence["deviations"])

    at_shelf(tmp_path, check)


def test_a_version_never_changes_once_it_is_submitted_or_was_run(tmp_path: Path) -> None:
    async def check(shelf: Shelf) -> None:
        assert await shelf.save() == []
        assert await shelf.save() == ["MINE v1 is saved already, with this text"]
        assert await shelf.save("Eve", f"{MINE} ") == ["MINE v1 is a draft of Ada"]
        assert await shelf.save("Ada", f"{MINE}  ") == []
        assert await shelf.save() == []
        assert await shelf.step("submit", "Ada", sha256="d" * 64) == [
            "the text of MINE v1 that is there: yours is another"
        ]
        await shelf.step("submit", "Ada")
        (why,) = await shelf.save("Ada", f"{MINE} ")
        assert why.startswith("MINE v1 is in review; a version never changes")
        await shelf.step("reject", "Bob", reason="too hot")
        (why,) = await shelf.save("Ada", f"{MINE} ")
        assert why.startswith("MINE v1 is rejected; a version never changes")
        run = MINE.replace("version = 1", "version = 2")
        assert await shelf.load(run) == []
        await shelf.it.recorded()
        (why,) = await shelf.save("Ada", f"{run} ")
        assert "MINE v2 was run with another text in B" in why
        assert await shelf.save("Ada", run) == []

    at_shelf(tmp_path, check, PLANT)


def test_packaged_recipes_are_there_and_not_approved(tmp_path: Path) -> None:
    async def check(shelf: Shelf) -> None:
        await shelf.save()
        found = (await shelf.it.http.get("/v1/library")).json()
        packaged = {one["id"]: one for one in found if one["packaged"]}
        assert {"BM-03", "BM-05", "BM-10", "TRAINING"} <= set(packaged)
        assert {one["standing"] for one in packaged.values()} == {"packaged, not approved"}
        (why,) = await shelf.save("Ada", f"{TRAINING} ")
        assert why.startswith("TRAINING v1 comes with blademill with another text")
        assert await shelf.save("Ada", TRAINING) == [], "imported, it is a draft"
        assert not (await shelf.shown())["packaged"]

    at_shelf(tmp_path, check)


def test_steps_of_recipes_belong_to_no_batch(tmp_path: Path) -> None:
    async def check(shelf: Shelf) -> None:
        assert await shelf.load() == []
        await shelf.it.recorded()
        batch = shelf.it.run.state.batch
        assert batch is not None
        before = RecordReader(tmp_path).rows(batch.id)
        assert await shelf.save() == []
        assert await shelf.step("submit", "Eve") != []
        await shelf.it.recorded()
        assert RecordReader(tmp_path).rows(batch.id) == before

    at_shelf(tmp_path, check, PLANT)


def test_the_library_on_the_command_line(tmp_path: Path) -> None:
    plant = tmp_path / "real.toml"
    plant.write_text(REAL.text)
    data = tmp_path / "data"
    data.mkdir()

    async def check(shelf: Shelf) -> None:
        await shelf.approved()
        await shelf.save("Ada", MINE.replace("version = 1", "version = 2"))

    at_shelf(data, check)

    def said(*args: str) -> str:
        done = CliRunner().invoke(library_group, [*args, "--data", str(data)])
        assert done.exit_code == 0, done.output
        return done.output

    listed = json.loads(said("list", "--json", "--plant", str(plant)))
    mine = {one["version"]: one["standing"] for one in listed if one["id"] == "MINE"}
    assert mine == {1: "approved", 2: "draft"}
    assert "MINE v1 approved by Bob" in said("show", "MINE", "1", "--plant", str(plant))
    assert "not approved for this text and plant" in said("show", "MINE", "1")
    assert "-version = 1" in said("diff", "MINE", "1", "2")
    said("export", "MINE", "1", str(tmp_path / "mine.toml"))
    assert (tmp_path / "mine.toml").read_text() == MINE
    again = CliRunner().invoke(
        library_group, ["export", "MINE", "1", str(tmp_path / "mine.toml"), "--data", str(data)]
    )
    assert again.exit_code != 0, "nothing is overwritten"


def test_two_versions_differ_in_the_lines_that_were_changed(tmp_path: Path) -> None:
    second = MINE.replace("version = 1", "version = 2")

    async def check(shelf: Shelf) -> None:
        await shelf.save()
        await shelf.save("Ada", second)
        texts = [(await shelf.shown(n))["recipe_toml"] for n in (1, 2)]
        lines = list(difflib.unified_diff(*(text.splitlines() for text in texts), n=0))
        assert [line for line in lines if line[0] in "+-"][2:] == ["-version = 1", "+version = 2"]

    at_shelf(tmp_path, check)
