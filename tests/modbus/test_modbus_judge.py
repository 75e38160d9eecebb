"""When the values of a device are believed: its own status words and heartbeats."""

from __future__ import annotations

import math
import struct

import pytest
from simplant import LAB_PLANT

from controller.core.signals import Quality
from controller.edge.judge import Judge, nothing_known
from controller.edge.plan import DevicePlan, plan_devices
from controller.edge.plantfile import load_plant

PLANS: dict[str, DevicePlan] = {
    plan.device.id: plan for plan in plan_devices(load_plant(LAB_PLANT))
}
MONITORING = 0x0001
# The high byte of 40007: the unit of the concentration.
PPM, PPB = 0x0100, 0x0200


def midas(
    beat: int, state: int = MONITORING, value: float = 0.5, unit: int = PPM
) -> list[list[int]]:
    float_words = struct.unpack(">HH", struct.pack(">f", value))
    return [[state | beat << 11, 0, *float_words, 0, 0, unit]]


def test_a_detector_is_believed_from_the_first_turn_of_its_heartbeat() -> None:
    judge = Judge(PLANS["room_h2s"])
    assert judge.reading(midas(0), 0.0).quality == (Quality.BAD_SENSOR,)
    assert judge.reading(midas(0), 1.0).quality == (Quality.BAD_SENSOR,)
    reading = judge.reading(midas(1), 2.0)
    assert reading.quality == (Quality.GOOD,)
    assert reading.values == (0.5,)
    assert reading.taken_s == 2.0


def test_a_detector_whose_heartbeat_stands_still_is_not_believed() -> None:
    """The concentration is still there, but the instrument's program hangs."""
    judge = Judge(PLANS["room_h2s"])
    judge.reading(midas(0), 0.0)
    assert judge.reading(midas(1), 2.0).quality == (Quality.GOOD,)
    assert judge.reading(midas(1), 7.0).quality == (Quality.GOOD,)
    stopped = judge.reading(midas(1), 7.1)
    assert stopped.quality == (Quality.BAD_SENSOR,)
    assert math.isnan(stopped.values[0])
    assert judge.reading(midas(0), 7.2).quality == (Quality.GOOD,)


@pytest.mark.parametrize(
    ("state", "quality"),
    [
        (0x0000, Quality.UNCERTAIN),  # warming up
        (0x0008, Quality.UNCERTAIN),  # calibrating
        (0x0011, Quality.GOOD),  # asks for maintenance
        (0x0021, Quality.BAD_SENSOR),  # instrument fault
        (0x000F, Quality.BAD_SENSOR),  # no such state
    ],
)
def test_a_detector_says_when_it_measures(state: int, quality: Quality) -> None:
    judge = Judge(PLANS["room_h2s"])
    judge.reading(midas(0), 0.0)
    assert judge.reading(midas(1, state), 2.0).quality == (quality,)


@pytest.mark.parametrize("decimals", [0, 1, 7])
def test_a_detector_counts_only_while_it_measures_in_ppm(decimals: int) -> None:
    """5 ppm are 5000 in ppb; a percentage would read ten thousand times too low."""
    judge = Judge(PLANS["room_h2s"])
    judge.reading(midas(0), 0.0)
    assert judge.reading(midas(1, unit=PPM | decimals), 2.0).quality == (Quality.GOOD,)
    for unit in (PPB, 0x0400, 0x0800, 0x1000):
        reading = judge.reading(midas(0, value=5000.0, unit=unit | decimals), 4.0)
        assert reading.quality == (Quality.BAD_CONFIG,)
        assert math.isnan(reading.values[0])
    nameless = judge.reading(midas(1, unit=0x0300), 6.0)
    assert not nameless.quality[0].usable


def test_the_heartbeat_is_watched_during_a_calibration_too() -> None:
    judge = Judge(PLANS["room_h2s"])
    for second in range(0, 20, 2):
        judge.reading(midas(second // 2 % 2, state=8), float(second))
    assert judge.reading(midas(0), 20.0).quality == (Quality.GOOD,)


@pytest.mark.parametrize(
    ("status", "quality"),
    [
        ([1, 1], Quality.GOOD),
        ([0, 1], Quality.BAD_SENSOR),
        ([1, 0], Quality.UNCERTAIN),
        (Quality.BAD_CONFIG, Quality.BAD_CONFIG),
    ],
)
def test_a_dew_point_counts_only_with_its_status(
    status: list[int] | Quality, quality: Quality
) -> None:
    high, low = struct.unpack(">HH", struct.pack(">f", -61.5))
    reading = Judge(PLANS["moisture"]).reading([[low, high], status], 5.0)
    assert reading.quality == (quality,)
    assert reading.values == pytest.approx(
        (-61.5 if quality is Quality.GOOD else math.nan,), nan_ok=True
    )


def test_a_refused_block_spoils_only_its_own_values() -> None:
    mfc = PLANS["mfc"]
    flow = [0, 0, *[0] * 6, *struct.unpack(">HH", struct.pack(">f", 4.5))]
    reading = Judge(mfc).reading([Quality.BAD_CONFIG, flow], 1.0)
    found = dict(zip((wire.index for wire in mfc.signals), reading.quality, strict=True))
    assert sorted(quality.value for quality in found.values()) == ["bad_config", "good"]


def test_nothing_known_of_a_device_is_infinitely_old() -> None:
    reading = nothing_known(PLANS["di"], Quality.BAD_COMM)
    assert set(reading.quality) == {Quality.BAD_COMM}
    assert all(math.isnan(value) for value in reading.values)
    assert reading.taken_s == -math.inf
