"""The least that a controller in the loop can be: a plant of twelve numbers and a plain sequence.

It stands beside the shipped scan as an anchor: no quality, no alarms, no commands, no reasons; a
dozen limits with confirm times, eight timed phases, a ramp, and a plant stepped by Euler.
"""

from __future__ import annotations

STATES = 12
PHASES = ((60.0, 0.0), (900.0, 0.0), (60.0, 0.0), (600.0, 2000.0)) * 2
LIMITS = tuple((index, 1e6, 0.5) for index in range(STATES))
RATES = tuple(0.01 + 0.002 * index for index in range(STATES))
RAMP_RPM_PER_S = 100.0


class Lean:
    """Plant and controller in one; `step` is one scan and one period of the plant."""

    def __init__(self) -> None:
        self.x = [25.0] * STATES
        self.since_s = [-1.0] * STATES
        self.phase = 0
        self.began_s = 0.0
        self.rpm = 0.0
        self.tripped = False

    def step(self, now_s: float, dt_s: float) -> None:
        """Looks at each limit, goes on in the sequence, ramps, and moves the plant."""
        self._look(now_s)
        length_s, target_rpm = PHASES[self.phase]
        if now_s - self.began_s >= length_s and self.phase < len(PHASES) - 1:
            self.phase += 1
            self.began_s = now_s
        if self.tripped:
            target_rpm = 0.0
        reach = RAMP_RPM_PER_S * dt_s
        gap = target_rpm - self.rpm
        self.rpm += reach if gap > reach else -reach if gap < -reach else gap
        heat = 1e-3 * self.rpm
        self.x = [
            value + (heat + 25.0 - value) * rate * dt_s
            for value, rate in zip(self.x, RATES, strict=True)
        ]

    def _look(self, now_s: float) -> None:
        for index, high, confirm_s in LIMITS:
            if self.x[index] <= high:
                self.since_s[index] = -1.0
            elif self.since_s[index] < 0.0:
                self.since_s[index] = now_s
            elif now_s - self.since_s[index] >= confirm_s:
                self.tripped = True
