"""The noise of the transmitters."""

from __future__ import annotations

from random import Random

from sim.sensors import Noise


def test_it_is_the_standard_librarys_normal_numbers_of_the_seed() -> None:
    noise, draw = Noise(7, 16), Random(7).gauss
    assert [noise.block() for _ in range(200)] == [
        [draw(0.0, 1.0) for _ in range(16)] for _ in range(200)
    ]
