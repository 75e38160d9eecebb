"""Argon, the way out, access to the jar, and which values may be used (I2, I5, I14)."""

from __future__ import annotations

import math
from typing import Final

from controller.core.commands import CommandName
from controller.core.image import ALL_GOOD, NO_AGE_S
from controller.core.signals import SIGNAL_COUNT, Quality, Signal
from controller.core.states import State
from sim.prove.ledger import Ledger

PRESSURE_TRIP_MBAR: Final = 290.0
OPEN_MBAR: Final = 5.0
OPEN_POWDER_C: Final = 35.0
OPEN_H2S_PPM: Final = 5.0
SLOW_RPM: Final = 5.0
AFTER_SPIN_S: Final = 2.0
ROOM_O2_PERCENT: Final = 18.0
ROOM_H2S_PPM: Final = 5.0
ROOM_CONFIRM_S: Final = 1.5
RELEASE_S: Final = 121.0
SAMPLE_MIN_SLPM: Final = 0.1
MAY_OPEN: Final = (State.IDLE, State.COMPLETE, State.STOPPED, State.ABORTED)

_STANDSTILL: Final = int(Signal.STANDSTILL)
_DRIVE_STATE: Final = int(Signal.DRIVE_STATE)
_ROTOR: Final = int(Signal.ROTOR_RPM)
_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_ROOM_O2: Final = int(Signal.ROOM_O2_PERCENT)
_ROOM_H2S: Final = int(Signal.ROOM_H2S_PPM)
_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_SAMPLE_FLOW: Final = int(Signal.SAMPLE_FLOW_SLPM)
_USABLE: Final = (Quality.GOOD, Quality.GOOD_LIMITED)
_SAMPLED: Final = (Signal.O2_PPM, Signal.FROST_POINT_C, Signal.H2O_PPM, Signal.H2S_PPM)
_OPEN_LIMITS: Final = (
    (Signal.VESSEL_PRESSURE_MBAR_G, OPEN_MBAR),
    (Signal.POWDER_PROBE_C, OPEN_POWDER_C),
    (Signal.H2S_PPM, OPEN_H2S_PPM),
)


class Gas:
    """Remembers when a person asked for the lid, and since when it has been seen to stand still."""

    __slots__ = ("_max_age_s", "_released_s", "_room")

    def __init__(self, max_age_s: tuple[float, ...]) -> None:
        self._max_age_s = max_age_s
        self.crashed()

    def crashed(self) -> None:
        """A new controller: nobody has asked for the lid."""
        self._released_s = -math.inf
        self._room = False

    def check(self, k: Ledger) -> None:
        """Judges one scan."""
        self._pressure(k)
        still = k.x[_STANDSTILL] == 1.0 and k.x[_DRIVE_STATE] < 3.0
        proven_s = k.held_s("still", still and not k.before.spins)
        if CommandName.LID_RELEASE in k.accepted:
            self._released_s = k.now_s
        if k.sent.lid_unlock:
            self._unlock(k, proven_s)
        if k.image.quality is not ALL_GOOD or k.image.age_s is not NO_AGE_S:
            self._fresh(k)
        if not k.x[_SAMPLE_FLOW] >= SAMPLE_MIN_SLPM:
            self._sampled(k)

    def _pressure(self, k: Ledger) -> None:
        """I5: the way out is open unless the pressure is known to be low."""
        u, pressure = k.sent, k.x[_PRESSURE]
        if u.exhaust_shut:
            k.witness["I5"] += 1
            if not pressure < PRESSURE_TRIP_MBAR:
                k.breach("I5", f"exhaust shut at {pressure} mbar")
        unknown = k.over("p unknown", pressure != pressure, 0.2)
        if pressure >= PRESSURE_TRIP_MBAR or unknown:
            k.witness["I5 high"] += 1
            if u.supply_open or u.argon_flow_slpm > 0.0 or u.exhaust_shut:
                k.breach("I5", f"argon goes in at {pressure} mbar")

        if self._room_is_bad(k) and (k.was not in (State.IDLE, State.RESETTING) or k.manual):
            k.witness["I5 room"] += 1
            if u.supply_open or u.argon_flow_slpm > 0.0:
                k.breach("I5", "argon goes in while the room's gas alarm is there")
        if k.x[_LID_CLOSED] != 1.0 and k.state.state in MAY_OPEN:
            k.witness["I5 open"] += 1
            if u.supply_open or u.argon_flow_slpm > 0.0:
                k.breach("I5", f"argon goes into an open vessel in {k.state.state.value}")

    def _room_is_bad(self, k: Ledger) -> bool:
        """One of the two has been bad for its time; from then on until both are good."""
        o2, h2s = k.x[_ROOM_O2] < ROOM_O2_PERCENT, k.x[_ROOM_H2S] > ROOM_H2S_PPM
        over = k.over("room o2", o2, ROOM_CONFIRM_S), k.over("room h2s", h2s, ROOM_CONFIRM_S)
        self._room = (o2 or h2s) and (self._room or any(over))
        return self._room

    def _unlock(self, k: Ledger, proven_s: float) -> None:
        """I2: nothing turns, nothing is hot or poisonous, and a person asked for it."""
        k.witness["I2"] += 1
        x, equipment = k.x, k.equipment
        since_spin_s = k.now_s - k.last_spin_s
        if k.sent.spins or k.before.spins or since_spin_s < AFTER_SPIN_S:
            k.breach("I2", f"unlocked {since_spin_s:.1f} s after it was driven")
        if x[_STANDSTILL] == 0.0 or x[_DRIVE_STATE] >= 3.0 or abs(x[_ROTOR]) > SLOW_RPM:
            k.breach("I2", "unlocked while something says that it turns")
        proof_s = equipment.standstill_proof_s - 0.5 * k.period_s
        if not (proven_s >= proof_s or since_spin_s >= equipment.coast_s):
            k.breach("I2", "unlocked without proof of standstill")
        for signal, most in _OPEN_LIMITS:
            if not x[signal] <= most:
                k.breach("I2", f"unlocked with {signal.name} = {x[signal]}")
        if k.state.state not in MAY_OPEN:
            k.breach("I2", f"unlocked in {k.state.state.value}")
        if k.now_s - self._released_s > RELEASE_S:
            k.breach("I2", "unlocked without a command")

    def _fresh(self, k: Ledger) -> None:
        """I14: what is old or of a bad quality is UNKNOWN, whatever number came with it."""
        k.witness["I14"] += 1
        image = k.image
        for index in range(SIGNAL_COUNT):
            old = image.age_s[index] > self._max_age_s[index]
            bad = old or image.quality[index] not in _USABLE
            if bad and k.x[index] == k.x[index]:
                name = Signal(index).name
                k.breach("I14", f"{name} = {k.x[index]} is used, {image.quality[index].value}")

    def _sampled(self, k: Ledger) -> None:
        """I14: without a flow of sample gas nothing is known about the headspace."""
        k.witness["I14 sample"] += 1
        for signal in _SAMPLED:
            if k.x[signal] == k.x[signal]:
                k.breach("I14", f"{signal.name} = {k.x[signal]} is used without sample flow")
