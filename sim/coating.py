"""How the electrolyte goes onto the cores, and what too much milling does.

Electrolyte fractions: agglomerated, free (fines), attached, lost (wall cake or fragments); they
sum to one. De-agglomeration limits the rate; attached guests detach above a critical tip speed.
Forms and constants are assumed, see `sim.parameters.CoatingParameters`.
"""

from __future__ import annotations

import math

from sim.compiling import mypyc_attr
from sim.parameters import Charge, CoatingParameters


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Coating:
    """State of the shell while the blade turns. Advance with `step`, read the attributes."""

    __slots__ = (
        "_attach",
        "_break",
        "_deagglomerate",
        "_detach",
        "_inv_n0",
        "_kg",
        "_smear",
        "_smear_max",
        "_speed_ratio",
        "_stress",
        "_v_exponent",
        "agglomerated",
        "attached",
        "broken",
        "charge",
        "energy_j_kg",
        "free",
        "gamma",
        "lost",
        "parameters",
        "smear",
    )

    def __init__(self, parameters: CoatingParameters, charge: Charge, blade_m: float) -> None:
        k = parameters
        self.parameters = k
        self.charge = charge
        self.agglomerated = 1.0
        self.free = 0.0
        self.attached = 0.0
        self.lost = 0.0
        self.smear = 1.0
        self.broken = 0.0
        self.energy_j_kg = 0.0
        # Guest projected area over core surface, all guest counted once.
        self.gamma = charge.solid_volume_ratio * charge.core_d50_m / (4.0 * charge.sse_d50_m)
        tip_m = math.pi * blade_m
        v_crit = k.v_crit_m_s * math.sqrt(k.core_ref_m / charge.core_d50_m)
        self._kg = charge.mass_kg
        self._inv_n0 = 1.0 / k.n0_rps
        self._stress = (tip_m / k.v0_m_s) ** k.v_exponent / k.n0_rps
        self._v_exponent = k.v_exponent
        self._speed_ratio = (tip_m / v_crit) ** 2
        self._deagglomerate = k.deagglomeration_per_s
        self._attach = k.attachment_per_s
        self._smear = k.smearing_per_s
        self._smear_max = k.smear_max
        self._detach = k.detachment_per_s
        self._break = k.breakage_per_s

    def step(self, dt_s: float, speed_rps: float, powder_w: float) -> None:
        """Mill for `dt_s` (at most 0.1 s) at `speed_rps`, with `powder_w` going into the charge."""
        if speed_rps <= 0.0:
            return
        self.energy_j_kg += powder_w * dt_s / self._kg
        work = self._stress * speed_rps * speed_rps**self._v_exponent * dt_s
        loosened = self._deagglomerate * work * self.agglomerated
        caught = self._attach * work * self.free
        self.smear += self._smear * work * (self._smear_max - self.smear)
        over = self._speed_ratio * speed_rps * speed_rps - 1.0
        self.agglomerated -= loosened
        if over > 0.0:
            hits = over * speed_rps * self._inv_n0 * dt_s
            detached = self._detach * hits * self.attached
            gone = self.parameters.lost_share * detached
            self.free += loosened - caught + (detached - gone)
            self.attached += caught - detached
            self.lost += gone
            self.broken += self._break * hits * (1.0 - self.broken)
        else:
            self.free += loosened - caught
            self.attached += caught

    @property
    def coverage(self) -> float:
        """Covered fraction of the core surface."""
        return -math.expm1(-self.gamma * self.smear * self.attached)

    @property
    def conductivity(self) -> float:
        """Ionic conductivity of the electrolyte over that of the fresh one."""
        return math.exp(-self.energy_j_kg / self.parameters.damage_j_per_kg)

    @property
    def local_nm(self) -> float:
        """Thickness on the covered part; its limit for small patches when nothing is attached."""
        charge = self.charge
        covered = self.coverage
        if covered > 1e-9:
            spread = self.attached * charge.solid_volume_ratio / covered
        else:
            spread = 4.0 * charge.sse_d50_m / (charge.core_d50_m * self.smear)
        growth = math.cbrt(1.0 + spread / charge.shell_solid_fraction) - 1.0
        return 0.5e9 * charge.core_d50_m * growth

    @property
    def mean_nm(self) -> float:
        """Thickness averaged over the whole surface, bare places counted as zero."""
        return self.coverage * self.local_nm
