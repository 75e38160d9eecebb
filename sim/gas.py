"""Gas in the vessel: amount, pressure, traces of O2, H2O and H2S; argon supply and exhaust.

Traces are mole fractions. A stream that leaves with the vessel's own composition changes no mole
fraction, so the balances hold only what comes in or is made. Each is stepped by its own
exponential, which stays right when a sweep turns the vessel over within a few steps.
"""

from __future__ import annotations

import math
from typing import Final

from sim.compiling import mypyc_attr
from sim.parameters import (
    GAS_CONSTANT,
    MOL_S_PER_SLPM,
    ROOM_O2,
    ZERO_C_K,
    GasParameters,
)

_ROOM_K: Final = 298.15
_PA_PER_MBAR: Final = 100.0
# mbar L/s of a gas at temperature T is this over T in mol/s.
_MOL_K_PER_MBAR_L: Final = 0.1 / GAS_CONSTANT
# The pressure at which `leak_mbar_l_s` is stated: the leak test's.
_LEAK_TEST_MBAR_ABS: Final = 1213.25
_LEAK_AMBIENT_MBAR_ABS: Final = 1013.25


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Valve:
    """A valve that takes time to travel. `position` 0 is shut and 1 open.

    `stuck_at` holds it at a position whatever it is told; None lets it go.
    """

    __slots__ = ("_per_s", "commanded", "position", "stuck_at", "target")

    def __init__(self, travel_s: float, *, is_open: bool) -> None:
        self._per_s = 1.0 / travel_s
        self.position = self.target = self.commanded = 1.0 if is_open else 0.0
        self.stuck_at: float | None = None

    def command(self, is_open: bool) -> None:
        """Send the valve to one of its ends."""
        self.commanded = 1.0 if is_open else 0.0
        self.target = self.commanded if self.stuck_at is None else self.stuck_at

    def stick(self, at: float | None) -> None:
        """Make it stick at a position (0 to 1), or free it with None."""
        self.stuck_at = at
        self.target = self.commanded if at is None else at

    def step(self, dt_s: float) -> None:
        """Travel for `dt_s`."""
        reach = self._per_s * dt_s
        gap = self.target - self.position
        self.position += max(-reach, min(reach, gap))


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Traces:
    """O2, H2O and H2S in a headspace over powder that gives off water and turns it into H2S.

    `water_mol` is what the powder still holds, `h2s_made_mol` what hydrolysis made so far.
    """

    __slots__ = (
        "_hydrolysis_mol_s_pa",
        "argon_h2o",
        "argon_o2",
        "h2o",
        "h2s",
        "h2s_made_mol",
        "o2",
        "parameters",
        "room_h2o",
        "water_mol",
    )

    def __init__(self, parameters: GasParameters, room_h2o: float) -> None:
        self.parameters = parameters
        self.room_h2o = room_h2o
        self.argon_o2 = 1e-6 * parameters.argon_o2_ppm
        self.argon_h2o = 1e-6 * parameters.argon_h2o_ppm
        self.load(o2=ROOM_O2, h2o=room_h2o, sse_g=0.0, water_mol=0.0)

    def load(self, *, o2: float, h2o: float, sse_g: float, water_mol: float) -> None:
        """Start with this gas over powder with `sse_g` of electrolyte and labile water."""
        self.o2 = o2
        self.h2o = h2o
        self.h2s = 0.0
        self.water_mol = water_mol
        self.h2s_made_mol = 0.0
        self._hydrolysis_mol_s_pa = self.parameters.hydrolysis_mol_g_s_pa * sse_g

    def desorb(self, dt_s: float, powder_c: float) -> float:
        """Take from the powder what leaves it in `dt_s`; returns mol/s."""
        held = self.water_mol
        if held <= 0.0:
            return 0.0
        k = self.parameters
        cold = 1.0 / (powder_c + ZERO_C_K) - 1.0 / _ROOM_K
        rate = k.desorption_25_per_s * math.exp(-k.desorption_j_mol / GAS_CONSTANT * cold)
        gone = held * -math.expm1(-rate * dt_s)
        self.water_mol = held - gone
        return gone / dt_s

    def step(
        self,
        dt_s: float,
        gas_mol: float,
        pressure_pa: float,
        argon_mol_s: float,
        air_mol_s: float,
        water_mol_s: float,
    ) -> None:
        """Mix for `dt_s`: argon that really mixes in, room air, and water off the powder."""
        turnover = (argon_mol_s + air_mol_s + water_mol_s) / gas_mol
        hydrolysis = self._hydrolysis_mol_s_pa * pressure_pa / gas_mol
        water_out = turnover + hydrolysis
        span = -math.expm1(-turnover * dt_s) / turnover if turnover > 0.0 else dt_s
        self.o2 += (
            (argon_mol_s * self.argon_o2 + air_mol_s * ROOM_O2) / gas_mol - turnover * self.o2
        ) * span
        made = 0.0
        water = self.h2o
        source = (argon_mol_s * self.argon_h2o + air_mol_s * self.room_h2o + water_mol_s) / gas_mol
        if water_out > 0.0:
            change = (source - water_out * water) * -math.expm1(-water_out * dt_s) / water_out
            self.h2o = water + change
            # The integral of the water over the step follows from its own balance.
            made = hydrolysis * (source * dt_s - change) / water_out
        made *= self.parameters.h2s_per_water
        self.h2s_made_mol += made * gas_mol
        self.h2s += (made / dt_s - turnover * self.h2s) * span


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class ArgonSupply:
    """Bottle, regulator, flow controller behind the supply valve, and the bleed beside both.

    Made wrong from outside: `bottle_sl` (what is left, standard liters), `regulator_mbar`.
    """

    __slots__ = (
        "_lag_dt_s",
        "_lag_share",
        "bottle_sl",
        "flow_slpm",
        "parameters",
        "regulator_mbar",
        "set_slpm",
        "used_sl",
    )

    def __init__(self, parameters: GasParameters) -> None:
        self.parameters = parameters
        self.set_slpm = 0.0
        self.flow_slpm = 0.0
        self.regulator_mbar = parameters.regulator_mbar_g
        self.bottle_sl = parameters.bottle_l * parameters.bottle_bar_g
        self.used_sl = 0.0
        self._lag_dt_s = 0.0
        self._lag_share = 0.0

    @property
    def bottle_bar_g(self) -> float:
        """Pressure in the bottle."""
        return self.bottle_sl / self.parameters.bottle_l

    def step(self, dt_s: float, vessel_mbar_g: float, supply: float, bleed: float) -> float:
        """Advance and return the argon that enters, mol/s.

        `supply` and `bleed` are valve positions (0 shut, 1 open).
        """
        k = self.parameters
        source_mbar = min(self.regulator_mbar, 1000.0 * self.bottle_sl / k.bottle_l)
        drive = (source_mbar - vessel_mbar_g) / k.full_flow_drop_mbar
        if drive > 1.0:
            drive = 1.0
        elif drive < 0.0:
            drive = 0.0
        target = self.set_slpm
        ceiling = k.argon_full_scale_slpm * drive * supply
        if target > ceiling:
            target = ceiling
        flow = self.flow_slpm
        if target < 0.0:
            target = 0.0
        if target != flow:
            if dt_s != self._lag_dt_s:
                self._lag_dt_s = dt_s
                self._lag_share = -math.expm1(-dt_s / k.flow_lag_s)
            flow += (target - flow) * self._lag_share
            if flow > ceiling:
                flow = ceiling
            if -1e-6 < flow - target < 1e-6:
                flow = target
            self.flow_slpm = flow
        total = flow + k.bleed_slpm * bleed * drive
        used = total * dt_s / 60.0
        self.used_sl += used
        self.bottle_sl -= used
        return total * MOL_S_PER_SLPM


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Vessel:
    """The gas in the jar and dock line: amount, pressure and what goes in and out.

    Made wrong from outside: `leak_mbar_l_s` (stated at 200 mbar gauge), `exhaust_blocked` (0 free
    to 1 shut), `relief_blocked`.
    """

    __slots__ = (
        "_check_k",
        "_leak_k",
        "_relief_k",
        "_vent_k",
        "_volume_over_r",
        "exhaust_blocked",
        "gas_mol",
        "leak_mbar_l_s",
        "leak_out_mol_s",
        "out_mol_s",
        "parameters",
        "pressure_mbar",
        "relief_blocked",
        "room_h2s_mol",
        "traces",
    )

    def __init__(self, parameters: GasParameters, traces: Traces) -> None:
        k = parameters
        self.parameters = k
        self.traces = traces
        self.leak_mbar_l_s = k.leak_mbar_l_s
        self.exhaust_blocked = 0.0
        self.relief_blocked = False
        self.out_mol_s = 0.0
        self.leak_out_mol_s = 0.0
        self.room_h2s_mol = 0.0
        self._check_k = k.exhaust_slpm_mbar * MOL_S_PER_SLPM
        self._vent_k = k.vent_slpm_mbar * MOL_S_PER_SLPM
        self._relief_k = k.relief_slpm_mbar * MOL_S_PER_SLPM
        self._leak_k = 1.0 / (_LEAK_TEST_MBAR_ABS**2 - _LEAK_AMBIENT_MBAR_ABS**2)
        self.load(free_l=k.vessel_l, gas_c=25.0, mbar=_LEAK_AMBIENT_MBAR_ABS)

    def load(self, *, free_l: float, gas_c: float, mbar: float) -> None:
        """Start with this free volume at this absolute pressure."""
        self._volume_over_r = 1e-3 * free_l / GAS_CONSTANT
        self.take_temperature(gas_c, mbar)

    def take_temperature(self, gas_c: float, mbar: float) -> None:
        """Come to this temperature at this absolute pressure, the exhaust being open."""
        self.pressure_mbar = mbar
        self.gas_mol = self._per_mbar(gas_c) * mbar

    def _per_mbar(self, gas_c: float) -> float:
        return self._volume_over_r * _PA_PER_MBAR / (gas_c + ZERO_C_K)

    def step(
        self,
        dt_s: float,
        argon_mol_s: float,
        exhaust: float,
        vent: float,
        gas_c: float,
        powder_c: float,
        ambient_mbar: float,
    ) -> None:
        """Advance by `dt_s` (at most 0.1 s) with valve positions `exhaust` and `vent` (0 to 1)."""
        traces = self.traces
        per_mbar = self._volume_over_r * _PA_PER_MBAR / (gas_c + ZERO_C_K)
        before = self.gas_mol
        mbar = before / per_mbar
        water_mol_s = traces.desorb(dt_s, powder_c)
        # Viscous leak with the difference of the squares of pressure; diffusion always inward.
        per_mbar_l = _MOL_K_PER_MBAR_L / (gas_c + ZERO_C_K)
        leak = self.leak_mbar_l_s * per_mbar_l
        leak_out = leak * self._leak_k * (mbar * mbar - ambient_mbar * ambient_mbar)
        air_mol_s = leak * self.parameters.diffusion_share
        inflow = argon_mol_s + water_mol_s - leak_out
        if leak_out < 0.0:
            air_mol_s -= leak_out
            leak_out = 0.0
        after, out = self._breathe(dt_s, before, per_mbar, inflow, exhaust, vent, ambient_mbar)
        if out < 0.0:  # the vent line sucks
            air_mol_s -= out
        self.leak_out_mol_s = leak_out
        self.out_mol_s = out
        leaving = out + leak_out
        # Part of a sweep goes straight to the exhaust; while the vessel only fills, nothing does.
        short = leaving if leaving < argon_mol_s else argon_mol_s
        if short > 0.0:
            argon_mol_s -= (1.0 - self.parameters.sweep_mixing) * short
        self.gas_mol = after
        self.pressure_mbar = after / per_mbar
        middle = 0.5 * (before + after)
        traces.step(
            dt_s, middle, middle / per_mbar * _PA_PER_MBAR, argon_mol_s, air_mol_s, water_mol_s
        )

    def _breathe(
        self,
        dt_s: float,
        before: float,
        per_mbar: float,
        inflow: float,
        exhaust: float,
        vent: float,
        ambient_mbar: float,
    ) -> tuple[float, float]:
        """Amount after `dt_s` and mean flow out through exhaust, vent and relief, mol and mol/s.

        Each path passes in proportion to the pressure above its own opening pressure, so the
        amount follows one exponential, however stiff, until a path opens.
        """
        k = self.parameters
        open_share = exhaust * (1.0 - self.exhaust_blocked)
        rate = 0.0
        pull = 0.0
        fill_s = 0.0
        if open_share > 0.0:
            check_mol = (ambient_mbar + k.check_mbar) * per_mbar
            start = before
            if start < check_mol and inflow > 0.0 and vent <= 0.0:
                fill_s = (check_mol - start) / inflow
                if fill_s > dt_s:
                    fill_s = dt_s
                else:
                    start = check_mol
            if start >= check_mol:
                rate = open_share * self._check_k / per_mbar
                pull = rate * check_mol
            if vent > 0.0:
                vented = open_share * vent * self._vent_k / per_mbar
                rate += vented
                pull += vented * ambient_mbar * per_mbar
        else:
            start = before
        relief_mol = (ambient_mbar + k.relief_mbar) * per_mbar
        if before > relief_mol and not self.relief_blocked:
            relieved = self._relief_k / per_mbar
            rate += relieved
            pull += relieved * relief_mol
        if rate == 0.0:
            return before + inflow * dt_s, 0.0
        settled = (inflow + pull) / rate
        after = settled + (start - settled) * math.exp(-rate * (dt_s - fill_s))
        return after, (before + inflow * dt_s - after) / dt_s

    def stand_open(self, dt_s: float, gas_c: float, powder_c: float, ambient_mbar: float) -> None:
        """The lid is off: ambient pressure at once, room air within seconds."""
        traces = self.traces
        self.gas_mol = gas_mol = ambient_mbar * self._per_mbar(gas_c)
        self.pressure_mbar = ambient_mbar
        self.out_mol_s = 0.0
        self.leak_out_mol_s = 0.0
        air_mol_s = gas_mol / self.parameters.lid_exchange_s
        water_mol_s = traces.desorb(dt_s, powder_c)
        traces.step(dt_s, gas_mol, ambient_mbar * _PA_PER_MBAR, 0.0, air_mol_s, water_mol_s)
        self.room_h2s_mol += traces.h2s * air_mol_s * dt_s


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Room:
    """Air of the room: argon from leaks displaces oxygen, ventilation brings it back.

    Made wrong from outside: `argon_l_s` and `h2s_mol_s` (spills), `ventilated`.
    """

    __slots__ = ("_per_s", "_volume_l", "_volume_mol", "argon_l_s", "h2s", "h2s_mol_s", "o2",
                 "ventilated")  # fmt: skip

    def __init__(self, volume_l: float, air_changes_per_h: float) -> None:
        self.o2 = ROOM_O2
        self.h2s = 0.0
        self.argon_l_s = 0.0
        self.h2s_mol_s = 0.0
        self.ventilated = True
        self._volume_l = volume_l
        self._volume_mol = volume_l / 24.0
        self._per_s = air_changes_per_h / 3600.0

    def step(self, dt_s: float, argon_mol_s: float, h2s_mol_s: float, *, powered: bool) -> None:
        """Advance by `dt_s` with what leaks from the mill; no fan turns unless `powered`."""
        spilled = self.argon_l_s / self._volume_l + argon_mol_s / self._volume_mol
        exchange = self._per_s if self.ventilated and powered else 0.0
        out = exchange + spilled
        span = -math.expm1(-out * dt_s) / out if out > 0.0 else dt_s
        self.o2 += (exchange * ROOM_O2 - out * self.o2) * span
        self.h2s += ((self.h2s_mol_s + h2s_mol_s) / self._volume_mol - out * self.h2s) * span
