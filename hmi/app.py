"""The web application: sign-in, the live stream, commands, recipes, and the built page.

The browser talks to this process alone, and this process talks to the controller alone. Every
route under `/api` needs a session but health, sign-in and the question who is signed in. What the
controller answers goes on to the browser as it came.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
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

from controller.api.client import Answer, ControllerClient, Giver
from controller.errors import FileFaults, InputError, LinkError
from hmi.gate import Gate, refusal
from hmi.messages import (
    COMMAND,
    SIGN_IN,
    AnyCommand,
    LoadCommand,
    SignIn,
    json_body,
    plain_args,
)
from hmi.recipes import RecipeShelf
from hmi.sessions import SESSION_LIFE_S, CodeBook, Session, SessionStore
from hmi.stream import FrameResponse, Hub, follow

BODY_LIMIT: Final = 65_536
OPERATOR: Final = "operator"
# Whoever is signed in may always make the mill safer, however busy the page is.
ALWAYS: Final = ("hold", "stop", "abort")

NO_LINK: Final = (
    "The controller does not answer. If the machine must stop now, use the emergency stop."
)

log = logging.getLogger("blademill.hmi")


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with. `now_s` is monotonic."""

    client: ControllerClient
    shelf: RecipeShelf
    codes: CodeBook
    sessions: SessionStore
    hub: Hub
    port: int
    now_s: Callable[[], float]

    @property
    def cookie(self) -> str:
        """The cookie's name. Browsers share cookies over all ports of a host, so it names ours."""
        return f"blademill_{self.port}"


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
    _handle_errors(app)
    if page is not None:
        _serve_page(app, page)
    return Gate(app, services.port)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    following = asyncio.create_task(follow(services.client, services.hub))
    yield
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    await services.client.close()


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


UseServices = Annotated[Services, Depends(_services)]


def _token(request: Request, services: UseServices) -> str | None:
    return request.cookies.get(services.cookie)


UseToken = Annotated[str | None, Depends(_token)]


def _signed_in(services: UseServices, token: UseToken) -> Session:
    session = services.sessions.find(token, services.now_s())
    if session is None:
        raise HTTPException(401, "Sign in first.")
    return session


UseSession = Annotated[Session, Depends(_signed_in)]


def _unhurried(services: UseServices, session: UseSession) -> None:
    if not session.may_ask(services.now_s()):
        raise HTTPException(429, "Too many requests.")


open_routes = APIRouter(prefix="/api")
session_routes = APIRouter(prefix="/api", dependencies=[Depends(_signed_in)])
UNHURRIED: Final = [Depends(_unhurried)]


@open_routes.get("/health")
async def health(services: UseServices) -> dict[str, Any]:
    """Whether this process serves, and how old the controller's newest snapshot is."""
    return {"status": "ok", "controller_age_s": services.hub.age_s}


@open_routes.get("/session")
async def who(services: UseServices, token: UseToken) -> dict[str, Any] | None:
    """Who is signed in here and for how much longer; null when nobody is."""
    now_s = services.now_s()
    session = services.sessions.find(token, now_s)
    if session is None:
        return None
    return {"name": session.name, "role": session.role, "ends_in_s": session.ends_at_s - now_s}


@open_routes.post("/session")
async def sign_in(
    wanted: Annotated[SignIn, Depends(json_body(SIGN_IN))], services: UseServices, token: UseToken
) -> Response:
    """Trade a name and the console's code for a session; the code is used up."""
    now_s = services.now_s()
    wait_s = services.codes.throttle.wait_s(now_s)
    if not services.codes.redeem(wanted.code, now_s):
        log.warning("a sign-in was refused")
        return _not_signed_in(wait_s)
    services.sessions.close(token)
    opened = services.sessions.open(wanted.name, OPERATOR, now_s)
    log.info("signed in: %s", wanted.name)
    answer = Response(status_code=204)
    # Not `Secure`: this server speaks plain HTTP on the loopback interface only, and not every
    # browser sends a `Secure` cookie there. With TLS this becomes `__Host-` and `Secure`.
    answer.set_cookie(
        services.cookie,
        opened,
        max_age=int(SESSION_LIFE_S),
        path="/",
        httponly=True,
        samesite="strict",
    )
    return answer


def _not_signed_in(wait_s: float) -> Response:
    if wait_s <= 0.0:
        return refusal(401, "code", "That is not the code that the console shows now.")
    answer = refusal(429, "throttled", "Too many wrong codes.")
    answer.headers["Retry-After"] = str(int(wait_s) + 1)
    return answer


@session_routes.delete("/session")
async def sign_out(services: UseServices, token: UseToken) -> Response:
    """End this session at once, on the server."""
    services.sessions.close(token)
    answer = Response(status_code=204)
    answer.delete_cookie(services.cookie, path="/", httponly=True, samesite="strict")
    return answer


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
        _unhurried(services, session)
    args = plain_args(wanted)
    if isinstance(wanted, LoadCommand):
        name = wanted.args.recipe
        text = await asyncio.to_thread(services.shelf.text, name)
        args = {"recipe_toml": text, "name": name}
    giver = Giver(session.name, (session.role,), wanted.state_version, wanted.age_s)
    return _passed_on(await services.client.command(wanted.id, wanted.name, args, giver))


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

    @app.exception_handler(LinkError)
    async def no_link(request: Request, error: LinkError) -> Response:
        log.warning("%s", error)
        return refusal(503, "no_link", NO_LINK)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return refusal(500, "failed", "This request failed; the log of the page server says why.")
