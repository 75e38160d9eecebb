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

from controller.core.health import HEALTHY, Health
from controller.core.image import assemble
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import SIGNAL_COUNT, Image, Quality, Signal
from controller.edge.plan import plan_devices
from controller.edge.plantfile import PlantFile
from controller.edge.registers import OnExpiry
from controller.edge.wiring import HEARTBEAT
from sim.drive import DriveFault
from sim.faults.model import Undo
from sim.mill import Mill

ASTRAY_SCANS: Final = 2  # a read-back may be one write behind
_LATE_S: Final = 0.15  # a scan and a half
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
    since_s: float = 0.0


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
            plan.device.id: tuple(back.name for back in plan.read_backs)
            for plan in plan_devices(plant)
        }
        self._astray: dict[str, int] = {}
        self._sent = mill.outputs
        self._read_s = -math.inf
        self._record_lost_s = math.inf
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

    # What the scan reads.

    def image(self, values: Sequence[float]) -> Image:
        """The image of these readings, with what is wrong on their way."""
        health = self._health()
        image = self._read(values)
        return image if health is HEALTHY else replace(image, health=health)

    def _health(self) -> Health:
        """What a controller would know of itself and its hold on the devices."""
        gap_s, self._read_s = self.now_s - self._read_s, self.now_s
        late = _LATE_S < gap_s < math.inf
        record_lost = self.now_s > self._record_lost_s
        if not (self._losses or self._forced or self._astray or late or record_lost):
            return HEALTHY
        lost = {loss.device for loss in self._losses if self._is_lost(loss)}
        shown = self._shown()
        for device, names in self._read_back.items():
            strays = any(getattr(shown, name) != getattr(self._sent, name) for name in names)
            if strays and device not in lost:
                self._astray[device] = self._astray.get(device, 0) + 1
            else:
                self._astray.pop(device, None)
        return HEALTHY._replace(
            record_lost_s=self.now_s - self._record_lost_s if record_lost else 0.0,
            foreign_write=float(sum(n >= ASTRAY_SCANS for n in self._astray.values())),
            devices_lost=float(len(lost)),
            scan_gap_s=gap_s if late else 0.0,
        )

    def _is_lost(self, loss: Loss) -> bool:
        """Whether nothing right has come from a whole device for as long as it may be silent."""
        if not loss.device or loss.reads in (Reads.GOOD, Reads.FROZEN):
            return False
        limit_s = self.plant.device(loss.device).max_age_s
        return loss.reads is Reads.BAD or self.now_s - loss.since_s > limit_s

    def _shown(self) -> Outputs:
        """What the output registers of the devices hold."""
        outputs = self._taken
        for forced in self._forced:
            outputs = replace(outputs, **forced)
        return outputs

    def _read(self, values: Sequence[float]) -> Image:
        if not any(loss.signals for loss in self._losses):
            self._held.clear()
            return assemble(values)
        found = list(values)
        quality = [Quality.GOOD] * SIGNAL_COUNT
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

    # What the scan writes.

    def deliver(self, outputs: Outputs, heartbeat: bool) -> None:
        """One output image and the heartbeat, to those who listen."""
        self._sent = outputs
        deaf = {loss.device for loss in self._losses if loss.deaf}
        unheard = {loss.device for loss in self._losses if loss.unheard}
        for device in self._heard_s:
            if device not in unheard:
                self._heard_s[device] = self.now_s
                self._zeroed.discard(device)
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
        outputs = self._shown()
        if outputs.run_permit and self.now_s - self._beat_s > self.plant.heartbeat_s:
            outputs = replace(outputs, run_permit=False)
        return outputs
