"""How the controller stands with its devices: the part of `Health` that the wire knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from controller.core.health import HEALTHY, NO_DETAILS, Details, Health
from controller.edge.guard import Guard

# At a start the devices are connected to one after the other.
CONNECTING_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """How the controller stands with one device; each text says what is wrong, empty when well.

    `watch` is how its watchdog is proven, `watchdog_s` after what silence it drops its outputs.
    """

    stranger: str
    unarmed: str
    foreign: str
    watch: str
    watchdog_s: float | None


def standing_of(guard: Guard, now_s: float) -> DeviceStanding:
    """What this guard knows now."""
    return DeviceStanding(
        stranger=guard.stranger,
        unarmed=guard.told_unarmed(now_s),
        foreign=guard.told_foreign(now_s),
        watch=guard.proof.watch.value,
        watchdog_s=guard.plan.device.watchdog_s,
    )


class Standing:
    """Asks the guards of all devices, once in each scan."""

    def __init__(self, guards: Sequence[Guard]) -> None:
        self._guards = guards
        self._licensed_s: float | None = None

    def judged(self, now_s: float, *, licensed: bool) -> tuple[Health, Details]:
        """The health of this scan, and its details by the names of its fields.

        Without a license nothing is sent, so nobody can be told to be silent.
        """
        if not licensed:
            self._licensed_s = None
        elif self._licensed_s is None:
            self._licensed_s = now_s + CONNECTING_S
        found = {
            "watchdogs_unarmed": _told((g, g.told_unarmed(now_s)) for g in self._guards),
            "wrong_devices": _told((g, g.stranger) for g in self._guards),
            "foreign_write": _told((g, g.told_foreign(now_s)) for g in self._guards),
            "devices_lost": _told(self._silent(now_s)),
        }
        found = {name: told for name, told in found.items() if told}
        if not found:
            return HEALTHY, NO_DETAILS
        counts = {name: float(len(told)) for name, told in found.items()}
        return HEALTHY._replace(**counts), tuple((n, "; ".join(t)) for n, t in found.items())

    def _silent(self, now_s: float) -> Iterator[tuple[Guard, str]]:
        """The devices with a connection on which nothing right came for their maximum age."""
        if self._licensed_s is None:
            return
        for guard in self._guards:
            if guard.keeps_silent or guard.stranger:
                continue
            for link in guard.links:
                since_s = max(link.answered_s, self._licensed_s)
                if now_s - since_s > guard.plan.device.max_age_s:
                    yield guard, link.trouble or "no answer"
                    break


def _told(what: Iterator[tuple[Guard, str]]) -> list[str]:
    return [f"{guard.plan.device.id}: {text}" for guard, text in what if text]
