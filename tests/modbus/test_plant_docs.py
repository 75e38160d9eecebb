"""docs/plant.md says what the plant file and the profiles say."""

from __future__ import annotations

import pytest
from simplant import LAB_PLANT, ROOT

from controller.edge.plantfile import load_plant
from controller.edge.wiring import Device, OutputWire, SignalWire

PLANT = load_plant(LAB_PLANT)
TEXT = (ROOT / "docs" / "plant.md").read_text()


def rows(section: str) -> dict[str, list[str]]:
    """The cells of every row of a section's table, by the name in the first one."""
    body = TEXT.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    cells = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("| `")]
    return {row[0].strip(" `"): [cell.strip() for cell in row[1:]] for row in cells}


SIGNALS = [(signal.name.lower(), wire) for signal, wire in PLANT.signals.items()]


@pytest.mark.parametrize(
    ("section", "name", "wire"),
    [("Signals", *entry) for entry in SIGNALS]
    + [("Outputs", *entry) for entry in PLANT.outputs.items()],
)
def test_every_wire_is_in_the_tables(
    section: str, name: str, wire: SignalWire | OutputWire
) -> None:
    point = PLANT.device(wire.device).register_map.points[wire.point]
    wired, printed, on_wire, *_ = rows(section)[name]
    assert wired == f"{wire.device}.{wire.point}"
    assert printed == point.ref
    assert int(on_wire.split(",")[0], 0) == point.address


@pytest.mark.parametrize("device", PLANT.devices, ids=lambda device: device.id)
def test_every_device_is_in_the_tables(device: Device) -> None:
    model, profile, port, _ = rows("What the lab plant consists of")[device.id]
    header = device.register_map.device
    assert header.maker.split()[0] in model
    assert header.model.split()[-1] in model or header.model.split()[0] in model
    assert profile == f"`{device.profile}`"
    assert port == str(device.port)
