"""What people sign and approve: a batch that is over, and the versions of a recipe.

The scan checks who gives such a command and how, and makes its event. What it depends on in the
record (order of signatures, other persons, what a version says) is judged before, by whoever can
read the record, and comes along with the command as the reasons `against` it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from annotated_types import Ge, Le, Len

from controller.core.equipment import STRICT, Name
from controller.core.events import Event, EventKind
from controller.core.roles import Role

if TYPE_CHECKING:
    from controller.core.commanding import Mind
    from controller.core.commands import Command

Sha256 = Annotated[str, Len(64, 64)]
DEVIATIONS_MAX: Final = 20
"""More than so many deviations nobody can answer for in a sentence. Assumed."""
Deviation = Annotated[str, Len(1, 120)]
Count = Annotated[int, Ge(0), Le(2**53)]
Data = dict[str, str | float | bool | list[str] | None]


@unique
class Meaning(Enum):
    """What a signature under a batch says, in the order in which they are given."""

    PERFORMED = "performed"
    REVIEWED = "reviewed"
    RELEASED = "released"


STATEMENT: Final[dict[Meaning, str]] = {
    Meaning.PERFORMED: "I performed this batch as it is recorded",
    Meaning.REVIEWED: "I reviewed this record and find it complete",
    Meaning.RELEASED: "I release this batch",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature under the record of a batch as the person saw it, up to row `through_seq`."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    batch: Name
    meaning: Meaning
    content_sha256: Sha256
    through_seq: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the product itself found out about one recipe text on one plant file.

    Of the fault cases `fault_failed` went other than expected, `deviations` names them (the first,
    when there are too many to be judged), and in `fault_unsafe` something was that must never be.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    recipe_sha256: Sha256
    plant_sha256: Sha256
    software: Name
    seed: Count
    outcome: Name
    log_sha256: Sha256
    fault_cases: Count
    fault_failed: Count
    fault_matrix_sha256: Sha256
    fault_unsafe: Count = 0
    deviations: Annotated[tuple[Deviation, ...], Len(0, DEVIATIONS_MAX)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One version of a recipe, and the hash of the text that the person saw."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    id: Name
    version: Annotated[int, Ge(1), Le(1_000_000)]
    sha256: Sha256
    reason: Annotated[str, Len(0, 200)] = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved a recipe for a plant, when, and in which row of the record it stands.

    `reason` answers for the deviations in the evidence.
    """

    user: str
    utc: str
    seq: int
    evidence: Evidence
    reason: str = ""


def sign(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `sign`: one event in the record of that batch. Returns what is missing."""
    said = command.signature
    if said is None:
        return ("what is signed",)
    batch = mind.state.batch
    missing = []
    if said.meaning is not Meaning.PERFORMED and Role.SUPERVISOR not in command.roles:
        missing.append(f"{said.meaning.value} needs the role supervisor")
    if batch is not None and batch.id == said.batch:
        missing.append("the batch to be reset: as long as it is in the mill its record grows")
    if missing:
        return tuple(missing)
    data: Data = {
        "batch": said.batch,
        "user": command.user,
        "meaning": said.meaning.value,
        "statement": STATEMENT[said.meaning],
        "content_sha256": said.content_sha256,
        "through_seq": said.through_seq,
    }
    text = f"{said.batch}: {said.meaning.value}, signed by {command.user}"
    mind.events.append(Event(EventKind.SIGNED, mind.state.now_s, text, data))
    return ()


def save(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `recipe.save`: the whole text goes into the record."""
    recipe = command.recipe
    if recipe is None:
        return ("a recipe",)
    data: Data = {
        "id": recipe.id,
        "version": recipe.version,
        "title": recipe.title,
        "author": recipe.author,
        "sha256": recipe.sha256,
        "user": command.user,
        "recipe_toml": recipe.text,
    }
    text = f"{recipe.id} v{recipe.version} saved by {command.user}"
    mind.events.append(Event(EventKind.RECIPE_SAVED, mind.state.now_s, text, data))
    return ()


_KIND: Final[dict[str, tuple[EventKind, str]]] = {
    "recipe.submit": (EventKind.RECIPE_SUBMITTED, "submitted"),
    "recipe.approve": (EventKind.RECIPE_APPROVED, "approved"),
    "recipe.reject": (EventKind.RECIPE_REJECTED, "rejected"),
    "recipe.retire": (EventKind.RECIPE_RETIRED, "retired"),
}


def file(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out a step in the life of a saved version. Returns what is missing."""
    paper = command.paper
    if paper is None:
        return ("a version of a recipe",)
    kind, done = _KIND[command.name.value]
    if kind is EventKind.RECIPE_APPROVED and paper.evidence is None:
        return ("the dry run and the fault matrix of this text on this plant",)
    if kind in (EventKind.RECIPE_REJECTED, EventKind.RECIPE_RETIRED) and not paper.reason.strip():
        return ("a reason, in one line",)
    data: Data = {
        "id": paper.id,
        "version": paper.version,
        "sha256": paper.sha256,
        "user": command.user,
        "reason": paper.reason,
    }
    if kind is EventKind.RECIPE_APPROVED and paper.evidence is not None:
        told = asdict(paper.evidence) | {"deviations": list(paper.evidence.deviations)}
        data |= {f"evidence.{name}": value for name, value in told.items()}
    text = f"{paper.id} v{paper.version} {done} by {command.user}"
    mind.events.append(Event(kind, mind.state.now_s, text, data))
    return ()
