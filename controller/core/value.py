"""Values that one scan hands to the next: frozen to whoever reads or checks the code.

A dataclass that is frozen at run time takes six times as long to make (1.8 against 0.28
microseconds for 16 fields on Python 3.11), and a scan makes several. So the few that every scan
makes are frozen by the type checker, which sees every assignment to a field; the tests compare
what went into a scan with what it was before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

T = TypeVar("T")

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    def value(cls: type[T]) -> type[T]:
        """A frozen dataclass with slots."""

else:
    value = dataclass(slots=True)
