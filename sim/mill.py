"""The whole plant: physics, valves, guard lock, safety chain and transmitters, wired together.

`Mill` is driven by the output images that the controller writes and by what people do at the
machine (lid, E-stop, jar). It knows no clock: `step(dt_s)` moves it, `measure()` reads it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from controller.core.outputs import DEAD, Outputs
from controller.core.signals import Signal
from sim.coating import Coating
from sim.compiling import mypyc_attr
from sim.drive import Drive, DriveFault
from sim.gas import ArgonSupply, Room, Traces, Valve, Vessel
from sim.parameters import ROOM_O2, Charge, InitialGas, MillParameters
from sim.sensors import Lags, Transmitters
from sim.thermal import Heat

_GLOVEBOX: Final = 1e-6  # mole fraction of O2 and of H2O, literature: usual practice for sulfides
_VALVE_OPEN: Final = 0.9  # position at which the open switch makes
_ROOM_STEP_S: Final = 1.0
_J_PER_KWH: Final = 3.6e6

_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_LID_LOCKED: Final = int(Signal.LID_LOCKED)
_ESTOP_HEALTHY: Final = int(Signal.ESTOP_HEALTHY)
_RUN_PERMIT_FEEDBACK: Final = int(Signal.RUN_PERMIT_FEEDBACK)
_STANDSTILL: Final = int(Signal.STANDSTILL)
_SUPPLY_VALVE_OPEN: Final = int(Signal.SUPPLY_VALVE_OPEN)
_EXHAUST_VALVE_OPEN: Final = int(Signal.EXHAUST_VALVE_OPEN)
_MAINS_HEALTHY: Final = int(Signal.MAINS_HEALTHY)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so in the plant, whatever the transmitters say."""

    rotor_rpm: float
    revolutions: float
    powder_c: float
    jar_c: float
    o2_ppm: float
    h2o_ppm: float
    h2s_ppm: float
    pressure_mbar_g: float
    powder_water_mol: float
    argon_l: float
    shaft_kwh: float
    milling_kwh_per_kg: float
    agglomerated: float
    free: float
    attached: float
    lost: float
    coverage: float
    local_nm: float
    mean_nm: float
    broken: float
    conductivity: float
    room_o2_percent: float
    room_h2s_ppm: float


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Mill:
    """One mill in its room.

    People act through `open_lid`, `close_lid`, `press_estop`, `release_estop`,
    `reset_safety_relay` and `load`; the controller through `apply`.

    Open to whoever injects faults: the parts (`drive`, `vessel`, `supply`, `room`, `heat`,
    `transmitters`) and valves (`supply_valve`, `exhaust_valve`, `vent_valve`, `cooling_valve`)
    with their own attributes, and `mains`, `sample_pump`, `coolant_pump`, `ambient_mbar`,
    `lock_stuck` (True: stays locked, False: never locks) and `lid_bridged` (the switches of lid
    and lock always say closed and locked). `outputs` is the last image applied.
    """

    __slots__ = (
        "_lock_s",
        "_room_leak_mol",
        "_room_s",
        "_slow_s",
        "ambient_mbar",
        "charge",
        "coating",
        "coolant_pump",
        "cooling_valve",
        "drive",
        "estop_pressed",
        "exhaust_valve",
        "heat",
        "lid_bridged",
        "lid_closed",
        "lid_locked",
        "lock_stuck",
        "mains",
        "outputs",
        "overspeed_tripped",
        "parameters",
        "room",
        "sample_pump",
        "standstill",
        "supply",
        "supply_valve",
        "transmitters",
        "vent_valve",
        "vessel",
    )

    coating: Coating | None
    charge: Charge | None

    def __init__(
        self,
        parameters: MillParameters,
        *,
        seed: int,
        charge: Charge | None,
        initial_gas: InitialGas = InitialGas.AIR,
    ) -> None:
        k = parameters
        self.parameters = k
        self.ambient_mbar = k.room.ambient_mbar
        self.mains = True
        self.sample_pump = True
        self.coolant_pump = True
        self.estop_pressed = False
        self.overspeed_tripped = False
        self.lid_closed = True
        self.lid_locked = True
        self.lid_bridged = False
        self.lock_stuck: bool | None = None
        self.standstill = True
        self._slow_s = k.standstill_s
        self._lock_s = 0.0
        self._room_s = 0.0
        self._room_leak_mol = 0.0
        travel_s = k.gas.valve_travel_s
        self.supply_valve = Valve(travel_s, is_open=False)
        self.exhaust_valve = Valve(travel_s, is_open=True)
        self.vent_valve = Valve(travel_s, is_open=False)
        self.cooling_valve = Valve(travel_s, is_open=True)
        self.supply = ArgonSupply(k.gas)
        self.room = Room(k.room.volume_l, k.room.air_changes_per_h)
        self.outputs = DEAD
        ambient_c = k.room.ambient_c
        self.drive = Drive(k.drive, ambient_c)
        self.heat = Heat(k.thermal, ambient_c)
        self.vessel = Vessel(k.gas, Traces(k.gas, k.room.h2o))
        self._fill_jar(charge, initial_gas)
        traces = self.vessel.traces
        lags = Lags(
            k.sensors,
            o2=traces.o2,
            h2o=traces.h2o,
            pressure_pa=100.0 * self.ambient_mbar,
            start_c=k.room.ambient_c,
        )
        self.transmitters = Transmitters(
            k.sensors, lags, rated_torque_nm=k.drive.rated_torque_nm, seed=seed
        )

    def _fill_jar(self, charge: Charge | None, gas: InitialGas) -> None:
        k = self.parameters
        start_c = k.room.ambient_c
        powder_kg = charge.mass_kg if charge else 0.0
        self.charge = charge
        self.coating = Coating(k.coating, charge, k.drive.blade_m) if charge else None
        self.drive.load(powder_kg)
        self.heat.load(powder_kg, start_c)
        self.vessel.load(
            free_l=k.gas.vessel_l - (charge.solid_l if charge else 0.0),
            gas_c=start_c,
            mbar=self.ambient_mbar,
        )
        air = {
            InitialGas.AIR: 1.0,
            InitialGas.DOCKED: k.gas.dock_line_share,
            InitialGas.GLOVEBOX: 0.0,
        }[gas]
        self.vessel.traces.load(
            o2=air * ROOM_O2 + (1.0 - air) * _GLOVEBOX,
            h2o=air * k.room.h2o + (1.0 - air) * _GLOVEBOX,
            sse_g=1000.0 * charge.sse_kg if charge else 0.0,
            water_mol=charge.water_mol if charge else 0.0,
        )

    # What people do at the machine.

    def load(self, charge: Charge | None, initial_gas: InitialGas = InitialGas.AIR) -> bool:
        """Put in a fresh jar (None: empty and clean). False, and nothing done, while it turns."""
        if not self.standstill or self.drive.speed_rps > 0.0:
            return False
        self._fill_jar(charge, initial_gas)
        return True

    def settle(self) -> None:
        """Let a jar that was just docked stand with its cooling on until its temperatures rest."""
        room, lags = self.parameters.room, self.transmitters.lags
        self.heat.settle(room.coolant_c, room.ambient_c)
        rest_c = lags.jar_c = lags.powder_c = self.heat.jar_c
        self.vessel.take_temperature(rest_c, self.ambient_mbar)

    def open_lid(self) -> bool:
        """Open the lid; False when the guard lock holds it."""
        if self.lid_locked:
            return False
        self.lid_closed = False
        return True

    def close_lid(self) -> None:
        """Close the lid; the guard lock engages by its spring when its coil is off."""
        self.lid_closed = True

    def press_estop(self) -> None:
        """Press the emergency stop: the contactor drops whatever the controller says."""
        self.estop_pressed = True

    def release_estop(self) -> None:
        """Turn the emergency stop free; nothing starts by that."""
        self.estop_pressed = False

    def reset_safety_relay(self) -> None:
        """Reset the overspeed guard by hand."""
        self.overspeed_tripped = False

    # What the controller does.

    def apply(self, outputs: Outputs) -> None:
        """Take over one output image."""
        if outputs is self.outputs:
            return
        drive = self.drive
        if outputs.drive_fault_reset and not self.outputs.drive_fault_reset:
            drive.reset_fault()
        self.outputs = outputs
        drive.run = outputs.run
        drive.target_rps = outputs.rotor_rpm / 60.0
        self.supply.set_slpm = outputs.argon_flow_slpm
        self.supply_valve.command(outputs.supply_open)
        self.exhaust_valve.command(not outputs.exhaust_shut)
        self.vent_valve.command(outputs.vent_open)
        self.cooling_valve.command(not outputs.cooling_shut)

    # What the plant does.

    def step(self, dt_s: float) -> None:
        """Advance by `dt_s`, inside in steps of at most `parameters.dt_max_s`."""
        dt_max_s = self.parameters.dt_max_s
        if dt_s <= dt_max_s:
            self._advance(dt_s)
        else:
            steps = math.ceil(dt_s / dt_max_s - 1e-9)
            for _ in range(steps):
                self._advance(dt_s / steps)
        self._let_sensors_follow(dt_s)

    def _advance(self, dt_s: float) -> None:
        supply_valve = self.supply_valve
        if supply_valve.position != supply_valve.target:
            supply_valve.step(dt_s)
        exhaust_valve = self.exhaust_valve
        if exhaust_valve.position != exhaust_valve.target:
            exhaust_valve.step(dt_s)
        vent_valve = self.vent_valve
        if vent_valve.position != vent_valve.target:
            vent_valve.step(dt_s)
        cooling_valve = self.cooling_valve
        if cooling_valve.position != cooling_valve.target:
            cooling_valve.step(dt_s)

        drive = self.drive
        coating = self.coating
        if drive.fault or not self.mains:
            self._follow_mains()
        drive.permit = (
            self.outputs.run_permit
            and self.lid_closed
            and self.lid_locked
            and self.mains
            and not self.estop_pressed
            and not self.overspeed_tripped
        )
        if coating is None:
            drive.step(dt_s, 1.0)
        else:
            drive.step(dt_s, drive.cohesion(coating.agglomerated, coating.attached, coating.lost))
        speed_rps = drive.speed_rps
        if speed_rps > 0.0:
            if coating is not None:
                coating.step(dt_s, speed_rps, drive.powder_w)
            if speed_rps > drive.parameters.overspeed_rps:
                self.overspeed_tripped = True
        if speed_rps * 60.0 >= self.parameters.standstill_rpm:
            self._slow_s = 0.0
            self.standstill = False
        elif not self.standstill:
            self._slow_s += dt_s
            self.standstill = self._slow_s > self.parameters.standstill_s - 1e-9
        if self.outputs.lid_unlock or not self.lid_locked or self.lock_stuck is not None:
            self._move_lock(dt_s)

        k = self.parameters
        heat = self.heat
        cooling = cooling_valve.position if self.coolant_pump and self.mains else 0.0
        heat.step(
            dt_s,
            speed_rps,
            drive.powder_w,
            drive.wall_w,
            cooling,
            k.room.coolant_c,
            k.room.ambient_c,
        )

        vessel = self.vessel
        ambient_mbar = self.ambient_mbar
        powder_c = heat.powder_c
        gas_c = 0.5 * (powder_c + heat.jar_c)
        # The bleed's valve sits on the coil of the exhaust valve and moves with it.
        argon_mol_s = self.supply.step(
            dt_s,
            vessel.pressure_mbar - ambient_mbar,
            supply_valve.position,
            exhaust_valve.position,
        )
        if self.lid_closed:
            vessel.step(
                dt_s,
                argon_mol_s,
                exhaust_valve.position,
                vent_valve.position,
                gas_c,
                powder_c,
                ambient_mbar,
            )
        else:
            vessel.stand_open(dt_s, gas_c, powder_c, ambient_mbar)
            self._room_leak_mol += argon_mol_s * dt_s
        self._room_leak_mol += vessel.leak_out_mol_s * dt_s
        self._room_s += dt_s
        if self._room_s >= _ROOM_STEP_S:
            self._step_room()

    def _follow_mains(self) -> None:
        """A drive without mains has its output off, and comes back without a run command."""
        drive = self.drive
        if not self.mains:
            drive.fault = DriveFault.LOW_VOLTAGE
        elif drive.fault is DriveFault.LOW_VOLTAGE:
            drive.fault = DriveFault.NONE

    def _move_lock(self, dt_s: float) -> None:
        """The lock's coil is fed through the standstill relay; a spring locks it without power."""
        release = self.outputs.lid_unlock and self.standstill
        if self.lock_stuck is not None:
            release = not self.lock_stuck
        if release is not self.lid_locked or not (release or self.lid_closed):
            self._lock_s = 0.0
            return
        self._lock_s += dt_s
        if self._lock_s > self.parameters.lock_travel_s - 1e-9:
            self.lid_locked = not release
            self._lock_s = 0.0

    def _step_room(self) -> None:
        vessel = self.vessel
        span_s = self._room_s
        h2s_mol = vessel.room_h2s_mol + self._room_leak_mol * vessel.traces.h2s
        self.room.step(span_s, self._room_leak_mol / span_s, h2s_mol / span_s, powered=self.mains)
        vessel.room_h2s_mol = 0.0
        self._room_leak_mol = 0.0
        self._room_s = 0.0

    def _let_sensors_follow(self, dt_s: float) -> None:
        vessel = self.vessel
        lags = self.transmitters.lags
        if self.sample_pump and self.mains:
            traces = vessel.traces
            lags.draw_sample(traces.o2, traces.h2o, traces.h2s, 100.0 * vessel.pressure_mbar)
        lags.step(dt_s, self.heat.powder_c, self.heat.jar_c, self.room.o2, self.room.h2s)

    # What can be read.

    def measure(self) -> list[float]:
        """What every transmitter states now, indexed by `Signal`; the same list in every call."""
        transmitters = self.transmitters
        k = self.parameters
        transmitters.read(
            self.drive,
            self.supply,
            self.vessel.pressure_mbar,
            self.ambient_mbar,
            k.gas.sample_slpm if self.sample_pump and self.mains else 0.0,
            k.thermal.cooling_lpm * self.cooling_valve.position
            if self.coolant_pump and self.mains
            else 0.0,
        )
        values = transmitters.values
        bridged = self.lid_bridged
        values[_LID_CLOSED] = 1.0 if self.lid_closed or bridged else 0.0
        values[_LID_LOCKED] = 1.0 if (self.lid_closed and self.lid_locked) or bridged else 0.0
        values[_ESTOP_HEALTHY] = 0.0 if self.estop_pressed else 1.0
        values[_RUN_PERMIT_FEEDBACK] = 1.0 if self.drive.permit else 0.0
        values[_STANDSTILL] = 1.0 if self.standstill else 0.0
        values[_SUPPLY_VALVE_OPEN] = 1.0 if self.supply_valve.position >= _VALVE_OPEN else 0.0
        values[_EXHAUST_VALVE_OPEN] = 1.0 if self.exhaust_valve.position >= _VALVE_OPEN else 0.0
        values[_MAINS_HEALTHY] = 1.0 if self.mains else 0.0
        if transmitters.overrides:
            transmitters.apply_overrides()
        return values

    @property
    def o2_ppm(self) -> float:
        """Oxygen in the headspace."""
        return 1e6 * self.vessel.traces.o2

    @property
    def h2o_ppm(self) -> float:
        """Water in the headspace."""
        return 1e6 * self.vessel.traces.h2o

    @property
    def h2s_ppm(self) -> float:
        """Hydrogen sulfide in the headspace."""
        return 1e6 * self.vessel.traces.h2s

    @property
    def rotor_rpm(self) -> float:
        """Speed of the blade, also while it coasts."""
        return 60.0 * self.drive.speed_rps

    @property
    def powder_c(self) -> float:
        """Temperature of the powder."""
        return self.heat.powder_c

    @property
    def argon_l(self) -> float:
        """Argon used so far, standard liters, bleed included."""
        return self.supply.used_sl

    def truth(self) -> Truth:
        """Everything that is so, as one frozen picture; shell values are zero without a charge."""
        coating = self.coating
        vessel = self.vessel
        return Truth(
            rotor_rpm=self.rotor_rpm,
            revolutions=self.drive.revolutions,
            powder_c=self.heat.powder_c,
            jar_c=self.heat.jar_c,
            o2_ppm=self.o2_ppm,
            h2o_ppm=self.h2o_ppm,
            h2s_ppm=self.h2s_ppm,
            pressure_mbar_g=vessel.pressure_mbar - self.ambient_mbar,
            powder_water_mol=vessel.traces.water_mol,
            argon_l=self.supply.used_sl,
            shaft_kwh=self.drive.shaft_j / _J_PER_KWH,
            milling_kwh_per_kg=coating.energy_j_kg / _J_PER_KWH if coating else 0.0,
            agglomerated=coating.agglomerated if coating else 0.0,
            free=coating.free if coating else 0.0,
            attached=coating.attached if coating else 0.0,
            lost=coating.lost if coating else 0.0,
            coverage=coating.coverage if coating else 0.0,
            local_nm=coating.local_nm if coating else 0.0,
            mean_nm=coating.mean_nm if coating else 0.0,
            broken=coating.broken if coating else 0.0,
            conductivity=coating.conductivity if coating else 0.0,
            room_o2_percent=100.0 * self.room.o2,
            room_h2s_ppm=1e6 * self.room.h2s,
        )
