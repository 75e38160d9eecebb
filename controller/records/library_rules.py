"""What may be done with a version of a recipe, by whom: every reason against it at once."""

from __future__ import annotations

from typing import Final

from controller import __version__
from controller.core.commands import Command, CommandName
from controller.core.findings import is_line
from controller.core.papers import DEVIATIONS_MAX, Evidence, Paper
from controller.core.recipe import Recipe
from controller.core.states import State
from controller.records.library import Library, Status, Version

_NEXT: Final = "a version never changes: give the text the next version number"
_MAY_RETIRE: Final = (Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.REJECTED)


def recipe_faults(command: Command, library: Library, plant_sha256: str) -> tuple[str, ...]:
    """What the library says against a command about recipes; empty when nothing does."""
    if command.recipe is not None:
        return _save(command.recipe, command.user, library)
    paper = command.paper
    if paper is None:
        return ()
    found = library.versions.get((paper.id, paper.version))
    if found is None or found.packaged:
        return (f"a saved {paper.id} v{paper.version}: it is not in the library",)
    if found.sha256 != paper.sha256:
        return (f"the text of {paper.id} v{paper.version} that is there: yours is another",)
    if command.name is CommandName.RECIPE_SUBMIT:
        return _submit(found, command.user)
    return (*_second(found, command), *_judge(found, command.name, paper, plant_sha256))


def load_faults(recipe: Recipe, library: Library, plant_sha256: str) -> tuple[str, ...]:
    """Why this text may not run on a mill that is not simulated; empty when it is approved."""
    if library.approvals(recipe.sha256, plant_sha256):
        return ()
    found = library.versions.get((recipe.id, recipe.version))
    if found is not None and found.sha256 != recipe.sha256:
        why = "its text differs from that in the library"
    else:
        why = "it is not in the library" if found is None else found.standing(plant_sha256)
    return (
        f"an approved recipe: {recipe.id} v{recipe.version} with this text is not approved for"
        f" this plant file ({why}); it may be tried in simulation",
    )


def _save(recipe: Recipe, user: str, library: Library) -> tuple[str, ...]:
    name, key = f"{recipe.id} v{recipe.version}", (recipe.id, recipe.version)
    found = library.versions.get(key)
    sha256, batch = library.used.get(key, (recipe.sha256, ""))
    if sha256 != recipe.sha256:
        return (f"{name} was run with another text in {batch}; {_NEXT}",)
    if found is None:
        return ()
    if found.packaged:
        same = found.sha256 == recipe.sha256
        return () if same else (f"{name} comes with blademill with another text; {_NEXT}",)
    if found.status is not Status.DRAFT:
        return (f"{name} is {found.status.value}; {_NEXT}",)
    if found.sha256 == recipe.sha256:
        return (f"{name} is saved already, with this text",)
    if found.saved_by.casefold() != user.casefold():
        return (f"{name} is a draft of {found.saved_by}",)
    return ()


def _submit(found: Version, user: str) -> tuple[str, ...]:
    reasons = []
    if found.status is not Status.DRAFT:
        reasons.append(f"a draft: this version is {found.status.value}")
    if found.saved_by.casefold() != user.casefold():
        reasons.append(f"its author, who is {found.saved_by}")
    return tuple(reasons)


def _second(found: Version, command: Command) -> tuple[str, ...]:
    authors = {found.author.casefold(), found.saved_by.casefold()}
    if command.user.casefold() in authors:
        return (f"{command.name.value} needs another person than the author",)
    return ()


def _judge(found: Version, name: CommandName, paper: Paper, plant_sha256: str) -> tuple[str, ...]:
    status = found.status
    if name is CommandName.RECIPE_RETIRE:
        return () if status in _MAY_RETIRE else ("a version that is not retired already",)
    if name is CommandName.RECIPE_REJECT:
        return () if status is Status.IN_REVIEW else (f"a version in review: it is {status.value}",)
    if found.approved_for(plant_sha256):
        return ("it is approved for this plant file already",)
    if status not in (Status.IN_REVIEW, Status.APPROVED):
        return (f"a version in review: it is {status.value}",)
    if paper.evidence is None:
        return ()
    return (*_evidence(paper.evidence, found, plant_sha256), *_deviations(paper))


def _deviations(paper: Paper) -> tuple[str, ...]:
    """What was unsafe is never approved; what was only other than expected, for a named reason."""
    evidence = paper.evidence
    if evidence is None or not (evidence.fault_failed or evidence.fault_unsafe):
        return ()
    if evidence.fault_unsafe:
        return (f"a mill that stays safe: it did not in {evidence.fault_unsafe} fault cases",)
    if evidence.fault_failed > DEVIATIONS_MAX:
        return (
            f"at most {DEVIATIONS_MAX} fault cases other than expected: there are"
            f" {evidence.fault_failed}",
        )
    if not is_line(paper.reason):
        return (
            f"why {evidence.fault_failed} fault cases other than expected are acceptable, in one"
            f" line ({'; '.join(evidence.deviations)})",
        )
    return ()


def _evidence(evidence: Evidence, found: Version, plant_sha256: str) -> tuple[str, ...]:
    """Evidence counts for exactly this text, this plant file and this software."""
    reasons = []
    if evidence.recipe_sha256 != found.sha256:
        reasons.append("evidence of exactly this text")
    if evidence.plant_sha256 != plant_sha256:
        reasons.append("evidence on exactly this plant file")
    if evidence.software != __version__:
        reasons.append(f"evidence made by blademill {__version__}")
    if evidence.outcome != State.COMPLETE.value:
        reasons.append(f"a dry run that ends COMPLETE: this one ended {evidence.outcome}")
    if not evidence.fault_cases:
        reasons.append("a fault matrix with cases in it")
    return tuple(reasons)
