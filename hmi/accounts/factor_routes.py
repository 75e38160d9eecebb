"""One's own second factor: offered, confirmed with a code of it, and given up again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from controller.errors import InputError
from hmi.accounts.factor import new_secret, picture_of, uri_of
from hmi.accounts.messages import FACTOR_CODE, FactorCode
from hmi.accounts.session_routes import opened
from hmi.deps import UseServices, UseSession, UseSource, UseToken, admitted
from hmi.messages import json_body

routes = APIRouter(prefix="/api/factor", dependencies=[Depends(admitted)])

UseCode = Annotated[FactorCode, Depends(json_body(FACTOR_CODE))]


@routes.post("")
async def offer(services: UseServices, session: UseSession) -> dict[str, Any]:
    """A secret for the app, shown this once; nothing is kept of it until a code confirms it."""
    if services.desk.must(session.name).factor is not None:
        raise InputError("there is a second factor", do="Take it away first.")
    session.offered = new_secret()
    uri = uri_of(session.offered, session.name)
    return {"secret": session.offered, "uri": uri, "picture": picture_of(uri)}


@routes.put("")
async def confirm(
    wanted: UseCode, services: UseServices, session: UseSession, token: UseToken, source: UseSource
) -> Response:
    """The app shows the right code: from now on it is needed. One's other sessions end."""
    if not session.offered or services.desk.must(session.name).factor is not None:
        raise InputError("no secret was shown on this page", do="Begin again.")
    services.desk.set_factor(session.name, session.offered, wanted.totp, source)
    return _begun_anew(services, session.name, token, source)


@routes.delete("")
async def end(
    wanted: UseCode, services: UseServices, session: UseSession, token: UseToken, source: UseSource
) -> Response:
    """From now on the password is enough. One's other sessions end."""
    services.desk.end_factor(session.name, wanted.totp, source)
    return _begun_anew(services, session.name, token, source)


def _begun_anew(services: UseServices, name: str, token: UseToken, source: UseSource) -> Response:
    services.sessions.close_of(name)
    return opened(services, name, token, source)
