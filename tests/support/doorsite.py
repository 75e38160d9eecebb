"""The controller's door without a process: a bench of a test answers as the scan."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from bands import BAND_JSON
from bench import LAB, ROOT, Bench, state_in
from recording import recording

from controller.api.app import make_app
from controller.api.journal import Journal
from controller.api.library import library_routes
from controller.api.mailbox import Mailbox
from controller.api.papers import Papers
from controller.api.stream import Stream
from controller.core.events import Event
from controller.core.scan import scan
from controller.core.states import State
from controller.edge.plantfile import PlantFile, load_plant
from controller.packaged import packaged_file
from controller.records.clerk import Clerk
from controller.records.reader import RecordReader

PLANT = load_plant(packaged_file("deploy", "lab-0.5l.toml"))
NO_RECORD = Path("/nonexistent")
TRAINING = (ROOT / "recipes" / "training.toml").read_text(encoding="utf-8")
ARGS: dict[str, dict[str, Any]] = {
    "load": {"recipe_toml": TRAINING, "name": "training.toml"},
    "charge": {
        "cam_mass_g": 95.0,
        "sse_mass_g": 5.0,
        "cam_lot": "C",
        "sse_lot": "S",
        "blade_id": "B",
        "emptied_and_cleaned": True,
    },
    "shelve": {"alarm": "O2_HIGH", "minutes": 5.0, "reason": "why"},
    "unshelve": {"alarm": "O2_HIGH"},
    "out_of_service": {"alarm": "O2_HIGH", "reason": "why"},
    "in_service": {"alarm": "O2_HIGH"},
    "purge": {"argon_flow_slpm": 2.0, "minutes": 1.0},
    "maintenance": {"reason": "why"},
    "bypass": {"row": "COOLING", "minutes": 5.0, "reason": "why"},
    "bypass.end": {"row": "COOLING"},
    "handover": {"from": "Ada", "to": "Bob"},
    "comment": {"text": "a word"},
    "measure": {"batch": "B-1", "thickness_nm": 500.0, "method": "xps", "n": 20},
    "yield": {"batch": "B-1", "recovered_g": 98.0},
    "dispose": {"batch": "B-1", "disposition": "released", "reason": "why"},
    "scrap": {"reason": "why"},
    "sign": {"batch": "B-1", "meaning": "performed", "content_sha256": "0" * 64, "through_seq": 9},
    "recipe.save": {"recipe_toml": TRAINING, "name": "training.toml"},
    "recipe.submit": {"id": "X", "version": 1, "sha256": "0" * 64},
    "recipe.approve": {"id": "X", "version": 1, "sha256": "0" * 64},
    "recipe.reject": {"id": "X", "version": 1, "sha256": "0" * 64, "reason": "why"},
    "recipe.retire": {"id": "X", "version": 1, "sha256": "0" * 64, "reason": "why"},
    "band": {"batch": "B-1", "band_json": BAND_JSON},
}


class Memory:
    """The events that the door was told, in place of the record."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.writes = True

    def committed(self, within_s: float) -> bool:
        return self.writes

    def add(self, event: Event) -> None:
        self.events.append(event)

    def fresh(self) -> Iterator[Any]:
        return iter(())


@dataclass
class Door:
    """The door, the bench behind it, and the clock by which requests grow old."""

    http: httpx.AsyncClient
    mailbox: Mailbox
    memory: Memory
    clock: list[float]
    run: Bench
    clerk: Clerk | None = None

    def message(self, name: str, **more: Any) -> dict[str, Any]:
        """A command that is in order, given by somebody who has just looked."""
        return {
            "id": str(uuid.uuid4()),
            "name": name,
            "user": "second",
            "roles": ["operator"],
            "state_version": self.run.state.version,
            "proved": True,
            "args": ARGS.get(name, {}),
            **more,
        }

    async def ask(self, message: dict[str, Any], waited_s: float = 0.0) -> httpx.Response:
        """Send a command; the next scan comes `waited_s` later."""
        sending = asyncio.create_task(self.http.post("/v1/commands", json=message))
        while not self.mailbox._waiting and not sending.done():
            await asyncio.sleep(0)
        self.clock[0] += waited_s
        self.scan()
        return await sending

    async def recorded(self) -> None:
        """Waits until everything that happened is on disk."""
        assert self.clerk is not None
        assert await asyncio.to_thread(self.clerk.committed, 10.0)

    def scan(self) -> None:
        """One scan with what waits."""
        state = self.run.state
        decision = scan(state, self.run.image, self.mailbox.take(), state.now_s + 0.1, 0.1)
        self.run.state = decision.state
        if self.clerk is not None:
            self.clerk.note(decision)
        self.mailbox.settle(decision.results)


@asynccontextmanager
async def door(
    state: State = State.IDLE, papers: Papers | None = None, clerk: Clerk | None = None
) -> AsyncIterator[Door]:
    """A door to a mill in this state.

    Without `papers` there is no record to judge by, without `clerk` none is written.
    """
    clock = [0.0]
    mailbox = Mailbox(asyncio.get_running_loop(), lambda: clock[0])
    memory = Memory()
    app = make_app(
        equipment=LAB,
        mailbox=mailbox,
        journal=Journal(clerk or memory),
        stream=Stream(),
        health=dict,
        metrics=bytes,
        papers=papers or Papers(RecordReader(NO_RECORD), PLANT),
    )
    if papers is not None:
        app.include_router(library_routes(papers, NO_RECORD))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        yield Door(http, mailbox, memory, clock, Bench(state_in(state)), clerk)


@asynccontextmanager
async def recorded_door(folder: Path, plant: PlantFile = PLANT) -> AsyncIterator[Door]:
    """A door to an idle mill with the record in `folder`, which it reads and writes."""
    with recording(folder) as (clerk, _):
        async with door(State.IDLE, Papers(RecordReader(folder), plant), clerk) as it:
            it.run.state = replace(it.run.state, batch=None)
            yield it


def run_recorded(
    folder: Path, check: Callable[[Door], Awaitable[None]], plant: PlantFile = PLANT
) -> None:
    """Run one check against a fresh door to the record in `folder`, within a time."""

    async def within() -> None:
        async with recorded_door(folder, plant) as it:
            await check(it)

    asyncio.run(asyncio.wait_for(within(), 60.0))


def run_door(
    check: Callable[[Door], Awaitable[None]], state: State = State.IDLE, *, within_s: float = 60.0
) -> None:
    """Run one check against a fresh door, within a time."""

    async def within() -> None:
        async with door(state) as it:
            await check(it)

    asyncio.run(asyncio.wait_for(within(), within_s))
