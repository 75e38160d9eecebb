"""The recipe library: what there is for everybody, each step for those whose step it is.

GET  /api/library                              every version: status, standing, approved, steps
GET  /api/library/{id}/{version}               one version with its text, `recipe_toml`
GET  /api/library/{id}/{version}/file          that text as a file
GET  /api/library/{id}/{version}/diff?against=N     lines of a unified diff from version N
POST /api/library                              {id, toml, name}: save or import a draft
POST /api/library/{id}/{version}/submit        {id, sha256}: draft to review
POST /api/library/{id}/{version}/evidence      {}: begin dry run and fault matrix on the plant file
                                               of the controller; {dry_run, fault_matrix} are jobs
                                               of /api/workshop/jobs
POST /api/library/{id}/{version}/approve       {id, sha256, dry_run, fault_matrix, password,
                                               reason?}
POST /api/library/{id}/{version}/reject        {id, sha256, reason}
POST /api/library/{id}/{version}/retire        {id, sha256, reason}

`id` in a body is the command's id. Steps answer as commands do; a wrong password is 403.
"""

from __future__ import annotations

import difflib
import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi import Path as PathPart
from fastapi.responses import JSONResponse, Response

from hmi.deps import UNHURRIED, UseServices, UseSession, UseSource, admitted
from hmi.library.evidence import evidence, trial
from hmi.library.messages import (
    APPROVE,
    OURS,
    REASON,
    SAVE,
    STEP,
    ApproveWanted,
    ReasonWanted,
    SaveWanted,
    StepWanted,
)
from hmi.messages import json_body
from hmi.papers import giver_of, passed_on, site, with_password

routes: Final = APIRouter(prefix="/api/library", dependencies=[Depends(admitted), *UNHURRIED])
RecipeId = Annotated[str, PathPart(alias="id", pattern=r"^[\w .-]{1,60}$")]
Number = Annotated[int, PathPart(alias="version", ge=1, le=1_000_000)]
Step = Annotated[StepWanted, Depends(json_body(STEP, OURS))]
WithReason = Annotated[ReasonWanted, Depends(json_body(REASON, OURS))]


@routes.get("")
async def versions(services: UseServices) -> Response:
    """Every version, the newest of each recipe first."""
    return passed_on(await services.client.get("library"))


@routes.get("/{id}/{version}")
async def version(id: RecipeId, number: Number, services: UseServices) -> Response:
    """One version with its text."""
    return passed_on(await services.client.get(f"library/{id}/{number}"))


@routes.get("/{id}/{version}/file")
async def as_file(id: RecipeId, number: Number, services: UseServices) -> Response:
    """The text of one version as a file."""
    found = await _version(services, id, number)
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in id)
    return Response(
        found["recipe_toml"].encode(),
        media_type="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{name}-v{number}.toml"'},
    )


@routes.get("/{id}/{version}/diff")
async def difference(
    id: RecipeId,
    number: Number,
    services: UseServices,
    against: Annotated[int, Query(ge=1, le=1_000_000)],
) -> JSONResponse:
    """In which lines one version differs from another of the same recipe."""
    old, new = [await _version(services, id, n) for n in (against, number)]
    lines = difflib.unified_diff(
        old["recipe_toml"].splitlines(),
        new["recipe_toml"].splitlines(),
        f"{id} v{against}",
        f"{id} v{number}",
        lineterm="",
    )
    return JSONResponse({"lines": list(lines)})


@routes.post("")
async def save(
    wanted: Annotated[SaveWanted, Depends(json_body(SAVE, OURS))],
    session: UseSession,
    services: UseServices,
) -> Response:
    """Save a text as a draft; also how a file is imported."""
    args = {"recipe_toml": wanted.toml, "name": wanted.name}
    giver = giver_of(services, session)
    return passed_on(await services.client.command(wanted.id, "recipe.save", args, giver))


@routes.post("/{id}/{version}/submit")
async def submit(
    id: RecipeId, number: Number, wanted: Step, session: UseSession, services: UseServices
) -> Response:
    """Give a draft to review."""
    args = {"id": id, "version": number, "sha256": wanted.sha256}
    giver = giver_of(services, session)
    return passed_on(await services.client.command(wanted.id, "recipe.submit", args, giver))


@routes.post("/{id}/{version}/evidence", status_code=201)
async def try_out(
    id: RecipeId, number: Number, session: UseSession, services: UseServices
) -> dict[str, Any]:
    """Begin the dry run and the fault matrix that an approval needs."""
    found, plant = await _version(services, id, number), (await site(services))["plant"]
    return {
        kind: services.bench.submit(session.name, trial(kind, found, plant)).id
        for kind in ("dry_run", "fault_matrix")
    }


@routes.post("/{id}/{version}/approve")
async def approve(
    id: RecipeId,
    number: Number,
    wanted: Annotated[ApproveWanted, Depends(json_body(APPROVE, OURS))],
    session: UseSession,
    services: UseServices,
    source: UseSource,
) -> Response:
    """Approve a version on evidence, with the password entered for this approval."""
    bench = services.bench
    found = evidence(bench.find(wanted.dry_run), bench.find(wanted.fault_matrix))
    giver = await with_password(services, session, wanted.password, source)
    args = {"id": id, "version": number, "sha256": wanted.sha256, "evidence": found}
    args |= {"reason": wanted.reason or ""}
    return passed_on(await services.client.command(wanted.id, "recipe.approve", args, giver))


@routes.post("/{id}/{version}/reject")
async def reject(
    id: RecipeId, number: Number, wanted: WithReason, session: UseSession, services: UseServices
) -> Response:
    """Refuse a version; a better one is a new version."""
    args = {"id": id, "version": number, "sha256": wanted.sha256, "reason": wanted.reason}
    giver = giver_of(services, session)
    return passed_on(await services.client.command(wanted.id, "recipe.reject", args, giver))


@routes.post("/{id}/{version}/retire")
async def retire(
    id: RecipeId, number: Number, wanted: WithReason, session: UseSession, services: UseServices
) -> Response:
    """Take a version out of use for good."""
    args = {"id": id, "version": number, "sha256": wanted.sha256, "reason": wanted.reason}
    giver = giver_of(services, session)
    return passed_on(await services.client.command(wanted.id, "recipe.retire", args, giver))


async def _version(services: UseServices, recipe_id: str, number: int) -> dict[str, Any]:
    answer = await services.client.get(f"library/{recipe_id}/{number}")
    if answer.status != 200:
        raise HTTPException(404, "There is no such version.")
    found: dict[str, Any] = json.loads(answer.body)
    return found
