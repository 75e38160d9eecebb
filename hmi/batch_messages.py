"""Commands about batches that are over, or that a crash has ended."""

from __future__ import annotations

from typing import Literal

from controller.core.findings import Disposition, Measurement, Recovered
from hmi.message_base import CommandMessage, Message, Sentence


class MeasureCommand(CommandMessage):
    """Say what the shell was measured to be."""

    name: Literal["measure"]
    args: Measurement


class YieldCommand(CommandMessage):
    """Say what came out of the jar."""

    name: Literal["yield"]
    args: Recovered


class DisposeCommand(CommandMessage):
    """Say what becomes of a batch."""

    name: Literal["dispose"]
    args: Disposition


class ScrapArgs(Message):
    """Why the batch is given up."""

    reason: Sentence


class ScrapCommand(CommandMessage):
    """Give up the batch that a crash has ended."""

    name: Literal["scrap"]
    args: ScrapArgs


BatchCommand = MeasureCommand | YieldCommand | DisposeCommand | ScrapCommand
