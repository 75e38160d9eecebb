"""The page's application without a server: a browser's way to it, its clock, and its accounts."""

from __future__ import annotations

import asyncio
import json
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from controller.api.client import ControllerClient, DoorAddress
from controller.core.roles import Role
from controller.packaged import packaged_dir
from hmi.accounts.codes import ConsoleCode
from hmi.accounts.desk import Desk
from hmi.accounts.passwords import Vault
from hmi.accounts.store import AccountStore
from hmi.app import create_app
from hmi.deps import Services
from hmi.recipes import RecipeShelf
from hmi.sessions import SessionStore
from hmi.stream import Hub

PORT = 8080
ORIGIN = f"http://127.0.0.1:{PORT}"
NOWHERE = DoorAddress(socket=Path("/nonexistent/controller.sock"))
PASSWORD = "violet anchor melts"
OTHER_PASSWORD = "copper kettle sings"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# A thousandth of the real cost: what is tested with it is not the cost.
QUICK = Vault(time_cost=1, memory_kib=8)


@dataclass
class Site:
    """One application and a browser's way to it."""

    http: httpx.AsyncClient
    services: Services
    codes: list[str]
    clock: list[float]

    @property
    def desk(self) -> Desk:
        """Where accounts are kept."""
        return self.services.desk

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request as our own page makes it."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"origin": ORIGIN, "content-type": "application/json"} | headers
        return await self.http.request(method, path, content=content, headers=sent)

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """POST as our own page does."""
        answer: httpx.Response = await self.send("POST", path, body, **headers)
        return answer

    def add(self, name: str, *roles: Role, password: str = PASSWORD) -> None:
        """An account as if it had been there before."""
        self.desk.store.add(name, frozenset(roles), "test", "")
        self.desk.store.set_password(name, QUICK.keep(password), self.desk.utc_text())
        self.desk.console.spend()

    async def sign_in(
        self, name: str = "Ada", *roles: Role, password: str = PASSWORD
    ) -> httpx.Response:
        """Sign in; the account is made if there is none, as an operator unless said otherwise."""
        if self.desk.store.get(name) is None:
            self.add(name, *(roles or (Role.OPERATOR,)))
        return await self.post("/api/session", {"name": name, "password": password})

    async def command(self, name: str, args: Any = None, **more: Any) -> httpx.Response:
        """Give one command, having just looked at version 0 of the state."""
        seen = {"state_version": 0, "seen_s": self.clock[0]}
        body = {"id": str(uuid.uuid4()), "name": name, "args": args or {}, **seen, **more}
        return await self.post("/api/command", body)

    def told(self) -> list[dict[str, Any]]:
        """The audit entries that wait for the controller."""
        return [body for _, body in self.desk.store.untold(10_000)]


@asynccontextmanager
async def site(
    recipes: Path | None = None,
    page: Path | None = None,
    *,
    broken: bool = False,
    door: DoorAddress = NOWHERE,
    vault: Vault = QUICK,
) -> AsyncIterator[Site]:
    """A page server that nobody has used yet. Time is `clock[0]`, from 1000 s."""
    codes: list[str] = []
    clock = [1000.0]
    with tempfile.TemporaryDirectory() as folder:
        async with ControllerClient(door) as client:
            desk = Desk(
                AccountStore(Path(folder)),
                vault,
                ConsoleCode(codes.append, wanted=False),
                lambda: clock[0],
                lambda: EPOCH + timedelta(seconds=clock[0]),
            )
            desk.console.renew(clock[0])
            services = Services(
                client=client,
                shelf=RecipeShelf(recipes or packaged_dir("recipes")),
                desk=desk,
                sessions=SessionStore(),
                hub=Hub(),
                port=PORT,
                now_s=lambda: clock[0],
            )
            shown = replace(services, now_s=None) if broken else services  # type: ignore[arg-type]
            transport = httpx.ASGITransport(create_app(shown, page), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
                yield Site(http, services, codes, clock)
            desk.store.close()


def run(
    check: Callable[[Site], Awaitable[None]], *, within_s: float = 20.0, **options: Any
) -> None:
    """Run one check against a fresh site, within a time."""

    async def within() -> None:
        async with site(**options) as it:
            await check(it)

    asyncio.run(asyncio.wait_for(within(), within_s))
