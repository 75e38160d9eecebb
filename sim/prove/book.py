"""The record of a seeded world: the shipped clerk, store and recovery on a file in memory.

Only the writer's thread is left out: what it would do in its own time is done here at once, or not
at all while a fault has taken the disk.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from controller.core.equipment import Equipment
from controller.core.hands import Hands
from controller.core.outputs import Outputs
from controller.core.recovery import Crashed
from controller.core.signals import Image
from controller.core.state import Decision
from controller.edge.plantfile import PlantFile
from controller.records.clerk import Clerk
from controller.records.lockout import lock_out
from controller.records.reader import RecordReader
from controller.records.recovery import undecided
from controller.records.row import Draft
from controller.records.schema import RECORD_NAME
from controller.records.setting import setting_of
from controller.records.store import Store
from controller.sending import Listener, send

Heard = Callable[[Outputs], None]
_BOOT: Final = ""  # a boot that is never the same: gaps are told by the calendar


class Disk:
    """Takes drafts as the writer does. Without a folder it only remembers them."""

    def __init__(self, folder: Path | None, is_lost: Callable[[], bool] = lambda: False) -> None:
        self.kept: list[Draft] = []
        self._waiting: list[Draft] = []
        self._is_lost = is_lost
        self._store = None if folder is None else Store(folder / RECORD_NAME, _BOOT, "run")

    def offer(self, drafts: Sequence[Draft]) -> int:
        """Takes the drafts in; the number that the last of them will have."""
        self._waiting.extend(drafts)
        return self.last_seq + len(self._waiting)

    @property
    def last_seq(self) -> int:
        """The number of the last row on disk."""
        return len(self.kept) if self._store is None else self._store.last_seq

    @property
    def quiet(self) -> bool:
        """Whether everything that was offered is on disk."""
        return not self._waiting

    def committed(self, within_s: float) -> bool:
        """Whether it is, at once: nothing is late here, it works or is lost."""
        self.write()
        return self.quiet

    def write(self) -> None:
        """Commits what waits, unless the disk is gone."""
        if not self._waiting or self._is_lost():
            return
        if self._store is None:
            self.kept.extend(self._waiting)
        else:
            self._store.append(self._waiting)
        self._waiting.clear()

    def close(self) -> None:
        """The process is gone: what waits is lost, what is on disk stays."""
        self._waiting.clear()
        if self._store is not None:
            self._store.close()


class Book:
    """What a world's scans go through on their way to the plant; `heard` is told of each image."""

    def __init__(
        self,
        plant: PlantFile,
        folder: Path | None = None,
        heard: Heard = lambda outputs: None,
        is_lost: Callable[[], bool] = lambda: False,
    ) -> None:
        self._plant = plant
        self._folder = folder
        self._heard = heard
        self._is_lost = is_lost
        self._disk = Disk(folder, is_lost)
        self._clerk = Clerk(self._disk, setting_of(plant, 1.0))

    def follow(self, earlier: Book) -> None:
        """Begins with all that another book has, as if it had been this one from the first row."""
        self._disk.offer(earlier._disk.kept)
        self._disk.write()
        self._clerk = copy.copy(earlier._clerk)
        self._clerk.writes_to(self._disk)

    @property
    def last_seq(self) -> int:
        """The number of the last row on disk."""
        return self._disk.last_seq

    @property
    def quiet(self) -> bool:
        """Whether everything that was noted is on disk."""
        return self._disk.quiet

    def sent(
        self, plant: Listener, before: Outputs, decision: Decision, image: Image, beat: bool
    ) -> Decision:
        """Notes one scan and sends its image, in the order of the live loop."""
        del image
        self._clerk.note(decision)
        made = send(_Tapped(plant, self._heard), self._clerk, before, decision, beat)
        self._disk.write()
        return made

    def crash(self, equipment: Equipment) -> tuple[Crashed | None, Hands]:
        """The process is killed and another one begins: what the shipped recovery makes of it.

        The batch that it cut off, and the lock-out that it left.
        """
        if self._folder is None:
            raise ValueError("a book without a folder does not outlive its process")
        self._disk.close()
        self._disk = Disk(self._folder, self._is_lost)
        self._clerk = Clerk(self._disk, setting_of(self._plant, 1.0))
        reader = RecordReader(self._folder)
        found, closing = undecided(reader, equipment)
        self._disk.offer(closing)
        self._disk.write()
        return found, lock_out(reader)

    def close(self) -> None:
        """Gives the file back."""
        self._disk.close()


class _Tapped:
    """A plant whose every image is told before it gets it."""

    __slots__ = ("_heard", "_plant")

    def __init__(self, plant: Listener, heard: Heard) -> None:
        self._plant = plant
        self._heard = heard

    def write(self, outputs: Outputs, heartbeat: bool) -> None:
        self._heard(outputs)
        self._plant.write(outputs, heartbeat)
