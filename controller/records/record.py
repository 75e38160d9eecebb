"""The whole record of one process: events, trends and archives, begun and ended together."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import Any, Final

from controller.core.equipment import Equipment
from controller.core.events import EventKind
from controller.core.hands import NOBODY
from controller.core.recovery import Crashed
from controller.core.signals import Image
from controller.core.state import Decision
from controller.errors import RecordError
from controller.records.archiver import Archiver
from controller.records.clerk import Clerk, Setting
from controller.records.lockout import UNSURE, lock_out, locked_out
from controller.records.reader import RecordReader
from controller.records.recovery import undecided
from controller.records.room import Room, RoomWatch
from controller.records.row import draft
from controller.records.schema import RECORD_NAME
from controller.records.trends import TrendWriter
from controller.records.when import boot_id, new_run_id
from controller.records.writer import Writer

OPEN_S: Final = 5.0
ARCHIVED_S: Final = 10.0
IDS_KEPT: Final = 4_096

log = logging.getLogger("blademill.record")


class Record:
    """What the loop writes to, and the door appends its audit entries to."""

    def __init__(self, data: Path, setting: Setting, period_s: float) -> None:
        self.data = data
        self.writer = Writer(data / RECORD_NAME, boot_id(), new_run_id(), setting.software)
        self.clerk = Clerk(self.writer, setting)
        self.reader = RecordReader(data)
        self.crashed: Crashed | None = None
        self.hands = NOBODY
        self.command_ids: frozenset[str] = frozenset()
        self._room = RoomWatch(data)
        self._archiver = Archiver(self._archived)
        self._trend = TrendWriter(data, period_s, self._sealed, self._archiver.take)

    def start(self, equipment: Equipment) -> None:
        """Opens the record, waiting a few seconds at most, and closes what a crash left open."""
        # Loading the library for archives later, when somebody reads one, would make a scan late.
        importlib.import_module("pyarrow.parquet")
        try:
            self._look_back(equipment)
        except RecordError:
            self.hands = UNSURE if (self.data / RECORD_NAME).exists() else NOBODY
        if not self.writer.start(OPEN_S):
            log.critical("the record is not open: no batch can be started until it is")
        if self.writer.damaged and self.hands is NOBODY:
            self.hands = UNSURE
        if self.hands is UNSURE or self.writer.damaged:
            self.writer.offer([locked_out(self.hands)])
        self._room.start()
        self._archiver.start(self._trend.folder)
        self._trend.start()

    def _look_back(self, equipment: Equipment) -> None:
        """What the process before this one left open. Raises RecordError when nobody can say."""
        self.hands = lock_out(self.reader)
        self.crashed, closing = undecided(self.reader, equipment)
        self.command_ids = self.reader.command_ids(IDS_KEPT)
        self.writer.offer(closing)

    def note(self, decision: Decision, image: Image) -> None:
        """Takes in what a scan decided. Never waits."""
        self.clerk.note(decision)
        self._trend.note(decision.state, image)

    def committed(self, within_s: float) -> bool:
        """Whether all that was noted is on disk, waiting at most so long for it."""
        return self.clerk.committed(within_s)

    def lost_s(self) -> float:
        """For how long nothing could be committed; 0 when all is well."""
        return self.writer.lost_s()

    def damage_found(self) -> bool:
        """Whether the record was found damaged, and begun anew, a moment ago."""
        return self.writer.damage_found()

    def room(self) -> Room:
        """What room there is on the disk. Never waits for the disk."""
        return self._room.newest()

    def end(self) -> None:
        """Writes what waits and closes the files."""
        self._room.end()
        self._trend.end()
        self._archiver.end()
        if not self.writer.end():
            log.critical("not everything could be written to the record")

    def _sealed(self, batch_id: str, what: dict[str, Any]) -> None:
        text = f"Trend of {what['frames']} frames"
        self.writer.offer([draft(EventKind.TREND_SEALED, text, what, batch=batch_id)])

    def _archived(self, batch_id: str, what: dict[str, Any]) -> bool:
        text = f"Trend archived as {what['file']}"
        self.writer.offer([draft(EventKind.TREND_ARCHIVED, text, what, batch=batch_id)])
        return self.writer.committed(ARCHIVED_S)
