"""The recipes and plant files that come with blademill, wherever it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from controller.errors import InputError

Kind = Literal["recipes", "deploy"]

_PACKAGE = Path(__file__).resolve().parent


def packaged_dir(kind: Kind) -> Path:
    """The folder of the packaged recipes or plant files.

    A wheel carries copies inside this package; a checkout keeps them at its top, where a change
    is seen at once.
    """
    in_wheel = _PACKAGE / "_data" / kind
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / kind


def packaged_names(kind: Kind) -> list[str]:
    """Every packaged file, named from its folder on: "bm-05.toml", "pilot-20l/bm-05.toml"."""
    folder = packaged_dir(kind)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.toml"))


def packaged_file(kind: Kind, name: str) -> Path:
    """The path of the packaged file `name`, such as `("recipes", "bm-05.toml")`.

    Raises InputError, naming the files that exist, when there is none of this name.
    """
    names = packaged_names(kind)
    if name not in names:
        raise InputError(
            f"no file of this name among the packaged {kind}",
            where=name,
            do=f"Use one of: {', '.join(names) or 'none, the installation is incomplete'}.",
        )
    return packaged_dir(kind) / name
