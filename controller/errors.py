"""The one tree of errors that blademill raises on purpose.

BlademillError
 |- AccessError         who asks may not do this, or not yet
 |- InputError          a value a person gave (option, request field) is wrong
 |   |- RecipeError     one or more faults in a recipe file
 |   `- PlantFileError  one or more faults in a plant file or device profile
 |- DeviceError         a device answered wrongly, or not at all
 |- LinkError           another process of blademill cannot be reached
 |- RecordError         the batch record cannot be opened, read or written
 `- StartError          the process cannot begin its work here (port, lock, file)

Each carries a text for the log (`str(error)`) and, apart from it, what a person needs: what is
wrong, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BlademillError(Exception):
    """Base of all errors raised on purpose.

    `what` says what is wrong, `where` names the file, option, device or field, and `do` says what
    the person can do about it.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what = what
        self.where = where
        self.do = do
        super().__init__(f"{where}: {what}" if where else what)

    @property
    def person_text(self) -> str:
        """The text for the person: where, what is wrong, and what to do."""
        return f"{self}. {self.do}" if self.do else str(self)


class AccessError(BlademillError):
    """Who asks may not do this, or not yet.

    `code` says why in one word: `wrong` (name, password or code), `wait` (for `wait_s`), `role`,
    `locked` (nobody has touched the page for long), `proof` (the password is needed again).
    """

    def __init__(
        self, what: str, *, code: str = "wrong", do: str = "", wait_s: float = 0.0
    ) -> None:
        self.code = code
        self.wait_s = wait_s
        super().__init__(what, do=do)


class InputError(BlademillError):
    """A value that a person gave is wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file: its 1-based line (0 when none can be named), key, and what is wrong."""

    line: int
    key: str
    message: str


class FileFaults(InputError):
    """All the faults of one file, found in one go."""

    def __init__(self, path: str, faults: Sequence[Fault], *, do: str = "") -> None:
        self.path = path
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(
            f"{count} fault{'s' if count != 1 else ''}: "
            + "; ".join(f"line {f.line}: {f.key}: {f.message}" for f in self.faults),
            where=path,
            do=do,
        )

    def lines(self) -> list[str]:
        """One `FILE:LINE: key: message` for each fault, in the order of the file."""
        return [f"{self.path}:{fault.line}: {fault.key}: {fault.message}" for fault in self.faults]


class RecipeError(FileFaults):
    """A recipe file was refused."""


class PlantFileError(FileFaults):
    """A plant file or a device profile was refused."""


class DeviceError(BlademillError):
    """A device answered wrongly or not at all."""


class LinkError(BlademillError):
    """Another process of blademill cannot be reached."""


class RecordError(BlademillError):
    """The batch record cannot be opened, read or written."""


class StartError(BlademillError):
    """A process cannot begin its work: a port is taken, a lock is held, a file is missing."""
