"""Blade, shaft, motor and frequency converter.

Shaft torque is written with each part finite at standstill: friction (constant), windage and
thrown powder (both with the square of speed), the settled bed until it is thrown up, and the
inertia. With its output off the converter knows nothing of the rotor: it reports zero while the
blade still coasts.
"""

from __future__ import annotations

import math
from enum import IntEnum, unique
from typing import Final

from controller.core.signals import DriveState
from sim.compiling import mypyc_attr
from sim.parameters import DriveParameters

_TWO_PI: Final = 2.0 * math.pi
_COAST_STEP_S: Final = 0.01
# A run command waits this long for the contactor, then it has to be given anew.
_PERMIT_WAIT_S: Final = 1.0

_STOPPED: Final = DriveState.STOPPED
_STOPPING: Final = DriveState.STOPPING
_STANDBY: Final = DriveState.STANDBY
_RUNNING: Final = DriveState.RUNNING


@unique
class DriveFault(IntEnum):
    """Fault codes, numbered as in Delta's fault list (MS300 and C2000 families)."""

    NONE = 0
    LOW_VOLTAGE = 13
    OVERLOAD = 21
    MOTOR_OVERHEAT = 24
    EXTERNAL = 49
    COMM_TIMEOUT = 58


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Drive:
    """The rotor and what turns it. Set the inputs, call `step`, read the outputs.

    Inputs: `run`, `target_rps`, `permit` (contactor: without it the output is off and the rotor
    coasts). Everything is in revolutions per second, N m, W, A, °C.

    Made wrong from outside: `jam_nm` (more drag), `ignore_stop` (a welded contactor: it holds the
    last speed, neither stop nor permit has an effect), `runaway_rps` (turns faster than told).
    """

    __slots__ = (
        "_acceleration_nm",
        "_ambient_c",
        "_bed_at_rest",
        "_current_per_nm",
        "_held_rps",
        "_overload_max",
        "_permit_wait_s",
        "_powder_coefficient",
        "_run_seen",
        "_started",
        "_windage_coefficient",
        "current_a",
        "fault",
        "ignore_stop",
        "jam_nm",
        "motor_c",
        "output_rps",
        "output_w",
        "overload",
        "parameters",
        "permit",
        "powder_w",
        "revolutions",
        "run",
        "runaway_rps",
        "shaft_j",
        "shaft_w",
        "speed_rps",
        "state",
        "target_rps",
        "torque_nm",
        "wall_w",
    )

    def __init__(self, parameters: DriveParameters, ambient_c: float) -> None:
        k = parameters
        self.parameters = k
        self.run = False
        self.target_rps = 0.0
        self.permit = False
        self.jam_nm = 0.0
        self.ignore_stop = False
        self.runaway_rps = 0.0
        self.speed_rps = 0.0
        self.output_rps = 0.0
        self.state = _STOPPED
        self.fault = DriveFault.NONE
        self.torque_nm = 0.0
        self.shaft_w = 0.0
        self.powder_w = 0.0
        self.wall_w = 0.0
        self.current_a = 0.0
        self.output_w = 0.0
        self.motor_c = ambient_c
        self.revolutions = 0.0
        self.shaft_j = 0.0
        self.overload = 0.0
        self._ambient_c = ambient_c
        self._bed_at_rest = False
        self._held_rps = 0.0
        self._started = False
        self._run_seen = False
        self._permit_wait_s = 0.0
        self._acceleration_nm = _TWO_PI * k.inertia_kg_m2
        self._overload_max = k.overload_s
        # Torque per rps^2: windage P = Np rho n^3 d^5, powder P = 0.5 beta m (pi d n)^2 n.
        self._windage_coefficient = k.power_number * k.gas_kg_m3 * k.blade_m**5 / _TWO_PI
        self._powder_coefficient = 0.0
        active_a = math.sqrt(k.rated_current_a**2 - k.idle_current_a**2)
        self._current_per_nm = active_a / k.rated_torque_nm

    def load(self, powder_kg: float) -> None:
        """Put a charge of this mass before the blade and count from zero."""
        k = self.parameters
        tip_m = math.pi * k.blade_m
        self._powder_coefficient = 0.5 * k.thrown_share * powder_kg * tip_m * tip_m / _TWO_PI
        self._bed_at_rest = powder_kg > 0.0
        self.revolutions = 0.0
        self.shaft_j = 0.0

    def cohesion(self, agglomerated: float, attached: float, lost: float) -> float:
        """Drag of the charge over that of a freely flowing one."""
        k = self.parameters
        return (
            1.0
            + k.cohesion_agglomerated * agglomerated
            + k.cohesion_coated * attached
            + k.cohesion_caked * lost
        )

    def powers_w(self, speed_rps: float, cohesion: float) -> tuple[float, float, float]:
        """Friction, windage and powder power at a steady speed."""
        turning = _TWO_PI * speed_rps
        square = speed_rps * speed_rps * turning
        return (
            self.parameters.friction_nm * turning,
            self._windage_coefficient * square,
            self._powder_coefficient * cohesion * square,
        )

    def trip(self, fault: DriveFault) -> None:
        """Latch a fault. All switch the output off but a lost link, which ramps to a stop."""
        if self.fault is DriveFault.NONE:
            self.fault = fault

    def reset_fault(self) -> None:
        """Clear a latched fault. Starting again takes a new run command."""
        if self.motor_c < self.parameters.motor_trip_c:
            self.fault = DriveFault.NONE

    def step(self, dt_s: float, cohesion: float) -> None:
        """Advance by `dt_s` (at most 0.1 s); `cohesion` is the charge's drag factor."""
        if self.run is not self._run_seen or not self.permit or self.fault:
            self._follow_commands(dt_s)
        elif self._permit_wait_s > 0.0:
            self._start()
        if self._started or self.output_rps > 0.0 or self.ignore_stop:
            self._step_powered(dt_s, cohesion)
        elif self.speed_rps > 0.0:
            self._step_coasting(dt_s, cohesion)
        elif self.shaft_w or self.wall_w or self.state is not _STOPPED:
            self._rest()
        k = self.parameters
        warm_k = self.motor_c - self._ambient_c
        if self.current_a > 0.0 or warm_k > 0.01:
            lost_w = self.output_w - self.shaft_w - k.motor_w_k * warm_k
            self.motor_c += lost_w * dt_s / k.motor_j_k
            if self.motor_c > k.motor_trip_c:
                self.trip(DriveFault.MOTOR_OVERHEAT)

    def _follow_commands(self, dt_s: float) -> None:
        """Start on a new run command only; permit or fault switch the output off."""
        if self.ignore_stop:
            return
        if self.run is not self._run_seen:
            self._run_seen = self.run
            self._started = False
            self._permit_wait_s = _PERMIT_WAIT_S if self.run else 0.0
            if self.run and self.permit and not self.fault:
                self._start()
        self._permit_wait_s = max(0.0, self._permit_wait_s - dt_s)
        if self.fault:
            self._started = False
            self._permit_wait_s = 0.0
        if not self.permit or (self.fault and self.fault is not DriveFault.COMM_TIMEOUT):
            self._started = False
            self.output_rps = 0.0

    def _start(self) -> None:
        """Take the rotor at the speed it has (flying start)."""
        self._started = True
        self._permit_wait_s = 0.0
        if self.output_rps == 0.0:
            self.output_rps = self.speed_rps

    def _step_powered(self, dt_s: float, cohesion: float) -> None:
        k = self.parameters
        before = self.speed_rps
        reference = self.output_rps
        target = 0.0
        if self.ignore_stop:
            target = self._held_rps
        elif self._started:
            target = self.target_rps
            if target > k.max_rps:
                target = k.max_rps
            target += self.runaway_rps
            self._held_rps = target
        if reference < target:
            reference += k.ramp_up_rps_s * dt_s
            if reference > target:
                reference = target
        elif reference > target:
            reference -= k.ramp_down_rps_s * dt_s
            if reference < target:
                reference = target
        if reference == 0.0 and before == 0.0:
            self._rest()
            self._idle()
            return
        powder_nm = self._powder_coefficient * cohesion * before * before
        windage_nm = self._windage_coefficient * before * before
        drag_nm = k.friction_nm + self.jam_nm
        if self._bed_at_rest:
            drag_nm += k.bed_nm
            self._bed_at_rest = before < k.fluid_rps
        load_nm = drag_nm + windage_nm + powder_nm
        torque_nm = load_nm + self._acceleration_nm * (reference - before) / dt_s
        limit_nm = k.overload * k.rated_torque_nm
        if torque_nm * before * _TWO_PI > k.overload * k.rated_power_w:
            limit_nm = min(limit_nm, k.overload * k.rated_power_w / (_TWO_PI * before))
        if -limit_nm <= torque_nm <= limit_nm:
            after = reference
        else:
            torque_nm = limit_nm if torque_nm > 0.0 else -limit_nm
            after = max(0.0, before + (torque_nm - load_nm) * dt_s / self._acceleration_nm)
            reference = after if torque_nm > 0.0 else reference
        self.speed_rps = after
        self.output_rps = reference
        turning = _TWO_PI * after
        self.torque_nm = torque_nm
        self.shaft_w = shaft_w = torque_nm * turning
        self.powder_w = (powder_nm + drag_nm - k.friction_nm) * turning
        self.wall_w = (windage_nm + 0.5 * k.friction_nm) * turning
        self.revolutions += 0.5 * (before + after) * dt_s
        self.shaft_j += shaft_w * dt_s
        active_a = self._current_per_nm * torque_nm
        idle_a = k.idle_current_a
        self.current_a = math.sqrt(idle_a * idle_a + active_a * active_a)
        self.output_w = k.idle_w + (shaft_w / k.motor_efficiency if shaft_w > 0.0 else shaft_w)
        self.state = _RUNNING if self._started else _STOPPING
        ratio = torque_nm / k.rated_torque_nm
        if ratio > 1.0 or self.overload > 0.0:
            self._count_overload(ratio * ratio - 1.0, dt_s)

    def _count_overload(self, excess: float, dt_s: float) -> None:
        self.overload = max(0.0, self.overload + excess * dt_s)
        if self.overload > self._overload_max:
            self.trip(DriveFault.OVERLOAD)

    def _step_coasting(self, dt_s: float, cohesion: float) -> None:
        """Only drag acts; the speed is clamped at zero, or standstill would never be proven."""
        before = speed = self.speed_rps
        square = self._windage_coefficient + self._powder_coefficient * cohesion
        drag_nm = self.parameters.friction_nm + self.jam_nm
        steps = math.ceil(dt_s / _COAST_STEP_S - 1e-9)
        slowing = dt_s / steps / self._acceleration_nm
        for _ in range(steps):
            speed -= (drag_nm + square * speed * speed) * slowing
            if speed <= 0.0:
                speed = 0.0
                break
        self.speed_rps = speed
        self.revolutions += 0.5 * (before + speed) * dt_s
        if speed == 0.0:
            self._rest()
            return
        friction_w, windage_w, self.powder_w = self.powers_w(speed, cohesion)
        self.wall_w = windage_w + 0.5 * friction_w
        self.torque_nm = 0.0
        self.shaft_w = 0.0
        self.current_a = 0.0
        self.output_w = 0.0
        self.state = _STOPPED

    def _rest(self) -> None:
        self._bed_at_rest = self._powder_coefficient > 0.0
        self.torque_nm = 0.0
        self.shaft_w = 0.0
        self.powder_w = 0.0
        self.wall_w = 0.0
        self.current_a = 0.0
        self.output_w = 0.0
        self.output_rps = 0.0
        self.state = _STOPPED

    def _idle(self) -> None:
        """Output on at zero frequency."""
        if self._started:
            self.state = _STANDBY
            self.current_a = self.parameters.idle_current_a
            self.output_w = self.parameters.idle_w
