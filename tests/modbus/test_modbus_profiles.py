"""The shipped profiles, and how a mistake in one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.edge.profile import PROFILES, load_profile, profile_names, read_profile
from controller.edge.registers import Verified
from controller.errors import PlantFileError

GOOD = (PROFILES / "delta-ms300.toml").read_text()


def test_the_profiles_that_there_are() -> None:
    assert set(profile_names()) == {
        "alicat-mc",
        "bronkhorst-el-flow",
        "delta-ms300",
        "detcon-1000",
        "dini-argeo-dgt",
        "endress-oxy5500",
        "honeywell-midas",
        "invertek-e3",
        "michell-easidew",
        "moxa-e1210",
        "moxa-e1211",
        "moxa-e1240",
        "vaisala-dmt340",
        "wago-750",
    }


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_says_where_it_comes_from(name: str) -> None:
    header = load_profile(name).device
    assert header.maker
    assert header.model
    assert header.source
    # test_profile_contract reads and writes every one on the wire; none was on a bench yet.
    assert header.verified is Verified.SIMULATED


@pytest.mark.parametrize(
    ("profile", "point", "ref", "address"),
    [
        ("delta-ms300", "command", "2000H", 0x2000),
        ("delta-ms300", "motor_speed", "210CH", 0x210C),
        ("alicat-mc", "mass_flow", "1209", 1208),
        ("vaisala-dmt340", "dew_frost_point", "9", 8),
        ("vaisala-dmt340", "test_integer", "7937", 7936),
        ("honeywell-midas", "concentration", "40003", 2),
        ("honeywell-midas", "gas_unit", "40007 bits 15-8", 6),
        ("moxa-e1240", "current_7", "30023", 22),
        ("moxa-e1211", "do_9", "00010", 9),
        ("invertek-e3", "output_frequency", "7", 6),
        ("bronkhorst-el-flow", "flow", "A100H", 0xA100),
        ("michell-easidew", "dew_point", "101", 101),
        ("endress-oxy5500", "oxygen", "4909", 4909),
        ("detcon-1000", "concentration", "40002", 2),
        ("wago-750", "do_15", "527", 0x20F),
        ("dini-argeo-dgt", "net", "30003", 2),
    ],
)
def test_printed_and_wire_addresses(profile: str, point: str, ref: str, address: int) -> None:
    found = load_profile(profile).points[point]
    assert (found.ref, found.address) == (ref, address)


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('verified = "simulated"', 'verified = "trust me"', "device.verified", "documented"),
        ("functions = [3, 6, 16]", "functions = [3, 6]", "access", "write function"),
        ('id = "motor_speed"', 'id = "torque"', "id", "twice"),
        ("address = 0x210C", "address = 0x210B", "address", "lies on"),
        ("bits = [8, 8]", "bits = [8, 9]", "bits", "fit"),
        ("off = 0x01", "", "on", "together with off"),
        ("valid = [0.0, 36000.0]", "valid = [36000.0, 0.0]", "valid", "low below high"),
        ("address = 0x210F", "address = 70000", "address", "65535"),
        ('table = "holding"\naddress = 0x210C', 'table = "coil"\naddress = 0x210C', "type", "bit"),
        ("scale = 0.001", "scale = 0.0", "scale", "1e-06"),
        ("scale = 0.001", "factor = 0.001", "factor", "unknown"),
        ('expired = "fault_code"', 'expired = "command"', "watchdog.expired", "can be read"),
        ('point = "comm_loss_time" }', 'point = "dc_bus" }', "settings[1].point", "must be s"),
        ('type = "i16"', 'type = "i16"\nsign_bit = [8449, 0]', "sign_bit", "only read"),
        ('type = "i16"', 'type = "text"', "length", "need it"),
    ],
)
def test_a_mistake_in_a_profile_is_named(
    tmp_path: Path, old: str, new: str, key: str, words: str
) -> None:
    assert old in GOOD
    path = tmp_path / "drive.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(PlantFileError) as caught:
        read_profile(path)
    assert any(key in fault.key for fault in caught.value.faults), caught.value.lines()
    assert any(words in fault.message for fault in caught.value.faults), caught.value.lines()
    assert all(fault.line > 0 for fault in caught.value.faults)


def test_a_rule_needs_a_point_to_watch(tmp_path: Path) -> None:
    path = tmp_path / "drive.toml"
    path.write_text(
        GOOD + '\n[[rules]]\npoint = "command"\nallowed = [1]\n[[rules]]\npoint = "run_state"\n'
    )
    with pytest.raises(PlantFileError) as caught:
        read_profile(path)
    messages = [fault.message for fault in caught.value.faults]
    assert any("can be read" in message for message in messages)
    assert any("either allowed or change_within_s" in message for message in messages)
