"""What a scan hands on and nobody changes."""

from __future__ import annotations

from typing import TypeVar

V = TypeVar("V")


class Value:
    """A base of what is never changed once it is made: it is its own copy.

    So a copied world shares its constants and its past. (Compiled, they could not be copied.)
    """

    __slots__ = ()

    def __copy__(self: V) -> V:
        return self

    def __deepcopy__(self: V, memo: object) -> V:
        return self
