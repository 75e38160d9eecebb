"""docs/plant.md says what the plant file and the profiles say."""

from __future__ import annotations

import pytest
from simplant import LAB_PLANT, ROOT

from controller.edge.plantfile import load_plant
from controller.edge.wiring import Device

PLANT = load_plant(LAB_PLANT)
ROWS = {
    line.split("|")[1].strip().strip("`"): line
    for line in reversed((ROOT / "docs" / "plant.md").read_text().splitlines())
    if line.startswith("| `")
}
WIRES = {signal.name.lower(): wire for signal, wire in PLANT.signals.items()} | PLANT.outputs


@pytest.mark.parametrize("name", WIRES)
def test_every_wire_is_in_the_tables(name: str) -> None:
    wire = WIRES[name]
    point = PLANT.device(wire.device).register_map.points[wire.point]
    _, _, wired, printed, on_wire, *_ = (cell.strip() for cell in ROWS[name].split("|"))
    assert wired == f"{wire.device}.{wire.point}"
    assert printed == point.ref
    assert int(on_wire.split(",")[0], 0) == point.address


@pytest.mark.parametrize("device", PLANT.devices, ids=lambda device: device.id)
def test_every_device_is_in_the_tables(device: Device) -> None:
    row = ROWS[device.id]
    assert device.profile in row
    assert str(device.port) in row
