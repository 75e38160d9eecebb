"""Loop check: each signal is moved at its sensor by a person, and what is read is put on record.

A contact must be seen in both positions. A number is compared with what the person's reference
reads. Every answer becomes one line of JSON, also the ones that failed or were left out.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from enum import Enum, unique
from pathlib import Path
from typing import Final

from controller.core.signals import SIGNALS, Signal
from controller.edge.clock import monotonic_s, utc_text
from controller.edge.survey import SignalFound, Survey

Ask = Callable[[str], Awaitable[str]]
Tell = Callable[[str], None]

MOVE_S: Final = 3.0  # how long a moved contact may take to be seen
SKIP: Final = "s"
QUIT: Final = "q"
# Of the measuring range; a transmitter, its card and the reference together.
TOLERANCE: Final = 0.01
LEAST_MOVE: Final = 0.02


@unique
class Result(Enum):
    """What became of one loop."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class LoopProof:
    """One line of the record. Words are those on the wire, before and after the move."""

    time: str
    plant: str
    sha256: str
    by: str
    signal: str
    source: str
    ref: str
    words_before: tuple[int, ...]
    words_after: tuple[int, ...]
    before: float | None
    after: float | None
    reference: float | None
    unit: str
    quality: str
    result: Result
    why: str

    def to_line(self) -> str:
        """As one line of JSON."""
        body = asdict(self) | {"result": self.result.value}
        return json.dumps(body, allow_nan=False) + "\n"


class LoopCheck:
    """Walks through signals with a person. `ask` puts a question and gives the answer."""

    def __init__(self, survey: Survey, record: Path, by: str, ask: Ask, tell: Tell) -> None:
        self._survey = survey
        self._record = record
        self._by = by
        self._ask = ask
        self._tell = tell

    async def run(self, signals: Iterable[Signal]) -> list[LoopProof]:
        """Check these signals in turn, until the person quits. Each proof is on disk at once.

        Raises OSError when the record cannot be written.
        """
        proofs: list[LoopProof] = []
        for signal in signals:
            before = self._survey.signal(signal)
            answer = await self._answer(before)
            if answer == QUIT:
                break
            proof = await self._proof(before, answer)
            with self._record.open("a", encoding="utf-8") as file:
                file.write(proof.to_line())
            self._tell(f"  {proof.result.value}: {proof.why}")
            proofs.append(proof)
        return proofs

    async def _answer(self, before: SignalFound) -> str:
        """What the person says; asked again while a reference is no number."""
        while True:
            answer = (await self._ask(self._question(before))).strip()
            if answer in (SKIP, QUIT) or SIGNALS[before.signal].digital or _is_number(answer):
                return answer
            self._tell(f"  {answer!r} is no number, such as 22.5")

    def _question(self, found: SignalFound) -> str:
        info = SIGNALS[found.signal]
        place = f"{info.label} ({found.source}, {found.ref}) reads {reading_text(found)}."
        if info.digital:
            return f"{place} Move it, then Enter (s skips, q quits):"
        unit = f" in {info.unit}" if info.unit else ""
        return f"{place} Move it, then type what your reference reads{unit} (s skips, q quits):"

    async def _proof(self, before: SignalFound, answer: str) -> LoopProof:
        if answer == SKIP:
            return self._line(before, before, None, Result.SKIPPED, "left out")
        if SIGNALS[before.signal].digital:
            after = await self._moved(before)
            good, why = _contact(before, after)
            return self._line(before, after, None, good, why)
        reference = float(answer)
        after = await self._newer(before)
        good, why = self._number(before, after, reference)
        return self._line(before, after, reference, good, why)

    async def _moved(self, before: SignalFound) -> SignalFound:
        end_s = monotonic_s() + MOVE_S
        while monotonic_s() < end_s:
            found = self._survey.signal(before.signal)
            if found.quality.usable and found.value != before.value:
                return found
            await asyncio.sleep(0.02)
        return self._survey.signal(before.signal)

    async def _newer(self, before: SignalFound) -> SignalFound:
        """A reading that was begun after now."""
        asked_s = monotonic_s()
        device = self._survey.stations[before.source.split(".")[0]].plan.device
        end_s = asked_s + device.max_age_s
        while monotonic_s() < end_s:
            found = self._survey.signal(before.signal)
            if found.age_s < monotonic_s() - asked_s:
                return found
            await asyncio.sleep(0.02)
        return self._survey.signal(before.signal)

    def _number(
        self, before: SignalFound, after: SignalFound, reference: float
    ) -> tuple[Result, str]:
        if not (after.quality.usable and math.isfinite(after.value)):
            return Result.FAILED, f"reads {reading_text(after)}"
        width = self._width(after.signal) or max(abs(reference), 1.0)
        apart = abs(after.value - reference)
        if apart > TOLERANCE * width:
            return Result.FAILED, f"reads {after.value:g}, the reference {reference:g}"
        if abs(after.value - before.value) < LEAST_MOVE * width:
            return Result.FAILED, f"did not move from {before.value:g}: that proves no loop"
        unit = f" {info.unit}" if (info := SIGNALS[after.signal]).unit else ""
        return (
            Result.PASSED,
            f"moved to {after.value:g}{unit}, {apart:.3g}{unit} from the reference",
        )

    def _width(self, signal: Signal) -> float:
        span = self._survey.plant.signals[signal].span
        return span[1] - span[0] if span else 0.0

    def _line(
        self,
        before: SignalFound,
        after: SignalFound,
        reference: float | None,
        result: Result,
        why: str,
    ) -> LoopProof:
        plant = self._survey.plant
        return LoopProof(
            time=utc_text(),
            plant=plant.id,
            sha256=plant.sha256,
            by=self._by,
            signal=after.signal.name.lower(),
            source=after.source,
            ref=after.ref,
            words_before=before.words,
            words_after=after.words,
            before=_finite(before.value),
            after=_finite(after.value),
            reference=reference,
            unit=after.unit,
            quality=after.quality.value,
            result=result,
            why=why,
        )


def _is_number(answer: str) -> bool:
    try:
        return math.isfinite(float(answer))
    except ValueError:
        return False


def _contact(before: SignalFound, after: SignalFound) -> tuple[Result, str]:
    if not (before.quality.usable and after.quality.usable):
        return Result.FAILED, f"reads {reading_text(after)}"
    if before.value == after.value:
        return Result.FAILED, f"stayed at {before.value:g} for {MOVE_S:g} s"
    return Result.PASSED, f"went from {before.value:g} to {after.value:g}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def reading_text(found: SignalFound) -> str:
    """A reading in words: value and unit, or why there is none."""
    if math.isnan(found.value):
        return f"UNKNOWN ({found.quality.value})"
    if math.isinf(found.value):
        return f"above its range, in {found.unit}"
    return f"{found.value:.{SIGNALS[found.signal].decimals}f} {found.unit}".strip()
