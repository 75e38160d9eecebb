"""A record for tests: the shipped writer and clerk on a file in a folder of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.edge.plantfile import load_plant
from controller.packaged import packaged_file
from controller.records.clerk import Clerk
from controller.records.schema import RECORD_NAME
from controller.records.setting import setting_of
from controller.records.writer import Writer

PLANT = load_plant(packaged_file("deploy", "lab-0.5l.toml"))


def writer_for(folder: Path) -> Writer:
    """A writer that is not started."""
    return Writer(folder / RECORD_NAME, "boot", "run", "0.0.0")


def recorded(folder: Path) -> Clerk:
    """A clerk whose writer is not started: what it takes in stays in memory."""
    return Clerk(writer_for(folder), setting_of(PLANT, 1.0))


@contextmanager
def recording(folder: Path) -> Iterator[tuple[Clerk, Writer]]:
    """A clerk at work; afterwards everything is on disk."""
    writer = writer_for(folder)
    assert writer.start(10.0)
    try:
        yield Clerk(writer, setting_of(PLANT, 1.0)), writer
    finally:
        assert writer.end()
