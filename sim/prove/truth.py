"""What is so in the plant, which the controller may not see (I1, I2, I5, I6, I12, I13, I15)."""

from __future__ import annotations

from typing import Final

from sim.mill import Mill
from sim.prove.ledger import Ledger

TURNING_RPM: Final = 20.0
HIGH_MBAR: Final = 340.0
RELIEF_MARGIN_MBAR: Final = 50.0
LOW_MBAR: Final = -2.0
HOT_C: Final = 70.0
TOO_FAST: Final = 1.10
LATE_SCANS: Final = 5
WATCHDOG_S: Final = 1.0


class Truth:
    """Counts for how many scans something has been so; a plant may be some scans late."""

    __slots__ = ("_bad", "_silent_s", "within")

    def __init__(self, within: frozenset[str]) -> None:
        self.within = within
        self._bad: dict[str, int] = {}
        self._silent_s = 0.0

    def check(self, k: Ledger, mill: Mill) -> None:
        """Judges the plant one period after the scan."""
        self._silent_s = 0.0
        u, within = k.sent, self.within
        if u.spins:
            open_ = not (mill.lid_locked and mill.lid_closed)
            if "I1 truth" in within:
                k.witness["I1 truth"] += 1
                self._must(k, "I1", open_, LATE_SCANS, "driven with a lid that is not locked")
            too_fast = 60.0 * mill.drive.speed_rps > TOO_FAST * k.equipment.rotor_rpm_max
            if "I12 truth" in within:
                k.witness["I12 truth"] += 1
                self._must(k, "I12", too_fast, LATE_SCANS, "driven on above its highest speed")
        elif u.lid_unlock and "I2 truth" in within:
            k.witness["I2 truth"] += 1
            turns = 60.0 * mill.drive.speed_rps > TURNING_RPM
            self._must(k, "I2", turns, 0, "unlocked while it turns")
        self._pressure(k, mill)
        if mill.heat.powder_c > HOT_C and "I13 truth" in within:
            k.breach("I13", f"powder at {mill.heat.powder_c:.0f} °C")

    def _pressure(self, k: Ledger, mill: Mill) -> None:
        gauge_mbar = mill.vessel.pressure_mbar - mill.ambient_mbar
        within = self.within
        if gauge_mbar > HIGH_MBAR:
            k.witness["I5 truth"] += 1
            if "I5 truth" in within:
                k.breach("I5", f"vessel at {gauge_mbar:.0f} mbar")
            most_mbar = k.equipment.relief_mbar_g + RELIEF_MARGIN_MBAR
            if "I5 relief" in within and gauge_mbar > most_mbar:
                k.breach("I5", f"vessel at {gauge_mbar:.0f} mbar, above its relief valve")
        if gauge_mbar < LOW_MBAR and mill.lid_closed and "I6 truth" in within:
            k.witness["I6 truth"] += 1
            trusted = k.state.watch.credit
            self._must(k, "I6", trusted, LATE_SCANS, "air can be drawn in, and the purge counts")

    def silent(self, k: Ledger, mill: Mill) -> None:
        """I15: a period without a scan; the plant's watchdogs must take the permit away."""
        self._silent_s += k.period_s
        if self._silent_s > WATCHDOG_S + 1.5 * k.period_s and "I15 truth" in self.within:
            k.witness["I15"] += 1
            if mill.drive.permit:
                k.breach("I15", f"driven {self._silent_s:.1f} s after the last scan")

    def _must(self, k: Ledger, invariant: str, is_bad: bool, scans: int, text: str) -> None:
        count = self._bad.get(text, 0) + 1 if is_bad else 0
        self._bad[text] = count
        if count > scans:
            k.breach(invariant, text)
