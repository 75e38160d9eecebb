"""Signing in and out, the first administrator, one's own password and sessions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response

from controller.core.roles import Role
from controller.errors import AccessError
from hmi.accounts.audit import Action
from hmi.accounts.desk import WRONG
from hmi.accounts.messages import (
    CODE_AND_PASSWORD,
    PASSWORD_CHANGE,
    PROOF,
    SIGN_IN,
    CodeAndPassword,
    PasswordChange,
    Proof,
    SignIn,
)
from hmi.deps import Services, UseServices, UseSession, UseSource, UseToken, admitted
from hmi.messages import json_body
from hmi.sessions import LOCKED_AFTER_S, Session

routes = APIRouter(prefix="/api", dependencies=[Depends(admitted)])


@routes.get("/setup")
async def needs_setup(services: UseServices) -> dict[str, bool]:
    """Whether the console shows a code that makes an administrator."""
    return {"needed": services.desk.console.wanted}


@routes.post("/setup")
async def set_up(
    wanted: Annotated[CodeAndPassword, Depends(json_body(CODE_AND_PASSWORD))],
    services: UseServices,
    token: UseToken,
    source: UseSource,
) -> Response:
    """Make an administrator with the console's code, and sign them in."""
    account = await services.desk.set_up(wanted.name, wanted.code, wanted.password, source)
    return opened(services, account.name, token, source)


@routes.post("/enroll")
async def enroll(
    wanted: Annotated[CodeAndPassword, Depends(json_body(CODE_AND_PASSWORD))],
    services: UseServices,
    token: UseToken,
    source: UseSource,
) -> Response:
    """Set a password with the code that an administrator gave, and sign in."""
    account = await services.desk.enroll(
        wanted.name, wanted.code, wanted.password, wanted.totp, source
    )
    return opened(services, account.name, token, source)


@routes.get("/session")
async def who(services: UseServices, token: UseToken) -> dict[str, Any] | None:
    """Who is signed in here, and how long this and that still lasts; null when nobody is."""
    now_s = services.now_s()
    session = services.sessions.find(token, now_s)
    if session is None:
        return None
    roles = services.roles(session.name)
    return {
        "name": session.name,
        "roles": [role.value for role in Role if role in roles],
        "ends_in_s": session.ends_at_s - now_s,
        "locks_in_s": max(0.0, session.active_at_s + LOCKED_AFTER_S - now_s),
        "proof_left_s": session.proof_left_s(now_s),
        "has_factor": services.desk.must(session.name).factor is not None,
        "needs_factor": services.needs_factor(session.name),
    }


@routes.post("/session")
async def sign_in(
    wanted: Annotated[SignIn, Depends(json_body(SIGN_IN))],
    services: UseServices,
    token: UseToken,
    source: UseSource,
) -> Response:
    """Trade a name and what proves it for a session. An older one of this browser ends."""
    account = await services.desk.sign_in(wanted.name, wanted.password, wanted.totp, source)
    return opened(services, account.name, token, source)


@routes.delete("/session")
async def sign_out(services: UseServices, session: UseSession, token: UseToken) -> Response:
    """End this session at once, on the server."""
    services.sessions.close(token)
    services.desk.audit.note(Action.SIGN_OUT, session.name)
    return _signed_out(services)


@routes.post("/session/touch", status_code=204)
async def touch(services: UseServices, session: UseSession) -> None:
    """Somebody is at this page: it stays unlocked for a while."""
    session.active_at_s = services.now_s()


@routes.post("/proof")
async def prove(
    wanted: Annotated[Proof, Depends(json_body(PROOF))],
    services: UseServices,
    session: UseSession,
    token: UseToken,
    source: UseSource,
) -> Response:
    """One's own password again: unlocks the screen, and counts as proof for a few minutes."""
    if not await services.desk.verify_password(session.name, wanted.password, source):
        raise AccessError(WRONG)
    if token is None or services.sessions.find(token, services.now_s()) is not session:
        raise HTTPException(401, "Sign in first.")
    answer = Response(status_code=204)
    services.give_cookie(answer, services.sessions.proved(token, services.now_s()))
    return answer


@routes.post("/password")
async def change_password(
    wanted: Annotated[PasswordChange, Depends(json_body(PASSWORD_CHANGE))],
    services: UseServices,
    session: UseSession,
    token: UseToken,
    source: UseSource,
) -> Response:
    """Replace one's own password: every session of this person ends, and this one begins anew."""
    await services.desk.change_password(session.name, wanted.old, wanted.new, source)
    services.sessions.close_of(session.name)
    return opened(services, session.name, token, source)


@routes.get("/sessions")
async def sessions(services: UseServices, session: UseSession) -> list[dict[str, Any]]:
    """One's own sessions."""
    now_s = services.now_s()
    return [_shown(one, session, now_s) for one in services.sessions.of(session.name, now_s)]


@routes.delete("/sessions")
async def end_others(services: UseServices, session: UseSession) -> dict[str, int]:
    """End all of one's own sessions but this one."""
    return {"ended": end_sessions(services, session.name, session.name, but=session)}


@routes.delete("/sessions/{id}")
async def end_one(id: str, services: UseServices, session: UseSession) -> dict[str, int]:
    """End one of one's own sessions."""
    ended = end_sessions(services, session.name, session.name, only=id or "none")
    if not ended:
        raise HTTPException(404, "There is no such session.")
    return {"ended": ended}


def end_sessions(
    services: Services, by: str, name: str, *, but: Session | None = None, only: str = ""
) -> int:
    """End sessions of `name` at once and put it on the record; how many there were."""
    ended = services.sessions.close_of(name, but=but, only=only)
    if ended:
        services.desk.audit.note(Action.ENDED, by, about=name, count=str(ended))
    return ended


def opened(services: Services, name: str, token: str | None, source: str) -> Response:
    """The answer that begins a session; an older one of this browser ends."""
    services.sessions.close(token)
    answer = Response(status_code=204)
    services.give_cookie(answer, services.sessions.open(name, services.now_s(), source))
    return answer


def _signed_out(services: Services) -> Response:
    answer = Response(status_code=204)
    answer.delete_cookie(
        services.cookie, path="/", secure=bool(services.names), httponly=True, samesite="strict"
    )
    return answer


def _shown(one: Session, own: Session, now_s: float) -> dict[str, Any]:
    return {
        "id": one.id,
        "source": one.source,
        "own": one is own,
        "open_s": now_s - one.opened_at_s,
        "idle_s": now_s - one.active_at_s,
    }
