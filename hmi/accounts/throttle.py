"""How fast wrong passwords and codes may be tried: by account, by source, and never for ever."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

FREE_TRIES: Final = 5
FREE_TRIES_OF_SOURCE: Final = 20
LONGEST_WAIT_S: Final = 60.0
FORGOTTEN_S: Final = 3_600.0
REMEMBERED: Final = 10_000


@dataclass(slots=True)
class Throttle:
    """The first tries are free; from then on each wrong one doubles the wait for the next."""

    free: int = FREE_TRIES
    failures: int = 0
    free_at_s: float = 0.0
    failed_at_s: float = 0.0

    def wait_s(self, now_s: float) -> float:
        """How long the next try must wait; 0 when it may be made."""
        return max(0.0, self.free_at_s - now_s)

    def failed(self, now_s: float) -> None:
        """Count one wrong try."""
        if now_s - self.failed_at_s > FORGOTTEN_S:
            self.failures = 0
        self.failures += 1
        self.failed_at_s = now_s
        over = self.failures - self.free
        if over >= 0:
            self.free_at_s = now_s + min(2.0 ** min(over, 10), LONGEST_WAIT_S)


@dataclass(slots=True)
class Throttles:
    """One throttle for each name that was tried, known or not, and one for each source.

    A try that comes too early is not looked at and not counted, so that nobody can make another
    person wait longer than the longest wait.
    """

    _kept: OrderedDict[tuple[str, str], Throttle] = field(default_factory=OrderedDict)

    def wait_s(self, name: str, source: str, now_s: float) -> float:
        """How long the next try for this name from this source must wait."""
        return max(throttle.wait_s(now_s) for throttle in self._both(name, source))

    def failed(self, name: str, source: str, now_s: float) -> int:
        """Count a wrong try; returns how many it were for this name."""
        by_name, by_source = self._both(name, source)
        by_name.failed(now_s)
        by_source.failed(now_s)
        return by_name.failures

    def passed(self, name: str) -> None:
        """Forget the wrong tries for a name after a right one."""
        self._kept.pop(("name", name), None)

    def _both(self, name: str, source: str) -> tuple[Throttle, Throttle]:
        return (
            self._one(("name", name), FREE_TRIES),
            self._one(("source", source), FREE_TRIES_OF_SOURCE),
        )

    def _one(self, key: tuple[str, str], free: int) -> Throttle:
        throttle = self._kept.setdefault(key, Throttle(free))
        self._kept.move_to_end(key)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return throttle
