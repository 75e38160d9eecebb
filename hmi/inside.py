"""The machine behind the mill for the System page; the controller's answers as they came."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from controller.api.client import Answer
from hmi.deps import UNHURRIED, UseServices, admitted

routes: Final = APIRouter(prefix="/api", dependencies=[Depends(admitted), *UNHURRIED])


@routes.get("/inside")
async def inside(services: UseServices) -> Response:
    """Words of every signal, standing of every device, scan times, disk and versions."""
    return _passed_on(await services.client.get("inside"))


@routes.get("/record/verify")
async def checked(services: UseServices) -> Response:
    """Whether a check of the record is under way, and what the last one found."""
    return _passed_on(await services.client.get("record/verify"))


@routes.post("/record/verify")
async def check(services: UseServices) -> Response:
    """Begin a check of the whole record."""
    return _passed_on(await services.client.post("record/verify", {}))


def _passed_on(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")
