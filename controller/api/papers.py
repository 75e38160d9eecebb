"""What the record says against a command, told to it before the scan looks at it.

The scan knows neither the record nor the library. So signatures, steps in a recipe's life, and the
recipe that is to be loaded are judged here, and the scan refuses them for the reasons found, beside
its own. What is judged by the record waits until the one before it is on disk.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from controller.core.commands import Command, CommandName
from controller.edge.plantfile import PlantFile
from controller.errors import RecordError
from controller.records.library import Library, library
from controller.records.library_rules import load_faults, recipe_faults
from controller.records.reader import RecordReader
from controller.records.signatures import signing_faults

RECIPE_COMMANDS: Final = (
    CommandName.RECIPE_SAVE,
    CommandName.RECIPE_SUBMIT,
    CommandName.RECIPE_APPROVE,
    CommandName.RECIPE_REJECT,
    CommandName.RECIPE_RETIRE,
)
# One after the other, each when the one before it is on disk.
IN_TURN: Final = (CommandName.SIGN, *RECIPE_COMMANDS)
FINDINGS: Final = (CommandName.MEASURE, CommandName.YIELD, CommandName.DISPOSE)
JUDGED: Final = (*IN_TURN, *FINDINGS, CommandName.COMMENT, CommandName.LOAD)


class Papers:
    """Reads one record for the door of one plant."""

    def __init__(self, reader: RecordReader, plant: PlantFile) -> None:
        self.turn = asyncio.Lock()
        self.plant = plant
        self._reader = reader

    def library(self) -> Library:
        """The library as the record has it now. Raises RecordError."""
        return library(self._reader, self.plant.equipment)

    def judged(self, command: Command) -> Command:
        """The command with what the record has against it, and a load with its approvals.

        Reads files: call it in a worker thread.
        """
        if command.name not in JUDGED:
            return command
        try:
            return self._judged(command)
        except RecordError as error:
            if command.name is CommandName.LOAD and self.plant.simulated:
                return command
            return replace(command, against=(f"the record: {error.person_text}",))

    def _judged(self, command: Command) -> Command:
        if command.name is CommandName.LOAD:
            return self._load(command)
        if command.name is CommandName.SIGN:
            return replace(command, against=self._sign(command))
        if command.name in RECIPE_COMMANDS:
            found = recipe_faults(command, self.library(), self.plant.sha256)
            return replace(command, against=found)
        return replace(command, against=self._known(_about(command)))

    def _load(self, command: Command) -> Command:
        """Drafts run in simulation; the mill itself takes only what is approved for it."""
        recipe = command.recipe
        if recipe is None:
            return command
        found, plant = self.library(), self.plant
        against = () if plant.simulated else load_faults(recipe, found, plant.sha256)
        approvals = found.approvals(recipe.sha256, plant.sha256)
        return replace(command, against=against, approvals=approvals)

    def _sign(self, command: Command) -> tuple[str, ...]:
        asked = command.signature
        if asked is None:
            return ()
        unknown = self._known(asked.batch)
        return unknown or signing_faults(self._reader.rows(asked.batch), asked, command.user)

    def _known(self, batch_id: str) -> tuple[str, ...]:
        if not batch_id or self._reader.has(batch_id):
            return ()
        return (f"a recorded batch: there is no {batch_id}",)


def _about(command: Command) -> str:
    """The batch that a finding or a comment is about; empty for a comment on the running one."""
    if command.finding is not None:
        return command.finding.batch
    return "" if command.comment is None else command.comment.batch
