"""The devices of a plant file as they answer on the wire: registers, writes and own watchdogs.

They are built from the same profiles that the controller reads by. Their clocks are their own:
heartbeats and watchdogs run in wall time, whatever the speed of the plant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Final

from pymodbus.constants import ExcCodes

from controller.core.outputs import DEAD, Outputs
from controller.core.signals import Quality
from controller.edge.codec import Channel, PointCodec
from controller.edge.plantfile import PlantFile
from controller.edge.registers import OnExpiry, OutOfRange, Point, RawType, Setting, Table
from controller.edge.wiring import Device

DIGITAL_OUTPUTS: Final = frozenset(
    field.name for field in fields(Outputs) if isinstance(getattr(DEAD, field.name), bool)
)
# What a text says that no identity asks for.
SIMULATED: Final = "SIMULATED"
EVERY_FUNCTION: Final = frozenset(range(1, 128))


class SimulatedDevice:
    """One device: `words` holds every address that exists, table by table.

    `outputs` are the values that the controller has set, by the names of the plant file's
    `[outputs]`; `requests` counts what was received.

    Open to whoever injects faults: `deaf_to` (functions of requests that it does not even notice),
    `frozen` (its program stands still: heartbeats stop), `busy` (every request gets exception 6, as
    from an analyzer whose service port is in use) and `state`.
    """

    def __init__(self, plant: PlantFile, device: Device, clock: Callable[[], float]) -> None:
        profile = device.register_map
        self.device = device
        self.profile = profile
        self.requests = 0
        self.deaf_to: frozenset[int] = frozenset()
        self.frozen = False
        self.busy = False
        self.outputs: dict[str, float] = {
            name: 0.0 for name, wire in plant.outputs.items() if wire.device == device.id
        }
        self.words: dict[Table, dict[int, int]] = {table: {} for table in Table}
        self._clock = clock
        watchdog = profile.watchdog
        zeroes = watchdog is not None and watchdog.on_expiry is OnExpiry.ZERO
        # Remote outputs watch from power-up on, a drive from the first request.
        self._heard_s = clock() if zeroes else math.inf
        self._expired = False
        self._codecs = {
            point.id: PointCodec(point, device.order) for point in profile.points.values()
        }
        self._signals = [
            (int(signal), profile.points[wire.point], plant.signal_channel(signal))
            for signal, wire in plant.signals.items()
            if wire.device == device.id
        ]
        self._output_wires = [
            (name, profile.points[plant.outputs[name].point], plant.output_channel(name))
            for name in self.outputs
        ]
        self._turning = [point for point in profile.points.values() if point.turns_s]
        self._write_only = {
            (point.table, address)
            for point in profile.points.values()
            if not point.access.readable
            for address in range(point.address, point.end)
        }
        for point in profile.points.values():
            self.words[point.table] |= dict.fromkeys(range(point.address, point.end), 0)
        for point in profile.points.values():
            self._rest(point)
        self._be_commissioned()

    def _rest(self, point: Point) -> None:
        if point.type is RawType.TEXT:
            self._put_text(point, SIMULATED)
        else:
            self._put(point, point.rest * point.scale)

    def _be_commissioned(self) -> None:
        """Say who it is, and have the settings that are made by hand."""
        for proof in self.profile.identity:
            point = self.profile.points[proof.point]
            if proof.text is not None:
                self._put_text(point, proof.text)
            elif proof.equals is not None:
                self._put(point, proof.equals)
        for setting in self._settings():
            point = self.profile.points[setting.point]
            if not point.access.writable:
                self._put(point, self._wanted(setting))

    def _settings(self) -> tuple[Setting, ...]:
        return self.profile.watchdog.settings if self.profile.watchdog else ()

    def _wanted(self, setting: Setting) -> float:
        return (self.device.watchdog_s or 0.0) if setting.value is None else setting.value

    def _put_text(self, point: Point, text: str) -> None:
        raw = text.encode("latin-1").ljust(2 * point.words, b"\0")
        for place in range(point.words):
            word = int.from_bytes(raw[2 * place : 2 * place + 2], "big")
            self.words[point.table][point.address + place] = word

    def _put(self, point: Point, value: float) -> None:
        codec = self._codecs[point.id]
        low, high = codec.limits
        if math.isnan(value) and not point.type.can_be_nan:
            value = low
        codec.encode(self.words[point.table], point.address, min(max(value, low), high))
        self._keep_twins(point)

    def _get(self, name: str) -> float:
        point = self.profile.points[name]
        return self._codecs[name].decode(self.words[point.table], point.address)[0]

    def _keep_twins(self, changed: Point) -> None:
        """A quantity that is there twice is the same in both places."""
        for twin in self.profile.twins:
            full = self._get(twin.full) if changed.id in (twin.point, twin.value) else 0.0
            if not full > 0.0:
                continue
            name, value = (
                (twin.value, self._get(twin.point) / 100.0 * full)
                if changed.id == twin.point
                else (twin.point, 100.0 * self._get(twin.value) / full)
            )
            other = self.profile.points[name]
            low, high = self._codecs[name].limits
            self._codecs[name].encode(
                self.words[other.table], other.address, min(max(value, low), high)
            )

    def measure(self, values: Sequence[float]) -> None:
        """Put what the plant's transmitters state, indexed by `Signal`, into the registers."""
        for index, point, channel in self._signals:
            self._put(point, channel.meaning.to_point(values[index]))
        if self.frozen:
            return
        now_s = self._clock()
        for point in self._turning:
            turns = int(now_s / (point.turns_s or 1.0))
            self._put(point, turns % (self._codecs[point.id].highest_raw + 1) * point.scale)

    def state(self, point_id: str, value: float) -> None:
        """Let a point that no signal feeds say `value`, in its unit."""
        self._put(self.profile.points[point_id], value)

    def request(self) -> None:
        """Any request arms and re-arms the watchdog, reads included."""
        self.requests += 1
        self._heard_s = self._clock()
        self._expired = False

    def watch(self) -> OnExpiry | None:
        """What the watchdog does now: on the moment that it runs out, else None."""
        limit_s, watchdog = self._watchdog_s(), self.profile.watchdog
        if limit_s is None or watchdog is None or self._expired:
            return None
        if self._clock() - self._heard_s <= limit_s:
            return None
        self._expired = True
        if watchdog.on_expiry is OnExpiry.ZERO:
            self._zero()
            self._say_expired(1.0)
        return watchdog.on_expiry

    def _say_expired(self, value: float) -> None:
        """Remote outputs say so until they are written again; a drive has its fault code."""
        watchdog = self.profile.watchdog
        if watchdog and watchdog.expired and watchdog.on_expiry is OnExpiry.ZERO:
            self._put(self.profile.points[watchdog.expired], value)

    def _watchdog_s(self) -> float | None:
        """The time that the watchdog is set to now; None while it is not armed."""
        limit_s = self.device.watchdog_s
        for setting in self._settings():
            value = self._get(setting.point)
            if setting.value is None:
                limit_s = value or None
            elif value != setting.value:
                return None
        return limit_s

    def _zero(self) -> None:
        for _, point, channel in self._output_wires:
            channel.encode(self.words[point.table], point.address, 0.0)
        self.outputs = dict.fromkeys(self.outputs, 0.0)

    def read(self, table: Table, address: int, count: int) -> list[int] | ExcCodes:
        """The words from `address` on, or the exception that the device answers with."""
        words = self.words[table]
        for place in range(address, address + count):
            if place not in words or (table, place) in self._write_only:
                return ExcCodes.ILLEGAL_ADDRESS
        return [words[place] for place in range(address, address + count)]

    def write(self, table: Table, address: int, words: Sequence[int]) -> ExcCodes | None:
        """Take over `words` from `address` on, or answer with an exception and take nothing."""
        given = range(address, address + len(words))
        touched = [
            point
            for point in self.profile.points.values()
            if point.table is table and point.address < given.stop and given.start < point.end
        ]
        known = {place for point in touched for place in range(point.address, point.end)}
        if not known.issuperset(given) or not all(point.access.writable for point in touched):
            return ExcCodes.ILLEGAL_ADDRESS
        new = self.words[table] | dict(zip(given, (int(word) for word in words), strict=True))
        for point in touched:
            if point.on is None:
                _, quality = self._codecs[point.id].decode(new, point.address)
                if quality is not Quality.GOOD:
                    ignores = self.profile.device.out_of_range is OutOfRange.IGNORE
                    return None if ignores else ExcCodes.ILLEGAL_VALUE
        self.words[table] = new
        self._say_expired(0.0)
        for point in touched:
            self._keep_twins(point)
            if point.read_back is not None:
                self._put(self.profile.points[point.read_back], self._get(point.id))
        for name, point, channel in self._output_wires:
            if point in touched or self.profile.twins:
                self._set_output(name, point, channel)
        return None

    def _set_output(self, name: str, point: Point, channel: Channel) -> None:
        """A command word that says neither on nor off leaves things as they are."""
        value, quality = channel.decode(self.words[point.table], point.address)
        if quality is Quality.GOOD:
            self.outputs[name] = value


class HeartbeatRelay:
    """A relay in the run permit chain: closed while the heartbeat changes often enough."""

    def __init__(self, limit_s: float, clock: Callable[[], float]) -> None:
        self._limit_s = limit_s
        self._clock = clock
        self._last = 0.0
        self._changed_s = -math.inf

    def closed(self, heartbeat: float) -> bool:
        """Whether the contact is closed, given the heartbeat's present level."""
        now_s = self._clock()
        if heartbeat != self._last:
            self._last = heartbeat
            self._changed_s = now_s
        return now_s - self._changed_s <= self._limit_s


def outputs_of(values: dict[str, float]) -> Outputs:
    """The output image that these values of the `[outputs]` make, the heartbeat left out."""
    image: dict[str, Any] = {
        field.name: values[field.name] != 0.0
        if field.name in DIGITAL_OUTPUTS
        else values[field.name]
        for field in fields(Outputs)
    }
    return Outputs(**image)
