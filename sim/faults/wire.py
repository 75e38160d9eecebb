"""The wire between scan and mill in virtual time: who answers, how old values are, watchdogs.

It stands in for the devices of a plant file when something is wrong with them: which signals stop
coming, which outputs are not taken, and what the devices' own watchdogs and the heartbeat relay
do then. In virtual time a device hears a request in each period in which the scan has run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum, unique
from typing import Any, Final

from controller.core.health import HEALTHY, Details, Health
from controller.core.image import ALL_GOOD, assemble
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import SIGNAL_COUNT, Image, Quality, Signal
from controller.edge.plan import plan_devices
from controller.edge.plantfile import PlantFile
from controller.edge.registers import OnExpiry
from controller.edge.wiring import HEARTBEAT
from sim.drive import DriveFault
from sim.faults.model import Undo
from sim.mill import Mill

# How long a proof on a new connection may take, and a written output until it reads back.
UNPROVEN_S: Final = 0.4
SETTLE_S: Final = 0.15
LATE_S: Final = 0.15  # a scan and a half
_FIELDS: Final = tuple(field.name for field in fields(Outputs))


@unique
class Reads(Enum):
    """What becomes of values that are asked for."""

    GOOD = "good"
    OLD = "old"  # no new ones: the last ones grow old
    BAD = "bad"  # refused, or marked as not to be used
    FROZEN = "frozen"  # the last ones again and again, as if they were new


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loss:
    """One thing that is wrong with the wire.

    `signals` are read as `reads` says. Of `device`, the outputs are not taken when it is `deaf`,
    and its watchdog runs on when it is `unheard`.
    """

    signals: frozenset[int] = frozenset()
    reads: Reads = Reads.GOOD
    quality: Quality = Quality.BAD_COMM
    frozen_limit_s: float = math.inf  # what tells that frozen values are, if anything does
    device: str = ""
    deaf: bool = False
    unheard: bool = False


class Wire:
    """All devices of `plant` as the scan meets them. `tick` once in a period, before anything."""

    def __init__(self, plant: PlantFile, mill: Mill) -> None:
        self.plant = plant
        self.now_s = 0.0
        self._mill = mill
        self._losses: list[Loss] = []
        self._forced: list[dict[str, Any]] = []
        self._hearts_stopped = 0
        self._held: dict[int, tuple[float, float]] = {}
        self._taken = mill.outputs
        self._told: list[tuple[float, Outputs]] = [(-math.inf, mill.outputs)]
        self._gone_s: dict[str, float] = {}
        self._read_s = -math.inf
        self._record_lost_s = math.inf
        self._zeroed: set[str] = set()
        self._watchdogs = {
            device.id: (device.watchdog_s, device.register_map.watchdog.on_expiry)
            for device in plant.devices
            if device.watchdog_s is not None and device.register_map.watchdog is not None
        }
        self._heard_s = dict.fromkeys(self._watchdogs, -math.inf)
        self._outputs_of = {
            device.id: tuple(
                name
                for name, wire in plant.outputs.items()
                if wire.device == device.id and name in _FIELDS
            )
            for device in plant.devices
        }
        self._read_back = {
            device.id: tuple(output.name for output in plan.read_backs if output.name in _FIELDS)
            for device, plan in zip(plant.devices, plan_devices(plant), strict=True)
        }
        self._level = False
        self._beat_s = -math.inf
        self._max_age_s = [math.inf] * SIGNAL_COUNT
        for signal, wire in plant.signals.items():
            self._max_age_s[signal] = plant.device(wire.device).max_age_s

    def device_of(self, signal: Signal) -> str:
        """The device that a signal is read from."""
        return self.plant.signals[signal].device

    def device_of_output(self, output: str) -> str:
        """The device that an output is written to."""
        return self.plant.outputs[output].device

    def signals_of(self, device: str) -> frozenset[int]:
        """The signals that are read from a device."""
        return frozenset(int(s) for s, wire in self.plant.signals.items() if wire.device == device)

    # What goes wrong.

    def lose(self, loss: Loss) -> Undo:
        """Something is wrong from now on, until it is undone."""
        self._losses.append(loss)
        return lambda: self._losses.remove(loss)

    def force(self, **outputs: Any) -> Undo:
        """Somebody else writes these outputs after every write of ours."""
        self._forced.append(outputs)
        return lambda: self._forced.remove(outputs)

    def stop_heart(self) -> Undo:
        """The heartbeat no longer reaches its relay."""
        self._hearts_stopped += 1

        def go_on() -> None:
            self._hearts_stopped -= 1

        return go_on

    def lose_record(self) -> Undo:
        """From now on nothing can be committed to the record."""
        self._record_lost_s = self.now_s

        def mend() -> None:
            self._record_lost_s = math.inf

        return mend

    @property
    def record_lost(self) -> bool:
        """Whether nothing can be committed now."""
        return self._record_lost_s < math.inf

    # What the scan reads.

    def image(self, values: Sequence[float], stated: Sequence[Quality] = ALL_GOOD) -> Image:
        """The image of these readings and qualities, with what is wrong on their way."""
        image = self._assembled(values, stated)
        if self._losses or self._forced or self._gone_s:
            health, details = self._health()
            image = replace(image, health=health, details=details)
        gap_s, self._read_s = self.now_s - self._read_s, self.now_s
        lost_s = max(0.0, self.now_s - self._record_lost_s)
        if lost_s > 0.0 or LATE_S < gap_s < math.inf:
            own = image.health._replace(record_lost_s=lost_s, scan_gap_s=gap_s)
            image = replace(image, health=own)
        return image

    def _assembled(self, values: Sequence[float], stated: Sequence[Quality]) -> Image:
        if not any(loss.signals for loss in self._losses):
            self._held.clear()
            return assemble(values, stated)
        found = list(values)
        quality = list(stated)
        ages = [0.0] * SIGNAL_COUNT
        kept: dict[int, tuple[float, float]] = {}
        for loss in self._losses:
            for index in loss.signals:
                if loss.reads is Reads.BAD:
                    quality[index] = loss.quality
                    continue
                kept[index] = self._held.get(index, (values[index], self.now_s))
                found[index], since_s = kept[index]
                age_s = self.now_s - since_s
                if loss.reads is Reads.OLD:
                    ages[index] = age_s
                elif age_s > loss.frozen_limit_s:
                    quality[index] = loss.quality
        self._held = kept
        return assemble(found, quality, ages, self._max_age_s)

    def _health(self) -> tuple[Health, Details]:
        """What the live wire finds: by proofs on connections, by answers, by reading back."""
        gone = {
            loss.device
            for loss in self._losses
            if loss.deaf and (loss.unheard or loss.reads is Reads.BAD)
        }
        self._gone_s = {device: self._gone_s.get(device, self.now_s) for device in gone}
        found = {
            "watchdogs_unarmed": [d for d in self._gone_for(UNPROVEN_S) if d in self._watchdogs],
            "foreign_write": self._foreign(gone),
            "devices_lost": self._gone_for(None),
        }
        counts = {name: float(len(devices)) for name, devices in found.items()}
        told = tuple((name, "; ".join(devices)) for name, devices in found.items() if devices)
        return HEALTHY._replace(**counts), told

    def _gone_for(self, limit_s: float | None) -> list[str]:
        """The devices that have not answered for so long, or for their maximum age."""
        return [
            device
            for device, since_s in sorted(self._gone_s.items())
            if self.now_s - since_s
            > (self.plant.device(device).max_age_s if limit_s is None else limit_s)
        ]

    def _foreign(self, gone: set[str]) -> list[str]:
        """The devices in which an output that can be read back is not what was written."""
        held = self._taken
        for forced in self._forced:
            held = replace(held, **forced)
        return [
            device
            for device, outputs in self._read_back.items()
            if device not in gone and device not in self._zeroed
            if any(
                all(getattr(held, name) != getattr(told, name) for _, told in self._told)
                for name in outputs
            )
        ]

    # What the scan writes.

    def deliver(self, outputs: Outputs, heartbeat: bool) -> None:
        """One output image and the heartbeat, to those who listen."""
        deaf = {loss.device for loss in self._losses if loss.deaf}
        unheard = {loss.device for loss in self._losses if loss.unheard}
        for device in self._heard_s:
            if device not in unheard:
                self._heard_s[device] = self.now_s
                self._zeroed.discard(device)
        self._told.append((self.now_s, outputs))
        while self._told[1][0] + SETTLE_S < self.now_s:
            del self._told[0]
        if deaf:
            kept = {name: getattr(self._taken, name) for d in deaf for name in self._outputs_of[d]}
            outputs = replace(outputs, **kept)
        self._taken = outputs
        heart = self.plant.outputs[HEARTBEAT].device
        if not self._hearts_stopped and heart not in deaf and heartbeat != self._level:
            self._level = heartbeat
            self._beat_s = self.now_s
        self._mill.apply(self._effective())

    def tick(self, now_s: float) -> None:
        """Time goes on: watchdogs run out, scan or no scan."""
        if self._beat_s == -math.inf:
            self._beat_s = now_s
        self.now_s = now_s
        for device, (limit_s, on_expiry) in self._watchdogs.items():
            heard_s = self._heard_s[device]
            if heard_s == -math.inf:
                self._heard_s[device] = now_s
            elif now_s - heard_s > limit_s and device not in self._zeroed:
                self._expire(device, on_expiry)
        outputs = self._effective()
        if outputs != self._mill.outputs:
            self._mill.apply(outputs)

    def _expire(self, device: str, on_expiry: OnExpiry) -> None:
        self._zeroed.add(device)
        if on_expiry is OnExpiry.FAULT:
            self._mill.drive.trip(DriveFault.COMM_TIMEOUT)
            return
        zeros = {name: getattr(DEAD, name) for name in self._outputs_of[device]}
        self._taken = replace(self._taken, **zeros)

    def _effective(self) -> Outputs:
        """What the plant is really told."""
        outputs = self._taken
        for forced in self._forced:
            outputs = replace(outputs, **forced)
        if outputs.run_permit and self.now_s - self._beat_s > self.plant.heartbeat_s:
            outputs = replace(outputs, run_permit=False)
        return outputs
