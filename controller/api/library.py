"""The recipe library and the site, through the door.

GET /v1/library                  every version without its text
GET /v1/library/{id}/{version}   one version with text, steps, approvals
GET /v1/site                     plant file (text, hash, simulated or not), folder of the record
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from controller.api.papers import Papers
from controller.records.library import Version

RecipeId = Annotated[str, Path(min_length=1, max_length=60)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]


def library_routes(papers: Papers, data: File) -> APIRouter:
    """The routes over the library of one record."""
    routes = APIRouter(prefix="/v1")
    plant = papers.plant

    @routes.get("/library")
    def versions() -> JSONResponse:
        found = papers.library().versions.values()
        ordered = sorted(found, key=lambda one: (one.id, -one.version))
        return JSONResponse([version_json(one, plant.sha256) for one in ordered])

    @routes.get("/library/{id}/{version}")
    def version(id: RecipeId, version: Number) -> JSONResponse:
        found = papers.library().versions.get((id, version))
        if found is None:
            text = f"there is no {id} v{version} in the library"
            return JSONResponse({"accepted": False, "reasons": [text]}, status_code=404)
        return JSONResponse(version_json(found, plant.sha256) | {"recipe_toml": found.text})

    @routes.get("/site")
    def site() -> JSONResponse:
        told: dict[str, Any] = {
            "id": plant.id,
            "title": plant.title,
            "name": plant.name,
            "toml": plant.text,
        }
        told |= {"sha256": plant.sha256, "simulated": plant.simulated}
        return JSONResponse({"plant": told, "data": str(data.absolute())})

    return routes


def version_json(found: Version, plant_sha256: str) -> dict[str, Any]:
    """One version as pages get it; `approved` is for this plant file and this text."""
    return {
        "id": found.id,
        "version": found.version,
        "title": found.title,
        "author": found.author,
        "saved_by": found.saved_by,
        "sha256": found.sha256,
        "status": found.status.value,
        "standing": found.standing(plant_sha256),
        "approved": bool(found.approved_for(plant_sha256)),
        "packaged": found.packaged,
        "used_in": found.used_in,
        "steps": list(found.steps),
        "approvals": [asdict(approval) for approval in found.approvals],
    }
