"""`blademill plant check` with a mill behind it: who answers, what is read, what drops out."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from simplant import ROOT, state
from simthread import Site, simulated

from controller.cli_plant import plant as command
from controller.core.outputs import DEAD
from controller.core.signals import Quality, Signal
from controller.edge.loopcheck import LoopCheck
from controller.edge.plantfile import PlantFile, with_addresses
from controller.edge.runmark import run_mark
from controller.edge.survey import DeviceFound, SignalFound, survey_of
from controller.edge.watchproof import WatchdogProof, prove_watchdogs
from controller.errors import StartError
from sim.devices import EVERY_FUNCTION, HeartbeatRelay

LAB, PILOT = ROOT / "deploy" / "lab-0.5l.toml", ROOT / "deploy" / "pilot-20l.toml"


@pytest.fixture(params=[LAB, pytest.param(PILOT, marks=pytest.mark.long)], ids=["lab", "pilot"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with simulated(request.param) as found:
        yield found


@pytest.fixture
def lab() -> Iterator[Site]:
    with simulated(LAB) as found:
        yield found


@pytest.fixture
def pilot() -> Iterator[Site]:
    with simulated(PILOT) as found:
        yield found


def looked(plant: PlantFile) -> tuple[dict[str, DeviceFound], dict[Signal, SignalFound]]:
    async def run() -> tuple[dict[str, DeviceFound], dict[Signal, SignalFound]]:
        async with survey_of(plant) as survey:
            devices = {found.id: found for found in await survey.devices()}
            await survey.settle()
            return devices, {found.signal: found for found in survey.signals()}

    return asyncio.run(run())


def proven(plant: PlantFile, *only: str) -> dict[str, WatchdogProof]:
    return {proof.what: proof for proof in asyncio.run(prove_watchdogs(plant, only=only))}


def check(site: Site, tmp_path: Path, *options: str, answers: str = "") -> Result:
    addresses = site.write_addresses(tmp_path / "addresses.json")
    file = str(ROOT / "deploy" / f"{site.plant.id}.toml")
    given = ["--addresses", str(addresses), "--data", str(tmp_path / "data"), *options]
    return CliRunner().invoke(command, ["check", file, *given], input=answers)


def test_every_signal_is_shown_with_words_value_quality_and_age(site: Site) -> None:
    stated = {Signal.MOTOR_C: 40.0, Signal.ROTOR_RPM: 600.0, Signal.ROOM_H2S_PPM: 0.5}
    site.at_the_mill(lambda: state(site.server.mill, stated))
    devices, signals = looked(site.plant)
    assert list(devices) == [device.id for device in site.plant.devices]
    assert not any(found.trouble for found in devices.values())
    assert list(signals) == list(site.plant.signals)
    for signal, found in signals.items():
        assert found.quality.usable, found
        assert found.words
        assert found.source == site.plant.source(signal)
        assert 0.0 <= found.age_s <= site.plant.device(found.source.split(".")[0]).max_age_s
    for signal, value in stated.items():
        assert signals[signal].value == pytest.approx(value, rel=1e-3)


def test_a_device_at_the_place_of_another_is_named(lab: Site) -> None:
    """Moisture and room detector are crossed: one lacks the test registers of the other."""
    moisture, room = lab.plant.device("moisture"), lab.plant.device("room_h2s")
    where = {"moisture": (room.host, room.port), "room_h2s": (moisture.host, moisture.port)}
    devices, signals = looked(with_addresses(lab.plant, where))
    assert "DMT340" in devices["moisture"].trouble
    assert not signals[Signal.FROST_POINT_C].quality.usable
    assert math.isnan(signals[Signal.FROST_POINT_C].value)


def test_swapped_words_are_named_by_the_test_registers(lab: Site) -> None:
    moisture = lab.server.devices["moisture"]
    point = moisture.profile.points["test_float"]
    words = moisture.words[point.table]

    def swap() -> None:
        at = point.address
        words[at], words[at + 1] = words[at + 1], words[at]

    lab.at_the_mill(swap)
    devices, _ = looked(lab.plant)
    assert "test_float" in devices["moisture"].trouble


def test_a_detector_that_is_set_to_ppb_is_named(lab: Site, tmp_path: Path) -> None:
    room = lab.server.devices["room_h2s"]
    lab.at_the_mill(lambda: room.state("gas_unit", 2.0))
    devices, signals = looked(lab.plant)
    assert devices["room_h2s"].trouble == "gas_unit is 2 (ppb), and 1 (ppm) in the right device"
    assert signals[Signal.ROOM_H2S_PPM].quality is Quality.BAD_CONFIG
    assert math.isnan(signals[Signal.ROOM_H2S_PPM].value)
    result = check(lab, tmp_path, "--online")
    assert result.exit_code == 1
    assert "gas_unit (40007 bits 15-8): 2 (ppb), wanted 1 (ppm)" in result.output


def test_a_silent_device_is_named_and_its_signals_are_unknown(lab: Site) -> None:
    lab.at_the_mill(lambda: setattr(lab.server.devices["mfc"], "deaf_to", EVERY_FUNCTION))
    devices, signals = looked(lab.plant)
    assert devices["mfc"].trouble
    assert signals[Signal.ARGON_FLOW_SLPM].quality is Quality.BAD_COMM
    assert signals[Signal.ARGON_FLOW_SLPM].words == ()
    assert not devices["drive"].trouble


def test_a_drive_whose_watchdog_is_off_is_named_without_a_drop_out(lab: Site) -> None:
    lab.at_the_mill(lambda: lab.server.devices["drive"].state("comm_loss_time", 0.0))
    devices, _ = looked(lab.plant)
    assert "comm_loss_time" in devices["drive"].trouble


def test_every_watchdog_is_proven_by_a_forced_drop_out(site: Site) -> None:
    """I15, at the devices: outputs drop when nobody asks, and stay while somebody does."""
    found = proven(site.plant)
    watched = {device.id for device in site.plant.devices if device.watchdog_s}
    assert set(found) == watched | {"heartbeat"}
    assert all(proof.good for proof in found.values()), found
    assert site.server.mill.outputs == DEAD
    assert site.server.mill.drive.output_rps == 0.0


def disarm(site: Site, name: str) -> None:
    device = site.server.devices[name]
    device.device = replace(device.device, watchdog_s=None)


def test_remote_outputs_that_stay_on_are_not_proven(lab: Site) -> None:
    lab.at_the_mill(lambda: disarm(lab, "do"))
    found = proven(lab.plant, "do")
    assert not found["do"].good
    assert "still on" in found["do"].text
    assert lab.server.mill.outputs == DEAD


def test_a_drive_that_shows_no_fault_is_not_proven(pilot: Site) -> None:
    pilot.at_the_mill(lambda: disarm(pilot, "drive"))
    found = proven(pilot.plant, "drive")
    assert not found["drive"].good
    assert "no fault" in found["drive"].text


def test_a_relay_that_does_not_watch_the_heartbeat_is_not_proven(lab: Site) -> None:
    endless = HeartbeatRelay(math.inf, lambda: 0.0)
    lab.at_the_mill(lambda: setattr(lab.server, "_relay", endless))
    found = proven(lab.plant, "heartbeat")
    assert not found["heartbeat"].good
    assert "stays on" in found["heartbeat"].text
    assert lab.server.mill.outputs == DEAD


def test_a_contactor_that_does_not_close_proves_nothing(lab: Site) -> None:
    stuck = {Signal.RUN_PERMIT_FEEDBACK: 0.0}
    lab.at_the_mill(lambda: state(lab.server.mill, stuck))
    found = proven(lab.plant, "heartbeat")
    assert not found["heartbeat"].good
    assert "does not close" in found["heartbeat"].text


def walked(site: Site, record: Path, moves: dict[Signal, tuple[dict[Signal, float], str]]) -> None:
    """Walk through the loops of `moves`; each moves the mill, then gives its answer."""
    turns = iter(moves.values())

    async def ask(question: str) -> str:
        assert "reads" in question
        stated, answer = next(turns)
        site.at_the_mill(lambda: state(site.server.mill, stated))
        return answer

    async def run() -> None:
        async with survey_of(site.plant) as survey:
            await survey.settle()
            await LoopCheck(survey, record, "A. Engineer", ask, lambda text: None).run(moves)

    asyncio.run(run())


def test_each_loop_that_a_person_moves_is_one_line_of_the_record(
    site: Site, tmp_path: Path
) -> None:
    record = tmp_path / "loops.jsonl"
    record.write_text('{"earlier": true}\n')
    walked(
        site,
        record,
        {
            Signal.MAINS_HEALTHY: ({Signal.MAINS_HEALTHY: 0.0}, ""),
            Signal.MOTOR_C: ({Signal.MOTOR_C: 80.0}, "80.5"),
            Signal.JAR_C: ({Signal.JAR_C: 60.0}, "66"),  # a reference that says otherwise
            Signal.ROOM_O2_PERCENT: ({}, "20.9"),  # not moved
            Signal.STANDSTILL: ({}, "s"),
        },
    )
    first, *lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert first == {"earlier": True}
    assert [line["result"] for line in lines] == [
        "passed",
        "passed",
        "failed",
        "failed",
        "skipped",
    ]
    contact, motor = lines[:2]
    assert (contact["signal"], contact["before"], contact["after"]) == ("mains_healthy", 1.0, 0.0)
    assert contact["words_before"] != contact["words_after"]
    assert (motor["reference"], motor["unit"], motor["by"]) == (80.5, "°C", "A. Engineer")
    assert motor["sha256"] == site.plant.sha256
    assert "did not move" in lines[3]["why"]


def test_the_command_shows_it_all(lab: Site, tmp_path: Path) -> None:
    result = check(lab, tmp_path, "--online")
    assert result.exit_code == 0, result.output
    assert "test_integer (7937): -12345, wanted -12345" in result.output
    assert sum(line.startswith("lid_closed") for line in result.output.splitlines()) == 1
    body = json.loads(check(lab, tmp_path, "--online", "--json").output)
    assert len(body["signals"]) == len(lab.plant.signals)
    assert {device["id"] for device in body["devices"]} == {d.id for d in lab.plant.devices}


def test_the_command_fails_when_a_device_does(lab: Site, tmp_path: Path) -> None:
    lab.at_the_mill(lambda: setattr(lab.server.devices["mfc"], "deaf_to", EVERY_FUNCTION))
    result = check(lab, tmp_path, "--online")
    assert result.exit_code == 1
    assert "UNKNOWN (bad_comm)" in result.output


def test_nothing_is_switched_before_a_person_has_agreed(lab: Site, tmp_path: Path) -> None:
    before = {name: device.requests for name, device in lab.server.devices.items()}
    result = check(lab, tmp_path, "--prove-watchdogs", answers="n\n")
    assert result.exit_code == 1
    assert "nobody near it" in result.output
    assert {name: device.requests for name, device in lab.server.devices.items()} == before


def test_a_loop_by_the_command(lab: Site, tmp_path: Path) -> None:
    record = tmp_path / "loops.jsonl"
    options = ("--loop", str(record), "--by", "B", "--signal", "room_o2_percent")
    result = check(lab, tmp_path, *options, answers="20,9\n\nnan\ns\n")
    assert result.exit_code == 1
    assert "0 of 1 loops passed" in result.output
    assert result.output.count("is no number") == 3
    # A slip of the keys is asked about again, and is no line of the record.
    (line,) = [json.loads(line) for line in record.read_text().splitlines()]
    assert (line["by"], line["result"]) == ("B", "skipped")


@pytest.mark.parametrize("option", ["--online", "--prove-watchdogs"])
def test_a_plant_that_a_controller_drives_is_not_touched(
    lab: Site, tmp_path: Path, option: str
) -> None:
    before = {name: device.requests for name, device in lab.server.devices.items()}
    with run_mark(tmp_path / "data", lab.plant.id):
        result = check(lab, tmp_path, option, "--yes")
    assert isinstance(result.exception, StartError)
    assert "another controller is running" in str(result.exception)
    assert {name: device.requests for name, device in lab.server.devices.items()} == before
