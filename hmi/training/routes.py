"""Training: put a fault into the running simulator, see what is wrong with it, and heal it.

Refused unless the controller itself says, just now, that its plant is a simulated one.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import Field, TypeAdapter

from controller.errors import AccessError
from hmi.accounts.audit import Action
from hmi.deps import UNHURRIED, Services, UseServices, UseSession, admitted
from hmi.message_base import Message
from hmi.messages import json_body
from hmi.workshop.messages import FaultText
from sim.training import exchange

NOT_SIMULATED: Final = "Faults are for simulated mills: this one does not say that it is one."
NO_SOCKET: Final = "This page was started without a way to the simulator (--training-socket)."

routes: Final = APIRouter(prefix="/api/training", dependencies=[Depends(admitted), *UNHURRIED])


class FaultWanted(Message):
    """One fault as `blademill sim inject` takes it: NAME[@ON[-OFF]][:VALUE]."""

    fault: Annotated[FaultText, Field(max_length=120)]


FAULT: Final = TypeAdapter(FaultWanted)


@routes.get("")
async def faults(services: UseServices) -> dict[str, Any]:
    """What is wrong with the simulated mill, and what is planned to be."""
    answer = await _ask(services, {"list": True})
    return {"faults": answer["faults"]}


@routes.post("/faults", status_code=201)
async def inject(
    wanted: Annotated[FaultWanted, Depends(json_body(FAULT))],
    session: UseSession,
    services: UseServices,
) -> dict[str, Any]:
    """Put one fault in; times are seconds of plant time from now."""
    answer = await _ask(services, {"inject": wanted.fault})
    services.desk.audit.note(Action.FAULT, session.name, about=wanted.fault)
    return {"text": answer["text"]}


@routes.delete("/faults")
async def heal(session: UseSession, services: UseServices) -> dict[str, Any]:
    """End every fault, and forget those that were to come."""
    answer = await _ask(services, {"heal": True})
    services.desk.audit.note(Action.HEALED, session.name)
    return {"text": answer["text"]}


async def _ask(services: Services, request: dict[str, object]) -> dict[str, Any]:
    if not services.hub.simulated:
        raise AccessError(NOT_SIMULATED, code="not_simulated")
    if services.training is None:
        raise AccessError(NO_SOCKET, code="no_training")
    return await asyncio.to_thread(exchange, request, services.training)
