"""The web application: sign-in, the live stream, commands, recipes, and the built page.

The browser talks to this process alone, and this process talks to the controller alone. Who may use
which route stands in `hmi.access`. What the controller answers goes on to the browser as it came.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi import Path as PathPart
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from controller.api.client import Answer, Giver
from controller.core.roles import Role
from controller.errors import AccessError, FileFaults, InputError, LinkError
from hmi.accounts.factor_routes import routes as factor_routes
from hmi.accounts.session_routes import routes as account_session_routes
from hmi.accounts.user_routes import routes as user_routes
from hmi.bands import keep_bands
from hmi.batches.routes import routes as batch_routes
from hmi.deps import (
    UNHURRIED,
    Services,
    UseServices,
    UseSession,
    UseToken,
    admitted,
    refuse_locked,
    unhurried,
)
from hmi.gate import Gate, refusal
from hmi.inside import routes as inside_routes
from hmi.library.routes import routes as library_routes
from hmi.messages import COMMAND, AnyCommand, LoadCommand, json_body, plain_args
from hmi.sessions import Session
from hmi.stream import FrameResponse, follow
from hmi.training.routes import routes as training_routes
from hmi.workshop.routes import routes as workshop_routes

BODY_LIMIT: Final = 65_536
CODE_LOOK_S: Final = 5.0
# What a frame's time is rounded by, and a little more.
SEEN_EARLY_S: Final = 0.01
# Whoever is signed in may always make the mill safer, however busy the page is.
ALWAYS: Final = ("hold", "stop", "abort")

NO_LINK: Final = (
    "The controller does not answer. If the machine must stop now, use the emergency stop."
)

log = logging.getLogger("blademill.hmi")


def create_app(services: Services, page: Path | None) -> ASGIApp:
    """The whole application behind its gate. `page` is the folder of the built page, if any."""
    app = FastAPI(
        title="blademill",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        max_body_size=BODY_LIMIT,
    )
    app.state.services = services
    app.include_router(open_routes)
    app.include_router(session_routes)
    app.include_router(account_session_routes)
    app.include_router(factor_routes)
    app.include_router(user_routes)
    app.include_router(workshop_routes)
    app.include_router(batch_routes)
    app.include_router(library_routes)
    app.include_router(inside_routes)
    app.include_router(training_routes)
    _handle_errors(app)
    if page is not None:
        _serve_page(app, page)
    return Gate(app, services.port, services.names)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    tasks = [
        asyncio.create_task(follow(services.client, services.hub)),
        asyncio.create_task(services.desk.audit.deliver(services.client)),
        asyncio.create_task(_renew_code(services)),
        asyncio.create_task(services.bench.work()),
        asyncio.create_task(services.band_bench.work()),
        asyncio.create_task(keep_bands(services)),
    ]
    yield
    for task in tasks:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks)
    await services.client.close()
    services.press.close()
    services.desk.store.close()


async def _renew_code(services: Services) -> None:
    while services.desk.console.wanted:
        services.desk.console.renew(services.now_s())
        await asyncio.sleep(CODE_LOOK_S)


open_routes = APIRouter(prefix="/api", dependencies=[Depends(admitted)])
session_routes = APIRouter(prefix="/api", dependencies=[Depends(admitted)])


@open_routes.get("/health")
async def health(services: UseServices) -> dict[str, Any]:
    """Whether this process serves, and how old the controller's newest snapshot is."""
    return {"status": "ok", "controller_age_s": services.hub.age_s}


@session_routes.get("/stream")
async def stream(services: UseServices, token: UseToken) -> Response:
    """Live snapshots as server-sent events, for as long as the session lasts."""
    if services.hub.full:
        raise HTTPException(503, "Too many pages are open.")

    def wanted() -> bool:
        return services.sessions.find(token, services.now_s()) is not None

    return FrameResponse(services.hub.frames(wanted), {"X-Accel-Buffering": "no"})


