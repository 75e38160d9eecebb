"""What the routes share that lead to the record: who signs, and where the record is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi.responses import Response

from controller.api.client import Answer, Giver
from controller.core.roles import Role
from controller.errors import AccessError, LinkError, RecordError
from controller.records.reader import RecordReader
from hmi.deps import Services
from hmi.sessions import Session


def passed_on(answer: Answer) -> Response:
    """The controller's answer as it came."""
    return Response(answer.body, answer.status, media_type="application/json")


def giver_of(services: Services, session: Session, *, proved: bool = False) -> Giver:
    """Who commands, in which roles."""
    held = services.roles(session.name)
    roles = tuple(role.value for role in Role if role in held)
    return Giver(user=session.name, roles=roles, proved=proved)


async def with_password(services: Services, session: Session, password: str, source: str) -> Giver:
    """Who signs, having entered the password for this very signature. Raises AccessError."""
    if not await services.desk.verify_password(session.name, password, source):
        raise AccessError("The password is wrong; nothing was signed.")
    return giver_of(services, session, proved=True)


async def site(services: Services) -> dict[str, Any]:
    """The plant file that the controller runs, and the folder of its record."""
    answer = await services.client.get("site")
    if answer.status != 200:
        raise LinkError(f"the controller does not tell its plant ({answer.status})")
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def record_folder(services: Services, batch_ids: Sequence[str]) -> Path | None:
    """The folder of the controller's record; None when one of these batches is not in it."""
    folder = Path((await site(services))["data"])
    reader = RecordReader(folder)
    try:
        known = await asyncio.to_thread(lambda: all(map(reader.has, batch_ids)))
    except RecordError:
        return None
    return folder if known else None
