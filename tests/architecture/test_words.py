"""The page has a word for every kind of event: no person reads an identifier."""

from __future__ import annotations

import re
from pathlib import Path

from controller.core.events import EventKind

STRINGS = Path(__file__).parents[2] / "hmi" / "web" / "src" / "strings.ts"


def test_every_kind_of_event_has_a_word() -> None:
    (kinds,) = re.findall(r"\bkinds: \{(.*?)\} as", STRINGS.read_text(), re.DOTALL)
    named = dict(re.findall(r'(\w+): "([^"]+)"', kinds))
    assert set(named) == {kind.value for kind in EventKind}
