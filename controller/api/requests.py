"""What may be sent through the door, read strictly, and turned into commands of the core."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from controller.api.hand_requests import Reason, RowId, by_hand
from controller.core.alarms.rules import SHELF_MINUTES_MAX
from controller.core.commands import Charge, Command, CommandName
from controller.core.equipment import Equipment
from controller.core.findings import Disposition, Finding, Measurement, Recovered
from controller.core.papers import Paper, Signature
from controller.core.roles import Role
from controller.edge.bandfile import TEXT_MAX, parse_band
from controller.edge.recipefile import parse_recipe
from controller.errors import InputError

_CHARGE: TypeAdapter[Charge] = TypeAdapter(Charge)
_SIGNATURE: TypeAdapter[Signature] = TypeAdapter(Signature)
_PAPER: TypeAdapter[Paper] = TypeAdapter(Paper)
_FINDING: dict[CommandName, TypeAdapter[Finding]] = {
    CommandName.MEASURE: TypeAdapter(Measurement),
    CommandName.YIELD: TypeAdapter(Recovered),
    CommandName.DISPOSE: TypeAdapter(Disposition),
}


# What is shown and recorded has no control characters in it.
ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"


# The steps of a saved version of a recipe.
LIFE: Final = (
    CommandName.RECIPE_SUBMIT,
    CommandName.RECIPE_APPROVE,
    CommandName.RECIPE_REJECT,
    CommandName.RECIPE_RETIRE,
)


class CommandRequest(BaseModel):
    """One command as it arrives. `args` depend on the command."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
    name: Annotated[str, Field(max_length=20)]
    user: Annotated[str, Field(min_length=1, max_length=60, pattern=ONE_LINE)]
    roles: Annotated[list[Annotated[Role, Field(strict=False)]], Field(min_length=1, max_length=6)]
    state_version: Annotated[int, Field(ge=0, le=2**53)] | None = None
    age_s: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    proved: bool = False
    args: dict[str, Any] = Field(default_factory=dict)


class LoadArgs(BaseModel):
    """Arguments of `load`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    recipe_toml: Annotated[str, Field(max_length=65_536)]
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=ONE_LINE)]


class AckArgs(BaseModel):
    """Arguments of `ack`: one alarm, some, or "*" for all."""

    model_config = ConfigDict(extra="forbid", strict=True)

    alarm: RowId | Annotated[list[RowId], Field(min_length=1, max_length=100)] = "*"


class AlarmArgs(BaseModel):
    """Arguments of `unshelve` and `in_service`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    alarm: RowId


class OutOfServiceArgs(AlarmArgs):
    """Arguments of `out_of_service`."""

    reason: Reason


class ShelveArgs(OutOfServiceArgs):
    """Arguments of `shelve`; `one_shot` ends it as soon as the alarm has returned."""

    minutes: Annotated[float, Field(ge=1.0, le=SHELF_MINUTES_MAX, allow_inf_nan=False)]
    one_shot: bool = False


class ScrapArgs(BaseModel):
    """Arguments of `scrap`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Reason


class BandArgs(BaseModel):
    """Arguments of `band`: the batch that it was made for, and the band as text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    batch: Annotated[str, Field(min_length=1, max_length=60, pattern=ONE_LINE)]
    band_json: Annotated[str, Field(max_length=TEXT_MAX)]


class NoArgs(BaseModel):
    """For commands that take none."""

    model_config = ConfigDict(extra="forbid")


_HIDING_ARGS: dict[CommandName, type[AlarmArgs]] = {
    CommandName.SHELVE: ShelveArgs,
    CommandName.UNSHELVE: AlarmArgs,
    CommandName.OUT_OF_SERVICE: OutOfServiceArgs,
    CommandName.IN_SERVICE: AlarmArgs,
}


def to_command(request: CommandRequest, equipment: Equipment) -> Command:
    """The command of the core. Raises InputError (RecipeError for a recipe)."""
    try:
        name = CommandName(request.name)
    except ValueError as unknown:
        known = ", ".join(item.value for item in CommandName)
        raise InputError(
            f"there is no command {request.name!r}", where="name", do=f"Known are: {known}."
        ) from unknown
    try:
        return Command(
            id=request.id,
            name=name,
            user=request.user,
            roles=frozenset(request.roles),
            state_version=request.state_version,
            age_s=request.age_s,
            proved=request.proved,
            **_needed(name, request.args, equipment),
        )
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in ("args", *first["loc"]))
        raise InputError(str(first["msg"]), where=where, do="Correct it and try again.") from None


def _needed(name: CommandName, args: dict[str, Any], equipment: Equipment) -> dict[str, Any]:
    """What a command of this name has beside its name and who gives it."""
    if name is CommandName.LOAD:
        load = LoadArgs.model_validate(args)
        recipe = parse_recipe(load.recipe_toml.encode(), load.name, equipment)
        return {"recipe": recipe, "batch_id": new_batch_id()}
    if name is CommandName.CHARGE:
        return {"charge": _CHARGE.validate_json(_json(args))}
    if name is CommandName.ACK:
        alarm = AckArgs.model_validate(args).alarm
        return {"alarms": (alarm,) if isinstance(alarm, str) else tuple(alarm)}
    if name is CommandName.RECIPE_SAVE:
        saved = LoadArgs.model_validate(args)
        return {"recipe": parse_recipe(saved.recipe_toml.encode(), saved.name, equipment)}
    if name is CommandName.BAND:
        made = BandArgs.model_validate(args)
        return {"batch_id": made.batch, "band": parse_band(made.band_json)}
    if name in LIFE:
        return {"paper": _PAPER.validate_json(_json(args))}
    if name is CommandName.SIGN:
        return {"signature": _SIGNATURE.validate_json(_json(args))}
    if name in _HIDING_ARGS:
        return _HIDING_ARGS[name].model_validate(args).model_dump()
    if name in _FINDING:
        return {"finding": _FINDING[name].validate_json(_json(args))}
    if name is CommandName.SCRAP:
        return ScrapArgs.model_validate(args).model_dump()
    if name is CommandName.CONTINUE:
        NoArgs.model_validate(args)
        return {"batch_id": new_batch_id()}
    found = by_hand(name, args)
    if found is None:
        NoArgs.model_validate(args)
    return found or {}


def _json(args: dict[str, Any]) -> bytes:
    return TypeAdapter(dict[str, Any]).dump_json(args)


def new_batch_id() -> str:
    """A batch id that sorts by time and never repeats."""
    return f"B{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
