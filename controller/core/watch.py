"""What must have held for a while: standstill, start limits, purge credit; since when it does.

Times are process times; `math.inf` means "does not hold now".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from controller.core.equipment import Equipment
from controller.core.limits import Limits
from controller.core.outputs import Outputs
from controller.core.signals import DriveState, Signal
from controller.core.trust import NEW, Trust
from controller.core.value import Value

GAS_UNKNOWN_MAX_S: Final = 60.0

_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_LID_LOCKED: Final = int(Signal.LID_LOCKED)
_STANDSTILL: Final = int(Signal.STANDSTILL)
_DRIVE_STATE: Final = int(Signal.DRIVE_STATE)
_ROTOR: Final = int(Signal.ROTOR_RPM)
_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_O2: Final = int(Signal.O2_PPM)
_H2O: Final = int(Signal.H2O_PPM)
_H2S: Final = int(Signal.H2S_PPM)
_RUNNING: Final = float(DriveState.RUNNING)
_FOLLOW_S: Final = 0.5
# How long a rotor may take to follow its falling set point: the wire, and the drive's own ramp.
_FOLLOWED_S: Final = 2.0
_FOLLOWED_SCANS: Final = 6.0


@dataclass(slots=True, init=False)
class Watch(Value):
    """The memory of the interlocks.

    `credit` says that the headspace was purged and proven. `peak_rpm` is how fast the rotor may
    still be: the highest set point since standstill, until the run-down from it (begun after
    `peak_s`) has had its time. `rested_s` and `moved_s` are when all inputs last agreed that it
    stands still, and when one last said that it does not; in between nobody knows. `mark_rpm`
    is what the smoothed set point was when the reading of the rotor's speed, `seen_rpm`, last
    changed.
    """

    still_since_s: Final[float]
    last_spin_s: Final[float]
    start_ok_since_s: Final[float]
    gas_known_s: Final[float]
    credit: Final[bool]
    peak_rpm: Final[float]
    follow_rpm: Final[float]
    peak_s: Final[float]
    seen_rpm: Final[float]
    mark_rpm: Final[float]
    trust: Final[Trust]
    rested_s: Final[float]
    moved_s: Final[float]

    def __init__(
        self,
        still_since_s: float = math.inf,
        last_spin_s: float = 0.0,
        start_ok_since_s: float = math.inf,
        gas_known_s: float = 0.0,
        credit: bool = False,
        peak_rpm: float = 0.0,
        follow_rpm: float = 0.0,
        peak_s: float = 0.0,
        seen_rpm: float = 0.0,
        mark_rpm: float = 0.0,
        trust: Trust = NEW,
        rested_s: float = -math.inf,
        moved_s: float = -math.inf,
    ) -> None:
        self.still_since_s = still_since_s
        self.last_spin_s = last_spin_s
        self.start_ok_since_s = start_ok_since_s
        self.gas_known_s = gas_known_s
        self.credit = credit
        self.peak_rpm = peak_rpm
        self.follow_rpm = follow_rpm
        self.peak_s = peak_s
        self.seen_rpm = seen_rpm
        self.mark_rpm = mark_rpm
        self.trust = trust
        self.rested_s = rested_s
        self.moved_s = moved_s


def stands_still(watch: Watch, equipment: Equipment, now_s: float) -> bool:
    """Whether the hard-wired input and the stopped drive have agreed for the proof time."""
    return now_s - watch.still_since_s >= equipment.standstill_proof_s


def turns_on(watch: Watch, equipment: Equipment, now_s: float) -> bool:
    """Whether a drive that is not told to run may be turning although it had its coast time.

    What says that it moves counts until standstill is proven. Inputs that are merely lost count
    when they have been for a coast time, or have never agreed since the drive last ran: a device
    that does not answer for a moment is told as that, not as a blade that turns.
    """
    coast_s = equipment.coast_s
    return (
        now_s - watch.last_spin_s > coast_s
        and not stands_still(watch, equipment, now_s)
        and (now_s - watch.moved_s <= coast_s or now_s - watch.rested_s > coast_s)
    )


def watched(
    watch: Watch,
    x: Sequence[float],
    sent: Outputs,
    limits: Limits,
    now_s: float,
    dt_s: float,
    run_down_s: float,
    trust: Trust,
) -> Watch:
    """The memory after this image.

    `sent` is the output image of the scan before, so what the plant was last told.
    """
    spun = sent.run or sent.run_permit or sent.rotor_rpm > 0.0
    still = (
        x[_STANDSTILL] == 1.0
        and x[_DRIVE_STATE] < _RUNNING
        and -limits.still_rpm <= x[_ROTOR] <= limits.still_rpm
        and not sent.run
    )
    o2, h2o = x[_O2], x[_H2O]
    start_ok = (
        o2 <= limits.o2_start_ppm and h2o <= limits.h2o_start_ppm and x[_H2S] <= limits.h2s_open_ppm
    )
    gas_known_s = now_s if o2 == o2 and h2o == h2o else watch.gas_known_s
    credit = (
        watch.credit
        and x[_LID_CLOSED] == 1.0
        and x[_LID_LOCKED] == 1.0
        and x[_PRESSURE] >= 0.0
        and now_s - gas_known_s <= GAS_UNKNOWN_MAX_S
    )
    still_since_s, rested_s, moved_s = math.inf, watch.rested_s, watch.moved_s
    if still:
        still_since_s = watch.still_since_s if watch.still_since_s < now_s else now_s
        rested_s = now_s
    elif x[_STANDSTILL] == 0.0 or x[_DRIVE_STATE] >= _RUNNING or abs(x[_ROTOR]) > limits.still_rpm:
        moved_s = now_s
    target_rpm = sent.rotor_rpm
    slowed = still or target_rpm >= watch.peak_rpm
    if not slowed:
        late_s = run_down_s + max(_FOLLOWED_S, _FOLLOWED_SCANS * dt_s)
        slowed = now_s - watch.peak_s > late_s
    follow_rpm = watch.follow_rpm
    if follow_rpm != target_rpm:
        follow_rpm += (target_rpm - follow_rpm) * (dt_s / max(_FOLLOW_S, 3.0 * dt_s))
    start_ok_since_s = math.inf
    if start_ok:
        start_ok_since_s = watch.start_ok_since_s if watch.start_ok_since_s < now_s else now_s
    rotor_rpm = x[_ROTOR]
    return Watch(
        still_since_s,
        now_s if spun else watch.last_spin_s,
        start_ok_since_s,
        gas_known_s,
        credit,
        target_rpm if slowed else watch.peak_rpm,
        follow_rpm,
        now_s if slowed else watch.peak_s,
        rotor_rpm,
        watch.mark_rpm if rotor_rpm == watch.seen_rpm else follow_rpm,
        trust,
        rested_s,
        moved_s,
    )
