"""The accounts of all people, for administrators. A change ends the person's sessions at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from controller.core.roles import Role
from hmi.accounts.messages import NEW_PERSON, PERSON_CHANGE, NewPerson, PersonChange
from hmi.accounts.people import People
from hmi.accounts.session_routes import end_sessions
from hmi.accounts.store import Account
from hmi.deps import Services, UseServices, UseSession, admitted
from hmi.messages import json_body

routes = APIRouter(prefix="/api/users", dependencies=[Depends(admitted)])


async def _people(services: UseServices) -> People:
    return People(services.desk)


UsePeople = Annotated[People, Depends(_people)]


@routes.get("")
async def users(services: UseServices) -> list[dict[str, Any]]:
    """Everybody who has an account."""
    return [_shown(account, services) for account in services.desk.store.all()]


@routes.post("", status_code=201)
async def add(
    wanted: Annotated[NewPerson, Depends(json_body(NEW_PERSON))],
    people: UsePeople,
    session: UseSession,
) -> dict[str, str]:
    """Add a person; the code with which they set their password is shown this once."""
    return {"code": people.add(session.name, wanted.name, wanted.roles)}


@routes.patch("/{name}", status_code=204)
async def change(
    name: str,
    wanted: Annotated[PersonChange, Depends(json_body(PERSON_CHANGE))],
    people: UsePeople,
    services: UseServices,
    session: UseSession,
) -> None:
    """Change a person's roles, lock them out, or let them in again."""
    account = services.desk.must(name)
    if wanted.roles is not None and wanted.roles != account.roles:
        people.set_roles(session.name, account.name, wanted.roles)
        end_sessions(services, session.name, account.name)
    if wanted.disabled is not None and wanted.disabled != account.disabled:
        people.set_disabled(session.name, account.name, wanted.disabled)
        end_sessions(services, session.name, account.name)


@routes.post("/{name}/code")
async def hand_out_code(
    name: str, people: UsePeople, services: UseServices, session: UseSession
) -> dict[str, str]:
    """Take a person's password away; the code for another one is shown this once."""
    account = services.desk.must(name)
    code = people.new_code(session.name, account.name)
    end_sessions(services, session.name, account.name)
    return {"code": code}


@routes.delete("/{name}/factor", status_code=204)
async def take_factor(
    name: str, people: UsePeople, services: UseServices, session: UseSession
) -> None:
    """Take a person's second factor away, as when its device is lost."""
    account = services.desk.must(name)
    people.take_factor(session.name, account.name)
    end_sessions(services, session.name, account.name)


@routes.delete("/{name}/sessions")
async def end_all(name: str, services: UseServices, session: UseSession) -> dict[str, int]:
    """End all sessions of a person."""
    account = services.desk.must(name)
    return {"ended": end_sessions(services, session.name, account.name)}


def _shown(account: Account, services: Services) -> dict[str, Any]:
    return {
        "name": account.name,
        "roles": [role.value for role in Role if role in account.roles],
        "disabled": account.disabled,
        "has_password": account.password is not None,
        "created_by": account.created_by,
        "created_utc": account.created_utc,
        "signed_in_utc": account.signed_in_utc,
        "password_utc": account.password_utc,
        "factor_utc": account.factor_utc,
        "sessions": len(services.sessions.of(account.name, services.now_s())),
    }
