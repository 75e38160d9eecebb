"""Words to values and back: NE 43, every point of every profile, and what must never pass."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.signals import Quality
from controller.edge.codec import (
    Channel,
    Inverted,
    Loop,
    PointCodec,
    Scaled,
    loop_to_value,
    value_to_loop,
)
from controller.edge.profile import load_profile, profile_names
from controller.edge.registers import Point, RawType, Table, WordOrder
from controller.errors import DeviceError

EVERY_POINT = [
    (profile.id, point, profile.device.word_order)
    for profile in map(load_profile, profile_names())
    for point in profile.points.values()
    if point.type is not RawType.TEXT and point.sign_bit is None
]


def register(type_: RawType, **more: object) -> Point:
    return Point(id="p", ref="1", table=Table.HOLDING, address=0, type=type_, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("current_ma", "value", "quality"),
    [
        (0.0, math.nan, Quality.BAD_SENSOR),
        (3.6, math.nan, Quality.BAD_SENSOR),
        (3.61, math.nan, Quality.UNCERTAIN),
        (3.79, math.nan, Quality.UNCERTAIN),
        (3.8, 0.0, Quality.GOOD_LIMITED),
        (3.99, 0.0, Quality.GOOD_LIMITED),
        (4.0, 0.0, Quality.GOOD),
        (12.0, 500.0, Quality.GOOD),
        (19.99, 999.375, Quality.GOOD),
        (20.0, math.inf, Quality.GOOD_LIMITED),
        (20.5, math.inf, Quality.GOOD_LIMITED),
        (20.51, math.nan, Quality.UNCERTAIN),
        (20.99, math.nan, Quality.UNCERTAIN),
        (21.0, math.nan, Quality.BAD_SENSOR),
        (math.inf, math.nan, Quality.BAD_SENSOR),
        (math.nan, math.nan, Quality.BAD_SENSOR),
    ],
)
def test_ne43_judges_a_loop_current(current_ma: float, value: float, quality: Quality) -> None:
    found = loop_to_value(current_ma, 0.0, 1000.0)
    assert found[0] == pytest.approx(value, nan_ok=True)
    assert found[1] is quality


@given(
    st.floats(20.0, 20.5),
    st.floats(-1000.0, 1000.0),
    st.floats(0.01, 5000.0),
    st.floats(0.0, 1.0),
)
def test_a_saturated_transmitter_exceeds_every_limit_in_its_range(
    current_ma: float, low: float, width: float, share: float
) -> None:
    high = low + width
    limit = min(low + share * width, high)
    value, quality = loop_to_value(current_ma, low, high)
    assert quality is Quality.GOOD_LIMITED
    assert not value <= limit


@given(st.floats(0.0, 999.999))
def test_a_loop_current_is_read_back_inside_its_range(value: float) -> None:
    found, quality = loop_to_value(value_to_loop(value, 0.0, 1000.0), 0.0, 1000.0)
    assert quality is Quality.GOOD
    assert found == pytest.approx(value, abs=1e-9)


@given(st.floats(0.001, 1e6))
def test_a_transmitter_outside_its_range_is_limited(beyond: float) -> None:
    below = loop_to_value(value_to_loop(-beyond, 0.0, 1000.0), 0.0, 1000.0)
    above = loop_to_value(value_to_loop(1000.0 + beyond, 0.0, 1000.0), 0.0, 1000.0)
    assert below == (0.0, Quality.GOOD_LIMITED)
    assert above == (math.inf, Quality.GOOD_LIMITED)


def test_a_burnt_out_sensor_is_bad() -> None:
    assert loop_to_value(value_to_loop(math.nan, 0.0, 1.0), 0.0, 1.0)[1] is Quality.BAD_SENSOR


@given(st.sampled_from(EVERY_POINT), st.data())
def test_every_point_reads_back_what_was_written(
    entry: tuple[str, Point, WordOrder], data: st.DataObject
) -> None:
    _, point, order = entry
    codec = PointCodec(point, order)
    low, high = codec.limits
    if point.on is not None:
        value = float(data.draw(st.booleans()))
        resolution = 0.0
    elif point.states:
        value, resolution = float(data.draw(st.sampled_from(sorted(point.states.values())))), 0.0
    elif point.type is RawType.F32:
        value = data.draw(st.floats(low, high, width=32))
        resolution = 0.0
    else:
        value = data.draw(st.floats(low, high))
        resolution = 0.5000001 * point.scale
    words = [0xA5A5] * 4
    codec.encode(words, 1, value)
    found, quality = codec.decode(words, 1)
    assert quality is Quality.GOOD
    assert found == pytest.approx(value, abs=resolution, rel=1e-12)
    assert words[0] == 0xA5A5
    assert words[1 + codec.size :] == [0xA5A5] * (3 - codec.size)


@given(st.integers(0, 0xFFFF), st.integers(0, 12), st.integers(1, 4), st.integers(0, 0xFFFF))
def test_a_bit_slice_leaves_its_neighbors_alone(
    before: int, first: int, width: int, number: int
) -> None:
    codec = PointCodec(register(RawType.U16, bits=(first, width)), WordOrder.HIGH_FIRST)
    mask = (1 << width) - 1
    words = [before]
    codec.encode(words, 0, number & mask)
    assert words[0] >> first & mask == number & mask
    assert words[0] & ~(mask << first) == before & ~(mask << first)


@pytest.mark.parametrize(
    ("order", "words"),
    [(WordOrder.HIGH_FIRST, [0x41A4, 0x7AE1]), (WordOrder.LOW_FIRST, [0x7AE1, 0x41A4])],
)
def test_word_order_is_as_the_makers_print_it(order: WordOrder, words: list[int]) -> None:
    """20.56 is 41A47AE1 in single precision."""
    codec = PointCodec(register(RawType.F32), order)
    assert codec.decode(words, 0)[0] == pytest.approx(20.56)
    written = [0, 0]
    codec.encode(written, 0, 20.56)
    assert written == words


@pytest.mark.parametrize("bits", [0x7FC00000, 0x7F800000, 0xFF800000, 0x7FFFFFFF])
def test_no_number_on_the_wire_is_a_bad_sensor(bits: int) -> None:
    """I14: what is not a number never becomes a value."""
    value, quality = PointCodec(register(RawType.F32), WordOrder.HIGH_FIRST).decode(
        [bits >> 16, bits & 0xFFFF], 0
    )
    assert math.isnan(value)
    assert quality is Quality.BAD_SENSOR


def test_a_value_outside_the_valid_range_is_a_bad_sensor() -> None:
    codec = PointCodec(register(RawType.I16, scale=0.1, valid=(-40.0, 100.0)), WordOrder.HIGH_FIRST)
    assert codec.decode([1000], 0) == (100.0, Quality.GOOD)
    assert codec.decode([1001], 0)[1] is Quality.BAD_SENSOR
    assert codec.decode([0xFE70], 0) == (-40.0, Quality.GOOD)
    assert codec.decode([0xFE6F], 0)[1] is Quality.BAD_SENSOR


def test_a_state_that_does_not_exist_is_a_bad_sensor() -> None:
    state = load_profile("honeywell-midas").points["monitor_state"]
    codec = PointCodec(state, WordOrder.HIGH_FIRST)
    assert codec.decode([0x0801], 0) == (1.0, Quality.GOOD)
    assert codec.decode([0x0809], 0)[1] is Quality.BAD_SENSOR


def test_a_command_word_is_on_off_or_nothing() -> None:
    codec = PointCodec(load_profile("delta-ms300").points["command"], WordOrder.HIGH_FIRST)
    words = [0]
    codec.encode(words, 0, 1.0)
    assert words == [0x12]
    assert codec.decode(words, 0) == (1.0, Quality.GOOD)
    codec.encode(words, 0, 0.0)
    assert words == [0x01]
    assert codec.decode(words, 0) == (0.0, Quality.GOOD)
    assert codec.decode([0x00], 0)[1] is Quality.BAD_SENSOR


@pytest.mark.parametrize("value", [-1.0, 65536.0, math.nan, math.inf])
def test_what_does_not_fit_is_refused(value: float) -> None:
    with pytest.raises(DeviceError):
        PointCodec(register(RawType.U16), WordOrder.HIGH_FIRST).encode([0], 0, value)


@pytest.mark.parametrize(
    ("channel", "word", "value"),
    [
        (Channel(PointCodec(register(RawType.U16), WordOrder.HIGH_FIRST), Inverted()), 1, 0.0),
        (Channel(PointCodec(register(RawType.U16), WordOrder.HIGH_FIRST), Scaled(0.5)), 3, 1.5),
    ],
)
def test_a_channel_reads_and_writes_the_plants_value(
    channel: Channel, word: int, value: float
) -> None:
    words = [0]
    assert channel.decode([word], 0) == (value, Quality.GOOD)
    channel.encode(words, 0, value)
    assert words == [word]


def test_a_bad_point_stays_bad_through_its_channel() -> None:
    channel = Channel(
        PointCodec(register(RawType.F32, valid=(-1.0, 25.0)), WordOrder.HIGH_FIRST),
        Loop(0.0, 1.0),
    )
    high, low = struct.unpack(">HH", struct.pack(">f", 1e20))
    assert channel.decode([high, low], 0)[1] is Quality.BAD_SENSOR
