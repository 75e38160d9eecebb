"""The plant file: what is in it, and every mistake named with its line."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from simplant import LAB_PLANT

from controller.core.equipment import Handling
from controller.core.outputs import DEAD
from controller.core.signals import Signal
from controller.edge.plantfile import load_plant, parse_plant, with_addresses
from controller.errors import Fault, PlantFileError

TEXT = LAB_PLANT.read_text()


def faults(text: str) -> list[Fault]:
    with pytest.raises(PlantFileError) as caught:
        parse_plant(text.encode(), "plant.toml")
    return list(caught.value.faults)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_lab_plant() -> None:
    plant = load_plant(LAB_PLANT)
    assert plant.id == "lab-0.5l"
    assert plant.simulated
    assert plant.sha256 == hashlib.sha256(LAB_PLANT.read_bytes()).hexdigest()
    assert plant.equipment.handling is Handling.DOCKED_JAR
    assert plant.equipment.rotor_rpm_max == 12_000.0
    assert set(plant.signals) == set(Signal) - {Signal.H2O_PPM}
    assert set(plant.outputs) == {*asdict(DEAD), "heartbeat"}
    assert plant.source(Signal.O2_PPM) == "ai_process.current_0"
    assert plant.source(Signal.H2O_PPM) == ""
    assert plant.device("drive").register_map.device.model == "VFD MS300"


def test_no_output_that_may_do_harm_hangs_on_an_unwatched_device() -> None:
    """I15: whatever turns, opens or unlocks falls to zero when the controller is gone."""
    plant = load_plant(LAB_PLANT)
    for name in ("run", "rotor_rpm", "run_permit", "supply_open", "exhaust_shut", "lid_unlock"):
        device = plant.device(plant.outputs[name].device)
        assert device.register_map.watchdog is not None
        assert device.watchdog_s is not None
        assert device.watchdog_s > device.max_age_s


def test_other_addresses_change_nothing_else() -> None:
    plant = load_plant(LAB_PLANT)
    moved = with_addresses(plant, {"drive": ("127.0.0.1", 40_000)})
    assert moved.device("drive").address == "127.0.0.1:40000"
    assert moved.device("mfc") == plant.device("mfc")
    assert replace(moved, devices=plant.devices) == plant


MISTAKES = [
    ('host = "127.0.0.1"', 'host = "drive.local"', "devices[0].host", "numeric"),
    ('host = "127.0.0.1"', 'host = "192.168.1.9"', "devices[0].host", "simulated"),
    ("port = 15022", "port = 15021", "devices[1].port", "'drive'"),
    ("port = 15022", "port = 0", "devices[1].port", "65535"),
    ('id = "mfc"', 'id = "drive"', "devices[1].id", "twice"),
    ('profile = "alicat-mc"', 'profile = "alicat"', "devices[1].profile", "alicat-mc"),
    ("max_age_s = 0.5", "max_age_s = 0.4", "devices[0].max_age_s", "0.45"),
    ("watchdog_s = 1.0", "watchdog_s = 0.5", "devices[0].watchdog_s", "longer than max_age_s"),
    ("watchdog_s = 1.0", "", "devices[0]", "is missing"),
    (
        "max_age_s = 1.0\n",
        "max_age_s = 1.0\nwatchdog_s = 2.0\n",
        "devices[1].watchdog_s",
        "no watchdog",
    ),
    ("lid_closed = ", "lid_shut = ", "signals.lid_shut", "no known name"),
    ("lid_closed = ", "lid_shut = ", "signals", "lid_closed"),
    ("lid_closed = ", "# lid_closed = ", "signals", "lid_closed"),
    (
        "o2_ppm = {",
        'h2o_ppm = { device = "moisture", point = "h2o" }\no2_ppm = {',
        "signals.h2o_ppm",
        "computed",
    ),
    ('point = "di_1"', 'point = "di_0"', "signals.lid_locked.point", "lid_closed"),
    ('point = "di_1"', 'point = "di_16"', "signals.lid_locked.point", "di_0 to di_15"),
    (
        '{ device = "di", point = "di_1" }',
        '{ device = "dj", point = "di_1" }',
        "signals.lid_locked.device",
        "none of the devices",
    ),
    (
        '{ device = "di", point = "di_1" }',
        '{ device = "drive", point = "torque" }',
        "signals.lid_locked.point",
        "single bit",
    ),
    ('point = "motor_speed"', 'point = "command"', "signals.rotor_rpm.point", "write-only"),
    (
        'point = "current_0", span = [0.0, 1000.0]',
        'point = "current_0"',
        "signals.o2_ppm",
        "is a current",
    ),
    ("span = [0.0, 1000.0]", "span = [1000.0, 0.0]", "signals.o2_ppm.span", "low below high"),
    ("span = [0.0, 1000.0]", "span = [0.0, 1000.0], scale = 2.0", "signals.o2_ppm.scale", "span"),
    (
        'point = "motor_speed"',
        'point = "motor_speed", span = [0.0, 1.0]',
        "signals.rotor_rpm.span",
        "currents",
    ),
    (
        'point = "motor_speed"',
        'point = "motor_speed", invert = true',
        "signals.rotor_rpm.invert",
        "single bits",
    ),
    ('point = "command"', 'point = "run_state"', "outputs.run.point", "read-only"),
    (
        'point = "frequency_command", scale',
        'point = "external_fault", scale',
        "outputs.rotor_rpm.point",
        "number",
    ),
    ("scale = 0.016666666666666666", "scale = 1.0", "outputs.rotor_rpm", "takes 0.0166667"),
    ("heartbeat = {", "heart = {", "outputs", "heartbeat"),
    ("horn = {", "siren = {", "outputs.siren", "no known name"),
    (
        "rotor_rpm_min = 500.0",
        "rotor_rpm_min = 12000.0",
        "equipment.rotor_rpm_min",
        "rotor_rpm_max",
    ),
    (
        "cover_flow_slpm = 0.5",
        "cover_flow_slpm = 20.0",
        "equipment.cover_flow_slpm",
        "argon_flow_max_slpm",
    ),
    ("leak_test_max_mbar_g = 250.0", "leak_test_max_mbar_g = 300.0", "equipment", "trips"),
    ("relief_mbar_g = 500.0", "relief_mbar_g = 250.0", "equipment.leak_test_max_mbar_g", "relief"),
    ("poll_s = 0.1", "poll_ms = 100", "devices[0].poll_ms", "unknown"),
    ("vessel_l = 0.5", "vessel_l = nan", "equipment.vessel_l", ""),
    ("vessel_l = 0.5", 'vessel_l = "0.5"', "equipment.vessel_l", ""),
]


@pytest.mark.parametrize(("old", "new", "key", "words"), MISTAKES)
def test_a_mistake_is_named_with_its_line(old: str, new: str, key: str, words: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    found = faults(text)
    named = [fault for fault in found if fault.key.startswith(key) and words in fault.message]
    assert named, found
    changed = line_of(TEXT, old)
    near = {changed, changed - 1, changed + 1}
    headers = {line_of(TEXT, "[signals]"), line_of(TEXT, "[outputs]"), line_of(TEXT, "[[devices]]")}
    headers.add(line_of(TEXT, "leak_test_max_mbar_g"))
    assert {fault.line for fault in named} & (near | headers), named


def test_all_mistakes_come_in_one_go() -> None:
    text = TEXT.replace("port = 15022", "port = 15021", 1)
    text = text.replace("max_age_s = 0.5", "max_age_s = 0.4", 1).replace("horn =", "siren =", 1)
    found = faults(text)
    assert len(found) == 4
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)


def test_an_unwatched_device_may_not_carry_the_run_permit() -> None:
    text = TEXT.replace('profile = "moxa-e1211"', 'profile = "alicat-mc"', 1)
    text = text.replace("watchdog_s = 1.0", "watchdog_s = 1.0", 1)
    assert any("outputs" in fault.key for fault in faults(text))


def test_a_device_that_is_wired_to_nothing_is_named() -> None:
    spare = TEXT[TEXT.index('[[devices]]\nid = "di"') : TEXT.index('[[devices]]\nid = "do"')]
    spare = spare.replace('id = "di"', 'id = "spare"').replace("15025", "15040")
    found = faults(TEXT.replace("# span:", f"{spare}\n# span:", 1))
    assert [fault.key for fault in found] == ["devices[8].id"]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PlantFileError, match="does not exist"):
        load_plant(tmp_path / "nowhere.toml")
