"""What a browser may send about accounts, to the letter."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints, TypeAdapter

from controller.core.roles import Role
from hmi.message_base import Message, PersonName

# Longer than any password may be, so that a too long one is told as such.
Password = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=32)]
# Nothing where a person has no second factor.
Totp = Annotated[str, StringConstraints(max_length=16)]
Roles = Annotated[frozenset[Role], Field(min_length=1)]


class SignIn(Message):
    """A person's name and password, and the code of their second factor if they have one."""

    name: PersonName
    password: Password
    totp: Totp = ""


class CodeAndPassword(Message):
    """A name, the code that the person was given, and the password that they choose."""

    name: PersonName
    code: Code
    password: Password
    totp: Totp = ""


class FactorCode(Message):
    """A code that the authenticator app shows now."""

    totp: Totp


class Proof(Message):
    """One's own password again."""

    password: Password


class PasswordChange(Message):
    """One's own password, and the next one."""

    old: Password
    new: Password


class NewPerson(Message):
    """Somebody who is to have an account."""

    name: PersonName
    roles: Roles


class PersonChange(Message):
    """What is to be different about a person from now on."""

    roles: Roles | None = None
    disabled: bool | None = None


SIGN_IN: Final[TypeAdapter[SignIn]] = TypeAdapter(SignIn)
CODE_AND_PASSWORD: Final[TypeAdapter[CodeAndPassword]] = TypeAdapter(CodeAndPassword)
FACTOR_CODE: Final[TypeAdapter[FactorCode]] = TypeAdapter(FactorCode)
PROOF: Final[TypeAdapter[Proof]] = TypeAdapter(Proof)
PASSWORD_CHANGE: Final[TypeAdapter[PasswordChange]] = TypeAdapter(PasswordChange)
NEW_PERSON: Final[TypeAdapter[NewPerson]] = TypeAdapter(NewPerson)
PERSON_CHANGE: Final[TypeAdapter[PersonChange]] = TypeAdapter(PersonChange)
