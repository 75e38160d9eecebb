"""What the routes about one batch take."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints, TypeAdapter

from controller.core.papers import Meaning
from hmi.accounts.messages import Password
from hmi.message_base import CommandId, Message

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SignatureWanted(Message):
    """A signature under what the person saw: `content` of the batch record; and the password."""

    id: CommandId
    meaning: Annotated[Meaning, Field(strict=False)]
    content_sha256: Sha256
    through_seq: Annotated[int, Field(ge=1, le=2**53)]
    password: Password


SIGNATURE: Final = TypeAdapter(SignatureWanted)
OURS: Final = frozenset(SignatureWanted.model_fields)
