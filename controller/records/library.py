"""The recipe library: what the rows of the record say about each version of each recipe.

It is worked out anew whenever somebody asks. Nothing in it is changed; a step is one more row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import Enum, unique
from typing import Any, Final

from controller.core.equipment import Equipment
from controller.core.events import EventKind
from controller.core.papers import Approval, Evidence
from controller.edge.recipefile import load_recipe
from controller.errors import RecipeError
from controller.packaged import packaged_file, packaged_names
from controller.records.reader import RecordReader
from controller.records.row import Row

Key = tuple[str, int]


@unique
class Status(Enum):
    """Where a version is in its life."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"


STEPS: Final[dict[str, Status]] = {
    EventKind.RECIPE_SAVED.value: Status.DRAFT,
    EventKind.RECIPE_SUBMITTED.value: Status.IN_REVIEW,
    EventKind.RECIPE_APPROVED.value: Status.APPROVED,
    EventKind.RECIPE_REJECTED.value: Status.REJECTED,
    EventKind.RECIPE_RETIRED.value: Status.RETIRED,
}
_KINDS: Final = tuple(EventKind(kind) for kind in STEPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a recipe. `author` is as the text says, `saved_by` who put it here.

    A packaged one comes with blademill and nobody has saved it.
    """

    id: str
    version: int
    title: str
    author: str
    saved_by: str
    sha256: str
    text: str
    status: Status = Status.DRAFT
    packaged: bool = False
    steps: tuple[dict[str, Any], ...] = ()
    approvals: tuple[Approval, ...] = ()
    used_in: str = ""

    @property
    def key(self) -> Key:
        """What names it."""
        return self.id, self.version

    def approved_for(self, plant_sha256: str) -> tuple[Approval, ...]:
        """The approvals that hold: of exactly this text, on exactly this plant file."""
        if self.status is not Status.APPROVED:
            return ()
        return tuple(
            found
            for found in self.approvals
            if (found.evidence.recipe_sha256, found.evidence.plant_sha256)
            == (self.sha256, plant_sha256)
        )

    def standing(self, plant_sha256: str) -> str:
        """The status in words, for one plant."""
        if self.packaged:
            return "packaged, not approved"
        if self.status is Status.APPROVED and not self.approved_for(plant_sha256):
            return "not approved for this text and plant"
        return self.status.value


@dataclass(frozen=True, slots=True)
class Library:
    """All versions, and which version was run with which text in which batch first."""

    versions: dict[Key, Version]
    used: dict[Key, tuple[str, str]]

    def approvals(self, sha256: str, plant_sha256: str) -> tuple[Approval, ...]:
        """Who approved the text of this hash for the plant of that hash; empty: nobody."""
        return tuple(
            found
            for version in self.versions.values()
            if version.sha256 == sha256
            for found in version.approved_for(plant_sha256)
        )


def library(reader: RecordReader, equipment: Equipment | None) -> Library:
    """The library of a record, with the packaged recipes that fit `equipment` where there is none.

    Raises RecordError when there is no record.
    """
    # The first run is what fixes a version's text.
    used = {(row[0], row[1]): (row[2], row[3]) for row in reversed(reader.recipes_run())}
    found = of_rows(reader.of_kinds(_KINDS))
    for version in packaged(equipment):
        found.setdefault(version.key, version)
    return Library(
        {key: replace(one, used_in=used.get(key, ("", ""))[1]) for key, one in found.items()}, used
    )


def of_rows(rows: Iterable[Row]) -> dict[Key, Version]:
    """The versions that these rows lead to."""
    found: dict[Key, Version] = {}
    for row in rows:
        body = row.body
        key = (str(body["id"]), int(body["version"]))
        before = found.get(key)
        if row.kind == EventKind.RECIPE_SAVED.value:
            found[key] = _saved(row, body, before)
        elif before is not None:
            found[key] = _moved(row, body, before)
    return found


def _saved(row: Row, body: dict[str, Any], before: Version | None) -> Version:
    return Version(
        id=body["id"],
        version=int(body["version"]),
        title=body["title"],
        author=body["author"],
        saved_by=body["user"],
        sha256=body["sha256"],
        text=body["recipe_toml"],
        steps=(*(before.steps if before else ()), _step(row, body)),
    )


def _moved(row: Row, body: dict[str, Any], before: Version) -> Version:
    after = replace(before, status=STEPS[row.kind], steps=(*before.steps, _step(row, body)))
    if row.kind != EventKind.RECIPE_APPROVED.value:
        return after
    given = {field.name: body[f"evidence.{field.name}"] for field in fields(Evidence)}
    evidence = Evidence(**given | {"deviations": tuple(given["deviations"])})
    approval = Approval(
        user=body["user"], utc=row.utc, seq=row.seq, evidence=evidence, reason=body["reason"]
    )
    return replace(after, approvals=(*before.approvals, approval))


def _step(row: Row, body: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in body.items() if name != "recipe_toml"}
    return {"seq": row.seq, "utc": row.utc, "kind": row.kind, "text": row.text, "data": kept}


def packaged(equipment: Equipment | None) -> list[Version]:
    """The recipes that come with blademill and fit this mill (all of them without one)."""
    return [found for name in packaged_names("recipes") if (found := _packaged(name, equipment))]


def _packaged(name: str, equipment: Equipment | None) -> Version | None:
    try:
        recipe = load_recipe(packaged_file("recipes", name), equipment)
    except RecipeError:
        return None
    return Version(
        id=recipe.id,
        version=recipe.version,
        title=recipe.title,
        author=recipe.author,
        saved_by="",
        sha256=recipe.sha256,
        text=recipe.text,
        packaged=True,
    )
