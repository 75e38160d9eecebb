"""What the library's routes take."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints, TypeAdapter

from hmi.accounts.messages import Password
from hmi.batches.messages import Sha256
from hmi.message_base import CommandId, Message, Sentence
from hmi.workshop.messages import TOML_MAX

JobId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]


class SaveWanted(Message):
    """A text that becomes a draft; `name` is the file that its faults are told of."""

    id: CommandId
    toml: Annotated[str, Field(min_length=1, max_length=TOML_MAX)]
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")] = "recipe"


class StepWanted(Message):
    """A step of one version, given for the text of this hash."""

    id: CommandId
    sha256: Sha256


class ReasonWanted(StepWanted):
    """A step with its reason."""

    reason: Sentence


class ApproveWanted(StepWanted):
    """An approval, on the evidence of two jobs of the bench that are done; and the password.

    `reason` answers for fault cases that went other than expected, where there are any.
    """

    dry_run: JobId
    fault_matrix: JobId
    reason: Sentence | None = None
    password: Password


SAVE: Final = TypeAdapter(SaveWanted)
STEP: Final = TypeAdapter(StepWanted)
REASON: Final = TypeAdapter(ReasonWanted)
APPROVE: Final = TypeAdapter(ApproveWanted)
OURS: Final = frozenset(
    name
    for model in (SaveWanted, StepWanted, ReasonWanted, ApproveWanted)
    for name in model.model_fields
)
