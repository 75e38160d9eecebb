"""Every constant of the virtual mill, with its origin.

Origins, written behind each field or value: `literature` (a public source, named), `computed`
(follows from other values), `assumed` (a plausible value that no source gives; commissioning data
replace it). Results of runs with assumed values are regression values, not predictions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import Final

from controller.core.value import Value

GAS_CONSTANT: Final = 8.314462618  # J/(mol K), literature: CODATA 2018
ZERO_C_K: Final = 273.15
STANDARD_PA: Final = 101_325.0
# slpm is counted at 0 °C and 101,325 Pa (the mass-flow trade's usual choice).
MOLAR_VOLUME_L: Final = 1000.0 * GAS_CONSTANT * ZERO_C_K / STANDARD_PA  # computed: 22.414
MOL_S_PER_SLPM: Final = 1.0 / (60.0 * MOLAR_VOLUME_L)
WATER_KG_MOL: Final = 0.018015
ROOM_O2: Final = 0.2095  # mole fraction of room air, literature


@unique
class InitialGas(Enum):
    """What the headspace holds when a charged jar is brought in."""

    AIR = "air"  # dock line and headspace as the room: the worst case
    GLOVEBOX = "glovebox"
    DOCKED = "docked"  # glovebox gas that has met the air of the dock line


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Value):
    """The powder in the jar. Masses kg, sizes m (volume medians), densities kg/m3.

    `water_ppm` is the labile water by mass of the whole charge; 20 ppm or less is dry powder.
    """

    cam_kg: float
    sse_kg: float
    core_d50_m: float = 13e-6
    sse_d50_m: float = 0.8e-6  # assumed
    core_kg_m3: float = 4780.0  # literature: NMC811 crystal
    sse_kg_m3: float = 1640.0  # literature: common value for Li6PS5Cl; the crystal has 1860
    shell_solid_fraction: float = 1.0
    water_ppm: float = 20.0

    @property
    def mass_kg(self) -> float:
        """Mass of both powders."""
        return self.cam_kg + self.sse_kg

    @property
    def solid_volume_ratio(self) -> float:
        """Solid volume of all charged electrolyte over that of all cores."""
        return self.sse_kg * self.core_kg_m3 / (self.cam_kg * self.sse_kg_m3)

    @property
    def solid_l(self) -> float:
        """Volume that the solids take from the gas."""
        return 1000.0 * (self.cam_kg / self.core_kg_m3 + self.sse_kg / self.sse_kg_m3)

    @property
    def water_mol(self) -> float:
        """Labile water."""
        return self.water_ppm * 1e-6 * self.mass_kg / WATER_KG_MOL


@dataclass(frozen=True, slots=True, kw_only=True)
class CoatingParameters(Value):
    """Kinetics of attachment, smearing, detachment and damage.

    All assumed, tuned to one anchor: 97 to 100 % of coverage after 5 to 10 min at 5,000 rpm and
    more in mechanofusion (Kissel et al., Nat. Commun. 2026). The fall above a critical speed and
    its D^-0.5 follow Naito et al., Kagaku Kogaku Ronbunshu 24 (1998) 52.
    """

    n0_rps: float = 100.0
    v0_m_s: float = 25.0
    v_exponent: float = 2.0
    deagglomeration_per_s: float = 0.010
    attachment_per_s: float = 0.05
    smearing_per_s: float = 0.008
    detachment_per_s: float = 0.02
    breakage_per_s: float = 2e-4
    lost_share: float = 0.03
    smear_max: float = 4.0
    v_crit_m_s: float = 35.0
    core_ref_m: float = 13e-6
    damage_j_per_kg: float = 5e6


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveParameters(Value):
    """Blade, shaft, motor and frequency converter. All assumed for a machine of this size."""

    blade_m: float
    inertia_kg_m2: float
    friction_nm: float
    bed_nm: float  # Coulomb drag of a bed at rest, until the blade reaches `fluid_rps`
    fluid_rps: float = 5.0
    thrown_share: float = 0.03  # share of the charge brought to tip speed in each revolution
    power_number: float = 0.6  # windage
    gas_kg_m3: float = 1.6  # literature: argon at 1 bar and 25 °C
    cohesion_agglomerated: float = 0.3
    cohesion_coated: float = -0.1
    cohesion_caked: float = 0.0
    max_rps: float
    overspeed_rps: float  # the hard-wired guard
    ramp_up_rps_s: float
    ramp_down_rps_s: float
    rated_torque_nm: float
    rated_power_w: float
    overload: float = 1.5  # torque limit over rated
    overload_s: float = 75.0  # integral of (T/T_rated)^2 - 1 until the drive trips: 60 s at 150 %
    motor_efficiency: float = 0.85
    idle_w: float
    idle_current_a: float
    rated_current_a: float
    motor_j_k: float
    motor_w_k: float
    motor_trip_c: float = 130.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalParameters(Value):
    """Two nodes, powder and jar. All assumed but the heat capacity's lower bound.

    NMC alone has about 700 J/(kg K) in battery models (literature); 850 is for the mix.
    """

    powder_j_kg_k: float = 850.0
    jar_kg: float
    jar_j_kg_k: float = 500.0  # literature: stainless steel
    ha_on_w_k: float
    ha_off_w_k: float
    full_contact_rps: float = 30.0
    ua_bare_w_k: float
    ua_jacket_w_k: float  # bare loss included
    cooling_lpm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GasParameters(Value):
    """Vessel, argon supply, exhaust, leak and chemistry. Pressures mbar, flows slpm."""

    vessel_l: float
    sweep_mixing: float = 0.5  # literature: 0.1 to 1 in engineering use; assumed
    argon_o2_ppm: float = 2.0  # literature: typical split of grade 5.0
    argon_h2o_ppm: float = 3.0  # literature: typical split of grade 5.0
    argon_full_scale_slpm: float = 10.0
    flow_lag_s: float = 0.5  # assumed
    bleed_slpm: float  # assumed
    bottle_l: float = 50.0  # literature: the usual cylinder
    bottle_bar_g: float = 200.0
    regulator_mbar_g: float = 3000.0  # assumed
    full_flow_drop_mbar: float = 500.0  # assumed: what the flow controller needs across it
    valve_travel_s: float = 0.3  # assumed
    check_mbar: float = 30.0  # assumed: cracking pressure of the exhaust check valve
    exhaust_slpm_mbar: float  # assumed: conductance of exhaust and scrubber
    vent_slpm_mbar: float  # assumed: conductance around the check valve
    relief_mbar: float = 500.0
    relief_slpm_mbar: float  # assumed
    leak_mbar_l_s: float  # assumed: viscous, at 200 mbar gauge and 1,013 mbar ambient
    diffusion_share: float = 0.1  # assumed: air that gets in against the stream, over the leak
    lid_exchange_s: float = 2.0  # assumed: open vessel and room become one gas
    dock_line_share: float = 0.005  # assumed: air of the dock line over the headspace it meets
    desorption_25_per_s: float = 2e-5  # assumed
    desorption_j_mol: float = 50e3  # assumed
    # 0.1 cm3 H2S per g in 30 min at -40 °C dew point, on (Li2S)75(P2S5)25 + LiI (literature:
    # Yersak et al., Front. Energy Res. 2022, 882508); argyrodite may differ by several times.
    hydrolysis_mol_g_s_pa: float = 1.8e-10
    h2s_per_water: float = 1.0  # literature: Li6PS5Cl + 4 H2O -> Li3PO4 + Li2S + LiCl + 4 H2S
    sample_slpm: float = 0.5  # assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomParameters(Value):
    """The room around the mill."""

    volume_l: float = 30_000.0
    air_changes_per_h: float = 6.0  # assumed
    ambient_c: float = 22.0
    coolant_c: float = 22.0
    ambient_mbar: float = 1013.25
    h2o: float = 0.0139  # mole fraction, computed: 23 °C and 50 % relative humidity


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorParameters(Value):
    """Lags (s), noise (one sigma, in the signal's unit) and ranges of the transmitters.

    Typical data-sheet values of the classes of device, none of one certain device: assumed.
    """

    o2_lag_s: float = 15.0 / math.log(10.0)  # T90 15 s, electrochemical
    o2_range_ppm: float = 1000.0
    o2_noise_ppm: float = 0.05
    frost_up_lag_s: float = 5.0
    frost_down_lag_s: float = 45.0  # drying down is much slower than wetting up
    frost_min_c: float = -100.0  # below what is stated, such probes still tell
    frost_max_c: float = 20.0
    frost_noise_c: float = 0.05
    h2s_lag_s: float = 30.0 / math.log(10.0)  # T90 30 s
    h2s_range_ppm: float = 100.0
    h2s_noise_ppm: float = 0.05
    powder_lag_s: float = 10.0
    jar_lag_s: float = 5.0
    temperature_noise_c: float = 0.02
    pressure_min_mbar: float = -100.0
    pressure_max_mbar: float = 600.0
    pressure_noise_mbar: float = 0.02
    ambient_noise_mbar: float = 0.05
    supply_noise_bar: float = 0.05
    flow_noise_slpm: float = 0.004
    sample_noise_slpm: float = 0.005
    speed_noise_rpm: float = 1.0
    torque_noise_share: float = 0.01  # of rated torque
    cooling_noise_lpm: float = 0.02
    room_o2_noise_percent: float = 0.02
    room_h2s_noise_ppm: float = 0.02
    room_h2s_range_ppm: float = 50.0
    room_lag_s: float = 20.0 / math.log(10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MillParameters(Value):
    """One whole plant."""

    coating: CoatingParameters = field(default_factory=CoatingParameters)
    drive: DriveParameters
    thermal: ThermalParameters
    gas: GasParameters
    room: RoomParameters = field(default_factory=RoomParameters)
    sensors: SensorParameters = field(default_factory=SensorParameters)
    standstill_rpm: float = 5.0
    standstill_s: float = 2.0
    lock_travel_s: float = 0.2  # assumed
    dt_max_s: float = 0.1


LAB: Final = MillParameters(
    drive=DriveParameters(
        blade_m=0.08,
        inertia_kg_m2=3e-4,
        friction_nm=0.02,
        bed_nm=0.25,
        max_rps=200.0,
        overspeed_rps=215.0,
        ramp_up_rps_s=20.0,
        ramp_down_rps_s=20.0,
        rated_torque_nm=1.2,  # computed: 0.75 kW at 6,000 rpm
        rated_power_w=750.0,
        idle_w=25.0,
        idle_current_a=1.2,
        rated_current_a=3.0,
        motor_j_k=4000.0,
        motor_w_k=2.5,
    ),
    thermal=ThermalParameters(
        jar_kg=1.2,
        ha_on_w_k=3.0,
        ha_off_w_k=0.6,
        ua_bare_w_k=1.0,
        ua_jacket_w_k=15.0,
        cooling_lpm=2.0,
    ),
    gas=GasParameters(
        vessel_l=0.5,
        bleed_slpm=0.1,
        exhaust_slpm_mbar=0.5,
        vent_slpm_mbar=3.0,
        relief_slpm_mbar=0.5,
        leak_mbar_l_s=1e-5,
    ),
)
"""0.5 L mill of 0.75 kW with a blade of 80 mm, charge about 100 g."""

PILOT: Final = MillParameters(
    drive=DriveParameters(
        blade_m=0.35,
        inertia_kg_m2=0.12,
        friction_nm=0.6,
        bed_nm=14.0,
        max_rps=2000.0 / 60.0,
        overspeed_rps=2150.0 / 60.0,
        ramp_up_rps_s=1.0,
        ramp_down_rps_s=1.0,
        rated_torque_nm=36.0,  # computed: 5.5 kW at 1,460 rpm
        rated_power_w=5500.0,
        idle_w=120.0,
        idle_current_a=5.0,
        rated_current_a=11.5,
        motor_j_k=20_000.0,
        motor_w_k=10.0,
    ),
    thermal=ThermalParameters(
        jar_kg=60.0,
        ha_on_w_k=60.0,
        ha_off_w_k=10.0,
        ua_bare_w_k=12.0,  # computed: the lab's, by surface
        ua_jacket_w_k=200.0,
        cooling_lpm=15.0,
    ),
    gas=GasParameters(
        vessel_l=20.0,
        argon_full_scale_slpm=50.0,
        bleed_slpm=0.5,
        exhaust_slpm_mbar=2.5,
        vent_slpm_mbar=15.0,
        relief_slpm_mbar=2.5,
        leak_mbar_l_s=1e-4,
    ),
    sensors=SensorParameters(o2_range_ppm=300_000.0),  # optical, not a 4-20 mA loop
)
"""20 L mill of 5.5 kW with a blade of 350 mm, charge about 6 kg."""
