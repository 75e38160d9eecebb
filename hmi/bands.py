"""Gives each batch the band of its own dry runs: made beside everything else, then handed over.

A batch without a band is not judged by one, and nothing waits for it: whether it comes before the
start or an hour later, a worker of low priority makes it, and the controller takes it as data.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, Final
from uuid import uuid4

from controller.api.client import Giver
from controller.core.roles import Role
from controller.errors import BlademillError, InputError
from hmi.deps import Services
from hmi.papers import site
from hmi.workshop.bench import OVER

LOOK_S: Final = 1.0
USER: Final = "dry runs (page server)"
GIVER: Final = Giver(USER, (Role.OPERATOR.value,))
ENDED: Final = ("COMPLETE", "STOPPED", "ABORTED", "ABORTING", "STOPPING", "RESETTING")
TRIED_MAX: Final = 1_000

log = logging.getLogger("blademill.hmi")


async def keep_bands(services: Services) -> None:
    """Runs until it is cancelled. What goes wrong with one batch is told, and left at that."""
    tried: dict[str, None] = {}
    while True:
        await asyncio.sleep(LOOK_S)
        batch_id = _without_band(services)
        if batch_id is None or batch_id in tried:
            continue
        tried[batch_id] = None
        if len(tried) > TRIED_MAX:
            tried.pop(next(iter(tried)))
        try:
            await _give_band(services, batch_id)
        except BlademillError as error:
            log.warning("batch %s has no band of dry runs: %s", batch_id, error)


def _without_band(services: Services) -> str | None:
    """The batch that is loaded or under way and has no band."""
    seen = services.hub.newest
    batch = seen.get("batch")
    if batch is None or batch["band"] is not None or seen["state"] in ENDED:
        return None
    return str(batch["id"])


async def _give_band(services: Services, batch_id: str) -> None:
    text = await _made(services, batch_id)
    if text is None:
        return
    args = {"batch": batch_id, "band_json": text}
    answer = await services.client.command(str(uuid4()), "band", args, GIVER)
    told = json.loads(answer.body)
    if not told["accepted"]:
        raise InputError(f"it was refused: {'; '.join(told['reasons'])}")


async def _made(services: Services, batch_id: str) -> str | None:
    """The band as text; None when the batch has gone meanwhile. Raises InputError."""
    bench = services.band_bench
    job = bench.submit(USER, await _request(services, batch_id))
    while job.state not in OVER:
        await asyncio.sleep(0.2)
        if _without_band(services) != batch_id:
            bench.cancel(job.id)
    if job.result is None:
        if job.error:
            raise InputError(job.error)
        return None
    return str(job.result["band_json"])


async def _request(services: Services, batch_id: str) -> dict[str, Any]:
    """What the worker needs: the recipe as the record has it, and the plant file in force."""
    answer = await services.client.get(f"batches/{batch_id}")
    if answer.status != 200:
        raise InputError(f"the record does not tell the recipe ({answer.status})")
    recipe, plant = json.loads(answer.body)["recipe"], (await site(services))["plant"]
    return {
        "kind": "band",
        "recipe_toml": recipe["text"],
        "name": f"{recipe['id']} v{recipe['version']}",
        "plant": plant["name"],
        "plant_toml": plant["toml"],
        "speed": services.hub.newest.get("speed", 1.0),
    }
