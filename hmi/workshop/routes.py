"""The workshop: check a text, see what it makes, run it on the simulator."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi import Path as PathPart

from controller.edge.recipefile import recipe_schema
from controller.errors import InputError
from controller.packaged import packaged_file
from hmi.deps import UNHURRIED, UseServices, UseSession, admitted
from hmi.messages import json_body
from hmi.workshop.bench import Job
from hmi.workshop.messages import (
    JOB_WANTED,
    OURS,
    RECIPE_TEXT,
    SHELL_WANTED,
    JobWanted,
    RecipeText,
    ShellWanted,
)
from hmi.workshop.preview import checked, plants, shell
from sim.faults.listing import faults_json

routes: Final = APIRouter(prefix="/api/workshop", dependencies=[Depends(admitted), *UNHURRIED])
JobId = Annotated[str, PathPart(pattern=r"^[0-9a-f-]{36}$")]


@routes.get("/plants")
def plant_names() -> list[str]:
    """The plant files that a recipe can be tried on."""
    return plants()


@routes.get("/faults")
def fault_list() -> Any:
    """Every fault that a dry run can be given."""
    return faults_json()


@routes.get("/schema")
def schema() -> dict[str, Any]:
    """The JSON Schema of a recipe: what the editor's form asks for, with its bounds."""
    return recipe_schema()


@routes.post("/check")
async def check(
    wanted: Annotated[RecipeText, Depends(json_body(RECIPE_TEXT, OURS))],
) -> dict[str, Any]:
    """The faults of a text with their lines, or a preview of the recipe."""
    return await asyncio.to_thread(checked, wanted.toml, wanted.plant)


@routes.post("/shell")
async def shell_of(
    wanted: Annotated[ShellWanted, Depends(json_body(SHELL_WANTED, OURS))],
) -> dict[str, Any]:
    """The shell of some inputs, its inverse, and thickness over content; or only a `problem`.

    Numbers that are out of range are what an author passes through while typing: an answer, and
    no refused request.
    """
    values = wanted.model_dump(exclude={"target_nm"}, exclude_none=True)
    try:
        return await asyncio.to_thread(shell, values, wanted.target_nm)
    except InputError as wrong:
        return {"problem": wrong.person_text}


@routes.post("/jobs", status_code=201)
async def submit(
    wanted: Annotated[JobWanted, Depends(json_body(JOB_WANTED, OURS))],
    session: UseSession,
    services: UseServices,
) -> dict[str, Any]:
    """Put a dry run or a fault matrix in line."""
    await asyncio.to_thread(checked, "", wanted.plant)  # refuses a plant that is not there
    request = {
        "kind": wanted.kind,
        "recipe_toml": wanted.toml,
        "name": wanted.name,
        "plant": str(packaged_file("deploy", wanted.plant)),
        "seed": wanted.seed,
        "faults": list(wanted.faults),
    }
    return services.bench.submit(session.name, request).summary()


@routes.get("/jobs")
async def jobs(services: UseServices) -> list[dict[str, Any]]:
    """What runs, waits and is over, the newest first, without results."""
    return [job.summary() for job in services.bench.all()]


@routes.get("/jobs/{id}")
async def job(id: JobId, services: UseServices) -> dict[str, Any]:
    """One job with its result, once it has one."""
    return _whole(services.bench.find(id))


@routes.delete("/jobs/{id}")
async def cancel(id: JobId, services: UseServices) -> dict[str, Any]:
    """End a job that waits or runs."""
    return services.bench.cancel(id).summary()


def _whole(found: Job) -> dict[str, Any]:
    return found.summary() | {
        "recipe_toml": found.request["recipe_toml"],
        "result": found.result,
    }