@session_routes.post("/command")
async def command(
    wanted: Annotated[AnyCommand, Depends(json_body(COMMAND))],
    session: UseSession,
    services: UseServices,
) -> Response:
    """Pass one command to the controller, and its answer back."""
    if wanted.name not in ALWAYS:
        unhurried(services, session)
        refuse_locked(session, services.now_s())
    args = plain_args(wanted)
    if isinstance(wanted, LoadCommand):
        name = wanted.args.recipe
        text = await asyncio.to_thread(services.shelf.text, name)
        args = {"recipe_toml": text, "name": name}
    giver = _giver(wanted, session, services)
    return _passed_on(await services.client.command(wanted.id, wanted.name, args, giver))


def _giver(wanted: AnyCommand, session: Session, services: Services) -> Giver:
    """Who commands, in which roles, and what they saw how long ago."""
    now_s = services.now_s()
    age_s = 0.0 if wanted.seen_s is None else now_s - wanted.seen_s
    if age_s < -SEEN_EARLY_S or (wanted.seen_s is None and wanted.name not in ALWAYS):
        raise HTTPException(422, "Not accepted: seen_s.")
    return Giver(
        user=session.name,
        roles=tuple(role.value for role in Role if role in services.roles(session.name)),
        state_version=wanted.state_version,
        age_s=max(0.0, age_s),
        proved=session.proof_left_s(now_s) > 0.0,
    )


@session_routes.get("/trend", dependencies=UNHURRIED)
async def trend(services: UseServices, since_s: Annotated[float, Query(ge=0.0)] = 0.0) -> Response:
    """The trend since this process time, a point a second."""
    return _passed_on(await services.client.get("trend", since_s=since_s))


@session_routes.get("/events", dependencies=UNHURRIED)
async def events(services: UseServices, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    """The events after this sequence number."""
    return _passed_on(await services.client.get("events", after=after))


@session_routes.get("/traces", dependencies=UNHURRIED)
async def traces(services: UseServices) -> Response:
    """The trips of which every scan around them is kept, the oldest first."""
    return _passed_on(await services.client.get("traces"))


@session_routes.get("/traces/{n}", dependencies=UNHURRIED)
async def trace(n: Annotated[int, PathPart(ge=1, le=2**53)], services: UseServices) -> Response:
    """One trip with every scan around it."""
    return _passed_on(await services.client.get(f"traces/{n}"))


@session_routes.get("/recipes", dependencies=UNHURRIED)
def recipes(services: UseServices) -> list[dict[str, Any]]:
    """Every recipe file with what it makes, or with its faults."""
    return services.shelf.entries()


@session_routes.get("/recipes/{name}", dependencies=UNHURRIED)
def recipe(name: str, services: UseServices) -> dict[str, Any]:
    """One recipe file with its text."""
    return services.shelf.detail(name)


def _passed_on(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")


def _serve_page(app: FastAPI, page: Path) -> None:
    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(page / "index.html", headers={"Cache-Control": "no-cache"})

    app.mount("/assets", GZipMiddleware(_Assets(directory=page / "assets")))


class _Assets(StaticFiles):
    """Files named after their content: a browser may keep them for good."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def _handle_errors(app: FastAPI) -> None:
    """Every refusal in the one form; nothing that was sent comes back in it."""

    @app.exception_handler(AnyHTTPException)
    async def refused(request: Request, error: AnyHTTPException) -> Response:
        return refusal(error.status_code, f"http_{error.status_code}", error.detail)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return refusal(422, "invalid", "A value in the address is not allowed.")

    @app.exception_handler(InputError)
    async def wrong_input(request: Request, error: InputError) -> Response:
        text = "; ".join(error.lines()) if isinstance(error, FileFaults) else error.person_text
        return refusal(400, "input", text)

    @app.exception_handler(AccessError)
    async def not_allowed(request: Request, error: AccessError) -> Response:
        if error.code != "wait":
            return refusal(403, error.code, error.person_text)
        answer = refusal(429, error.code, error.person_text)
        answer.headers["Retry-After"] = str(int(error.wait_s) + 1)
        return answer

    @app.exception_handler(LinkError)
    async def no_link(request: Request, error: LinkError) -> Response:
        log.warning("%s", error)
        return refusal(503, "no_link", NO_LINK)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return refusal(500, "failed", "This request failed; the log of the page server says why.")
