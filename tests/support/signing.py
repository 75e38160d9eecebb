"""Signs a recorded batch through the controller's door, as people do: each of what they saw."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from doorsite import Door

from controller.records.reader import RecordReader


async def told(it: Door, name: str, user: str, role: str, args: dict[str, Any]) -> None:
    """One command that has to be accepted."""
    answer = await it.ask(it.message(name, user=user, roles=[role], args=args))
    assert answer.json()["accepted"], answer.text


async def signed_by(
    it: Door, data: Path, batch_id: str, people: Iterable[tuple[str, str, str]]
) -> None:
    """Signatures of (user, role, meaning), one after the other."""
    for user, role, meaning in people:
        content = RecordReader(data).batch(batch_id)["content"]
        args = {
            "batch": batch_id,
            "meaning": meaning,
            "content_sha256": content["sha256"],
            "through_seq": content["through_seq"],
        }
        await told(it, "sign", user, role, args)
