"""Heat: powder and jar as two nodes, a water jacket and the room.

The powder gets the milling power, the jar the windage and half of the friction (assumed). The
powder meets the wall better while it is thrown about, hence a contact that grows with speed.
"""

from __future__ import annotations

from sim.compiling import mypyc_attr
from sim.parameters import ThermalParameters


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Heat:
    """Powder and jar temperature in °C.

    `extra_w` is heat put into the powder from outside the model (an exotherm), normally zero.
    """

    __slots__ = (
        "_contact_slope",
        "_jacket",
        "_jar_k_per_j",
        "_powder_k_per_j",
        "extra_w",
        "jar_c",
        "parameters",
        "powder_c",
    )

    def __init__(self, parameters: ThermalParameters, start_c: float) -> None:
        k = parameters
        self.parameters = k
        self.powder_c = start_c
        self.jar_c = start_c
        self.extra_w = 0.0
        self._jar_k_per_j = 1.0 / (k.jar_kg * k.jar_j_kg_k)
        self._powder_k_per_j = 0.0
        self._contact_slope = (k.ha_on_w_k - k.ha_off_w_k) / k.full_contact_rps
        self._jacket = k.ua_jacket_w_k - k.ua_bare_w_k

    def load(self, powder_kg: float, start_c: float) -> None:
        """Put in a jar with this mass of powder (0: empty), all at one temperature."""
        heat_capacity = powder_kg * self.parameters.powder_j_kg_k
        self._powder_k_per_j = 1.0 / heat_capacity if heat_capacity > 0.0 else 0.0
        self.powder_c = start_c
        self.jar_c = start_c

    def settle(self, coolant_c: float, ambient_c: float) -> None:
        """Take powder and jar to where they come to rest with the cooling on."""
        bare, jacket = self.parameters.ua_bare_w_k, self._jacket
        self.jar_c = self.powder_c = (bare * ambient_c + jacket * coolant_c) / (bare + jacket)

    def step(
        self,
        dt_s: float,
        speed_rps: float,
        powder_w: float,
        wall_w: float,
        cooling: float,
        coolant_c: float,
        ambient_c: float,
    ) -> None:
        """Advance by `dt_s` (at most 0.1 s).

        `wall_w` is what heats the jar (windage and its share of friction), `cooling` the flow
        through the jacket as a fraction of nominal.
        """
        k = self.parameters
        jar_c = self.jar_c
        if self._powder_k_per_j == 0.0:
            jar_in_w = powder_w + wall_w
        else:
            contact = k.ha_off_w_k + self._contact_slope * speed_rps
            to_wall_w = (contact if contact < k.ha_on_w_k else k.ha_on_w_k) * (
                self.powder_c - jar_c
            )
            self.powder_c += (powder_w + self.extra_w - to_wall_w) * dt_s * self._powder_k_per_j
            jar_in_w = to_wall_w + wall_w
        loss_w = k.ua_bare_w_k * (jar_c - ambient_c) + self._jacket * cooling * (jar_c - coolant_c)
        self.jar_c = jar_c + (jar_in_w - loss_w) * dt_s * self._jar_k_per_j
        if self._powder_k_per_j == 0.0:
            self.powder_c = self.jar_c
