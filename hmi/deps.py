"""What every route works with, and the one place that lets a request in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request
from fastapi.responses import Response

from controller.api.client import ControllerClient
from controller.core.roles import Role
from controller.errors import AccessError
from hmi.access import ROUTES, Access
from hmi.accounts.audit import Action
from hmi.accounts.desk import Desk
from hmi.batches.press import Press
from hmi.recipes import RecipeShelf
from hmi.sessions import SESSION_LIFE_S, Session, SessionStore
from hmi.stream import Hub
from hmi.workshop.bench import Bench


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with. `now_s` is monotonic; with TLS the server has `names`.

    `exposed`: the page is served to other computers too, so nobody is administrator without a
    second factor. `training` is where the simulator takes faults. Bands of dry runs have a bench of
    their own: no trial of an author waits for one.
    """

    client: ControllerClient
    shelf: RecipeShelf
    desk: Desk
    sessions: SessionStore
    hub: Hub
    port: int
    now_s: Callable[[], float]
    bench: Bench = field(default_factory=Bench)
    band_bench: Bench = field(default_factory=Bench)
    press: Press = field(default_factory=Press)
    names: tuple[str, ...] = ()
    exposed: bool = False
    training: Path | None = None

    @property
    def cookie(self) -> str:
        """The cookie's name. Browsers share cookies over all ports of a host, so it names ours."""
        return f"{'__Host-' if self.names else ''}blademill_{self.port}"

    def roles(self, name: str) -> frozenset[Role]:
        """The roles that count for a person now."""
        account = self.desk.store.get(name)
        if account is None or account.disabled:
            return frozenset()
        if not self.needs_factor(name):
            return account.roles
        return account.roles - {Role.ADMIN} or frozenset({Role.VIEWER})

    def needs_factor(self, name: str) -> bool:
        """Whether an administrator may not be one here before they have a second factor."""
        account = self.desk.store.get(name)
        lacking = account is not None and account.is_admin and account.factor is None
        return self.exposed and lacking

    def give_cookie(self, answer: Response, token: str) -> None:
        """Let the browser keep the token of its session.

        With TLS it is `__Host-` and `Secure`. Without, this server speaks plain HTTP on the
        loopback interface only, and not every browser sends a `Secure` cookie there.
        """
        answer.set_cookie(
            self.cookie,
            token,
            max_age=int(SESSION_LIFE_S),
            path="/",
            httponly=True,
            secure=bool(self.names),
            samesite="strict",
        )


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


UseServices = Annotated[Services, Depends(_services)]


async def _token(request: Request, services: UseServices) -> str | None:
    return request.cookies.get(services.cookie)


UseToken = Annotated[str | None, Depends(_token)]


async def _source(request: Request) -> str:
    return request.client.host if request.client else "unknown"


UseSource = Annotated[str, Depends(_source)]


async def _signed_in(services: UseServices, token: UseToken) -> Session:
    session = services.sessions.find(token, services.now_s())
    if session is None:
        raise HTTPException(401, "Sign in first.")
    return session


UseSession = Annotated[Session, Depends(_signed_in)]


async def admitted(request: Request, services: UseServices, token: UseToken) -> None:
    """Let a request in by the table `ROUTES`, or refuse it. Every route depends on this."""
    path = request.scope["route"].path
    access = ROUTES.get((request.method, path))
    if access is None:
        raise AccessError("Nobody may do this: it is not in the table of routes.", code="role")
    if access.open:
        return
    session = await _signed_in(services, token)
    try:
        _judge(access, session, services)
    except AccessError:
        unhurried(services, session)
        services.desk.audit.note(Action.DENIED, session.name, route=f"{request.method} {path}")
        raise


def _judge(access: Access, session: Session, services: Services) -> None:
    now_s = services.now_s()
    if not access.roles & services.roles(session.name):
        if Role.ADMIN in access.roles and services.needs_factor(session.name):
            raise AccessError(
                "Set up your second factor first: System, Your account and people.", code="factor"
            )
        needed = " or ".join(role.value for role in Role if role in access.roles)
        raise AccessError(f"This needs the role {needed}.", code="role")
    if not access.on_locked:
        refuse_locked(session, now_s)
    if access.proof and session.proof_left_s(now_s) <= 0.0:
        raise AccessError("Enter your password again first.", code="proof")


def refuse_locked(session: Session, now_s: float) -> None:
    """Raises AccessError when nobody has touched this page for long."""
    if session.is_locked(now_s):
        raise AccessError("The screen is locked. Enter your password.", code="locked")


def unhurried(services: Services, session: Session) -> None:
    """Raises when this session asks faster than any person and page do."""
    if not session.may_ask(services.now_s()):
        raise HTTPException(429, "Too many requests.")


async def _unhurried(services: UseServices, session: UseSession) -> None:
    unhurried(services, session)


UNHURRIED: Final = [Depends(_unhurried)]
