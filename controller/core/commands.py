"""What a person (or an automation user) may ask of the controller, and in which order it counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Le, Len

from controller.core.band import RunBand
from controller.core.equipment import STRICT, Name
from controller.core.findings import Finding
from controller.core.hands import Jog
from controller.core.papers import Approval, Paper, Signature
from controller.core.recipe import Recipe
from controller.core.roles import Role
from controller.core.states import Trigger


@unique
class CommandName(Enum):
    """Every command there is. The first nine move the state machine; the rest have own names."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    HOLD = "hold"
    RESTART = "restart"
    COMPLETE = "complete"
    STOP = "stop"
    ABORT = "abort"
    RESET = "reset"
    LOAD = "load"
    CHARGE = "charge"
    LID_RELEASE = "lid.release"
    ACK = "ack"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    OUT_OF_SERVICE = "out_of_service"
    IN_SERVICE = "in_service"
    MANUAL = "manual"
    AUTO = "auto"
    JOG = "jog"
    PURGE = "purge"
    PURGE_END = "purge.end"
    MAINTENANCE = "maintenance"
    MAINTENANCE_END = "maintenance.end"
    BYPASS = "bypass"
    BYPASS_END = "bypass.end"
    HANDOVER = "handover"
    COMMENT = "comment"
    MEASURE = "measure"
    YIELD = "yield"
    DISPOSE = "dispose"
    CONTINUE = "continue"
    SCRAP = "scrap"
    SIGN = "sign"
    RECIPE_SAVE = "recipe.save"
    RECIPE_SUBMIT = "recipe.submit"
    RECIPE_APPROVE = "recipe.approve"
    RECIPE_REJECT = "recipe.reject"
    RECIPE_RETIRE = "recipe.retire"
    BAND = "band"


TRIGGER_OF: Final[dict[CommandName, Trigger]] = {
    name: Trigger(name.value) for name in list(CommandName)[:9]
}

# With several commands in one scan the safer one is looked at first.
PRIORITY: Final[dict[CommandName, int]] = {
    CommandName.ABORT: 0,
    CommandName.STOP: 1,
    CommandName.HOLD: 2,
    CommandName.PAUSE: 3,
    CommandName.ACK: 4,
}

Mass = Annotated[float, Ge(0.001), Le(100_000.0)]
Hours = Annotated[float, Ge(0.0), Le(100_000.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What was really put into the jar, and the checks a person made before the start.

    `checked_by` is the second person who read scale and labels; empty where there is none, as when
    a program runs the batch. `calibrated` says when balance and analyzers were. Hours of blade and
    jar are declared when the record does not know them, or they begin anew; `hours_origin` is where
    they are known from.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    cam_mass_g: Mass
    sse_mass_g: Mass
    cam_lot: Name
    sse_lot: Name
    blade_id: Name
    emptied_and_cleaned: bool
    checked_by: Annotated[str, Len(0, 60)] = ""
    jar_id: Annotated[str, Len(0, 60)] = ""
    argon_lot: Annotated[str, Len(0, 60)] = ""
    blade_hours: Hours | None = None
    jar_hours: Hours | None = None
    hours_origin: Annotated[str, Len(0, 60)] = ""
    balance_id: Annotated[str, Len(0, 60)] = ""
    balance_stable: bool | None = None
    calibrated: Annotated[str, Len(0, 200)] = ""

    @property
    def declares_hours(self) -> bool:
        """Whether it says how long blade or jar have worked."""
        return self.blade_hours is not None or self.jar_hours is not None


@unique
class Topic(Enum):
    """What a comment is about."""

    NOTE = "note"
    BLADE_CHANGE = "blade_change"
    CALIBRATION = "calibration"
    CLEANING = "cleaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A sentence for the record, of the batch that is loaded or of an earlier one."""

    text: str
    topic: Topic = Topic.NOTE
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One shift gives the mill to the next."""

    giver: str
    taker: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One request. `id` is unique for ever. Without `roles` nearly everything is refused.
    `state_version` is that of the state that the person saw, and `age_s` how long ago that was;
    `proved` says that the password has just been entered again.

    `recipe` and `batch_id` come with LOAD, `charge` with CHARGE, `alarm` (a row id) with the
    commands for alarms. ACK takes "*" for all, or some `alarms`; SHELVE and OUT_OF_SERVICE take a
    `reason`, SHELVE also `minutes` and `one_shot`. BYPASS takes a `row`, `minutes` and a `reason`,
    PURGE `argon_flow_slpm` and `minutes`, MAINTENANCE a `reason`; JOG, HANDOVER and COMMENT what is
    called like them; MEASURE, YIELD and DISPOSE a `finding`, CONTINUE a `batch_id`, SCRAP a
    `reason`; SIGN a `signature`, RECIPE_SAVE a `recipe` and its later steps a `paper`.

    `against` is what the record says against it, as its reader has found: any such reason refuses.
    `approvals` come with LOAD: who approved this text for this plant. BAND takes a `band` and the
    `batch_id` that it was made for.
    """

    id: str
    name: CommandName
    user: str
    roles: frozenset[Role] = frozenset()
    state_version: int | None = None
    age_s: float = 0.0
    proved: bool = False
    recipe: Recipe | None = None
    batch_id: str = ""
    charge: Charge | None = None
    alarm: str = "*"
    alarms: tuple[str, ...] = ()
    minutes: float = 0.0
    one_shot: bool = False
    reason: str = ""
    row: str = ""
    argon_flow_slpm: float = 0.0
    jog: Jog | None = None
    handover: Handover | None = None
    finding: Finding | None = None
    comment: Comment | None = None
    signature: Signature | None = None
    paper: Paper | None = None
    approvals: tuple[Approval, ...] = ()
    against: tuple[str, ...] = ()
    band: RunBand | None = None


def in_order(commands: tuple[Command, ...]) -> list[Command]:
    """The commands of one scan, the safest first, otherwise as they came."""
    return sorted(commands, key=lambda command: PRIORITY.get(command.name, 9))
