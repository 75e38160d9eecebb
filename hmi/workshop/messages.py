"""What the workshop's routes take."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from hmi.message_base import Message

TOML_MAX: Final = 60_000
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
FaultText = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}[@:0-9.eE+-]{0,60}$")]


class RecipeText(Message):
    """A recipe as it stands in the editor, and the plant file that it is meant for."""

    toml: Annotated[str, Field(max_length=TOML_MAX)]
    plant: FileName = "lab-0.5l.toml"


class JobWanted(RecipeText):
    """A dry run or a fault matrix of this text."""

    kind: Literal["dry_run", "fault_matrix"]
    name: FileName
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    faults: Annotated[tuple[FaultText, ...], Field(max_length=20)] = ()


class LotSpread(Message):
    """One standard deviation of each number of a lot, in its own unit (wt% in points)."""

    d50_um: float = 0.0
    sse_wt_percent: float = 0.0
    core_density_g_cm3: float = 0.0
    shell_density_g_cm3: float = 0.0
    solid_fraction: float = 0.0


class ShellWanted(Message):
    """A shell's inputs; with `target_nm` the content that makes this apparent thickness is told.

    With `sigma` the uncertainty that it makes of the apparent thickness is told too.
    """

    sse_wt_percent: float
    basis: Literal["total", "per_cam"]
    d50_um: float
    core_density_g_cm3: float
    shell_density_g_cm3: float
    solid_fraction: float = 1.0
    d10_um: float | None = None
    d90_um: float | None = None
    sse_d50_um: float | None = None
    target_nm: float | None = None
    sigma: LotSpread | None = None


RECIPE_TEXT: Final = TypeAdapter(RecipeText)
JOB_WANTED: Final = TypeAdapter(JobWanted)
SHELL_WANTED: Final = TypeAdapter(ShellWanted)
OURS: Final = frozenset(
    name for model in (RecipeText, JobWanted, LotSpread, ShellWanted) for name in model.model_fields
)
