"""The results of a study on disk, a line for each run, so that a killed study goes on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from controller.errors import InputError
from sim.study.outcome import NUMBERS, Outcome

RUNS: Final = "runs.jsonl"
_DO: Final = "Choose another --out, or give the options of the first time."


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a study: its number, what was drawn for it, and what came of it."""

    number: int
    drawn: tuple[float, ...]
    outcome: Outcome

    def line(self) -> str:
        """The run as a line of JSON; what is not a number is null there."""
        outcome = {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in asdict(self.outcome).items()
        }
        return json.dumps({"run": self.number, "drawn": self.drawn, "outcome": outcome}) + "\n"


class Store:
    """The file of one study. The first line says which study it is; only that one goes on."""

    def __init__(self, folder: Path, header: dict[str, Any]) -> None:
        self.path = folder / RUNS
        self._header = header
        folder.mkdir(parents=True, exist_ok=True)
        self.done = self._resume() if self.path.exists() else self._begin()
        self._file = self.path.open("a", encoding="utf-8")

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, run: Run) -> None:
        """Appends the next run; it is in the file when this returns, whoever is killed then."""
        self._file.write(run.line())
        self._file.flush()
        self.done += 1

    def _begin(self) -> int:
        self.path.write_text(json.dumps({"study": self._header}) + "\n", encoding="utf-8")
        return 0

    def _resume(self) -> int:
        """How many runs are there already; a half line at the end is cut off."""
        raw = self.path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        lines = whole.splitlines()
        try:
            header = json.loads(lines[0])["study"]
        except (IndexError, KeyError, TypeError, ValueError):
            raise InputError("is not the file of a study", where=str(self.path), do=_DO) from None
        differing = sorted(
            key for key, value in self._header.items() if header.get(key, None) != value
        )
        if differing:
            what = f"belongs to a study with another {', '.join(differing)}"
            raise InputError(what, where=str(self.path), do=_DO)
        if len(whole) < len(raw):
            self.path.write_bytes(whole)
        return len(lines) - 1


def runs_of(path: Path) -> Iterator[Run]:
    """The runs in a study's file, in their order."""
    with path.open(encoding="utf-8") as file:
        next(file)
        for line in file:
            data = json.loads(line)
            yield Run(data["run"], tuple(data["drawn"]), _outcome(data["outcome"]))


def _outcome(data: dict[str, Any]) -> Outcome:
    numbers = {key: math.nan if data[key] is None else float(data[key]) for key in NUMBERS}
    return Outcome(state=data["state"], first_cause=data["first_cause"], **numbers)
