"""The plant file: what the mill is, which devices it has, and which of their points means what.

Read once, checked whole: every fault is named with its line, and what is left is a `PlantFile`
that the controller, the simulator and the checks all start from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from controller.core.equipment import Equipment
from controller.core.signals import Signal
from controller.edge.codec import Channel, Inverted, Loop, Meaning, PointCodec, Scaled, States
from controller.edge.plantcheck import plant_faults
from controller.edge.tomlfile import TomlDocument, build, parse_toml, read_toml, sorted_faults
from controller.edge.wiring import Device, OutputWire, PlantDocument, SignalWire
from controller.errors import PlantFileError


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantFile:
    """One plant, checked. `outputs` is keyed by the fields of `Outputs`, and by "heartbeat"."""

    name: str
    id: str
    title: str
    site: str
    simulated: bool
    heartbeat_s: float
    equipment: Equipment
    devices: tuple[Device, ...]
    signals: Mapping[Signal, SignalWire]
    outputs: Mapping[str, OutputWire]
    sha256: str
    text: str = field(default="", repr=False, compare=False)

    def device(self, device_id: str) -> Device:
        """The device of this id. Raises KeyError when there is none."""
        for device in self.devices:
            if device.id == device_id:
                return device
        raise KeyError(device_id)

    def signal_channel(self, signal: Signal) -> Channel:
        """How `signal` lies in the words of its device."""
        wire = self.signals[signal]
        codec = self._codec(wire)
        if signal is Signal.DRIVE_STATE:
            return Channel(codec, States.named(codec.point.states or {}))
        return Channel(codec, _meaning(wire))

    def output_channel(self, output: str) -> Channel:
        """How the field `output` of `Outputs` (or the heartbeat) lies in its device's words."""
        wire = self.outputs[output]
        return Channel(self._codec(wire), Scaled(1.0 / (wire.scale or 1.0)))

    def source(self, signal: Signal) -> str:
        """Where `signal` comes from, as `device.point`; empty for a derived one."""
        wire = self.signals.get(signal)
        return f"{wire.device}.{wire.point}" if wire else ""

    def _codec(self, wire: SignalWire | OutputWire) -> PointCodec:
        device = self.device(wire.device)
        return PointCodec(device.register_map.points[wire.point], device.order)


def load_plant(path: Path) -> PlantFile:
    """Read the plant file at `path`. Raises PlantFileError with every fault in it."""
    return _plant(read_toml(path, PlantFileError))


def parse_plant(raw: bytes, name: str) -> PlantFile:
    """Read a plant file's text, called `name` in messages. Raises PlantFileError."""
    return _plant(parse_toml(raw, name, PlantFileError))


def with_addresses(plant: PlantFile, addresses: Mapping[str, tuple[str, int]]) -> PlantFile:
    """The same plant with other hosts and ports, by device id."""
    return replace(
        plant,
        devices=tuple(
            replace(device, host=addresses[device.id][0], port=addresses[device.id][1])
            if device.id in addresses
            else device
            for device in plant.devices
        ),
    )


def _plant(document: TomlDocument) -> PlantFile:
    built = build(PlantDocument, document.data, document, ())
    found = built[0]
    faults = sorted_faults(list(plant_faults(found, document))) if found else built[1]
    if found is None or faults:
        raise PlantFileError(document.name, faults, do="Correct the plant file and try again.")
    return PlantFile(
        name=document.name,
        id=found.plant.id,
        title=found.plant.title,
        site=found.plant.site,
        simulated=found.plant.simulated,
        heartbeat_s=found.plant.heartbeat_s,
        equipment=found.equipment,
        devices=found.devices,
        signals={Signal[name.upper()]: wire for name, wire in found.signals.items()},
        outputs=found.outputs,
        sha256=hashlib.sha256(document.raw).hexdigest(),
        text=document.raw.decode(),
    )


def _meaning(wire: SignalWire) -> Meaning:
    if wire.span:
        return Loop(*wire.span)
    return Inverted() if wire.invert else Scaled(wire.scale or 1.0)
