"""What mypyc has to be told of a class; without mypyc it says nothing.

A compiled class can only be made by its constructor, so neither `copy` nor `pickle` can make one,
unless it is compiled as one that Python may subclass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
else:
    T = TypeVar("T")

    def mypyc_attr(**_settings: bool) -> Callable[[type[T]], type[T]]:
        """The class as it is."""
        return lambda cls: cls
