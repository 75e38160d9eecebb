"""The one independent checker: takes a run scan by scan and says which invariant did not hold.

It shares no code and no limit with the interlocks: it sees the image, the commands, what was
decided, and the true plant; numbers are typed out and time is kept here. C invariants hold for any
input whatever; truths about the plant only while the faults are within the atlas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from controller.core.commands import Command
from controller.core.equipment import Equipment
from controller.core.signals import SIGNAL_COUNT, Image
from controller.core.state import Decision, ScanState
from controller.core.states import State
from controller.edge.plantfile import PlantFile
from sim.mill import Mill
from sim.prove.atlas import OUTSIDE
from sim.prove.blade import Blade
from sim.prove.gas import Gas
from sim.prove.hands import ByHand
from sim.prove.health import Health
from sim.prove.ledger import Breach, Ledger
from sim.prove.liveness import Endings
from sim.prove.moves import Moves
from sim.prove.truth import Truth

INF = float("inf")
# Everything that can be at stake, by what it is counted as; "I3 start" is a part of I3.
PREMISES = (
    *("I1", "I1 truth", "I2", "I2 truth", "I3", "I3 start", "I3 run-down", "I4", "I4 lost"),
    *("I5", "I5 high", "I5 open", "I5 room", "I5 truth", "I6 truth", "I7", "I8"),
    *("I9", "I9 by hand", "I9 locked out", "I10", "I11", "I12", "I12 truth", "I13"),
    *("I14", "I14 sample", "I15", "I16", "I16 truth", "I19", "I20", "I20 run"),
    *("I21", "I21 bypass", "I21 maintenance", "I22", "I23", "I23 bypass", "I23 reaction"),
    *("I17", "I18", "I18 move", "I24", "I24 gap", "I25", "I25 end"),
)


def max_ages_s(plant: PlantFile) -> tuple[float, ...]:
    """How old a value of each signal may be, by the plant file alone."""
    ages = [INF] * SIGNAL_COUNT
    for signal, wire in plant.signals.items():
        ages[signal] = next(d.max_age_s for d in plant.devices if d.id == wire.device)
    return tuple(ages)


class Checker:
    """Call `check` after every scan, `silent` for every period without one."""

    __slots__ = ("_blade", "_endings", "_gas", "_hands", "_health", "_ledger", "_moves", "_truth")

    def __init__(
        self,
        equipment: Equipment,
        period_s: float = 0.1,
        max_age_s: tuple[float, ...] = (INF,) * SIGNAL_COUNT,
    ) -> None:
        self._ledger = Ledger(equipment, period_s)
        self._moves = Moves()
        self._blade = Blade(self._ledger)
        self._gas = Gas(max_age_s)
        self._hands = ByHand()
        self._truth = Truth(frozenset(OUTSIDE))
        self._endings = Endings()
        self._health = Health()

    @property
    def breaches(self) -> list[Breach]:
        """What did not hold, in the order in which it was found."""
        return self._ledger.breaches

    @property
    def witness(self) -> Counter[str]:
        """How often each invariant had something to say."""
        return self._ledger.witness

    def within(self, truths: frozenset[str]) -> None:
        """Which truths about the plant can be asked for from now on."""
        self._truth.within = truths

    def check(
        self,
        scan: int,
        now_s: float,
        image: Image,
        commands: Sequence[Command],
        made: Decision,
        mill: Mill | None = None,
    ) -> None:
        """Judges one scan at process time `now_s`, and the plant one period after it."""
        k = self._ledger
        k.take(scan, now_s, image, commands, made)
        self._moves.check(k)
        self._blade.check(k)
        self._gas.check(k)
        self._hands.check(k)
        self._endings.check(k)
        self._health.check(k)
        if mill is not None:
            self._truth.check(k, mill)
            self._health.truth(k, mill, self._truth.within)
        k.close()

    def silent(self, mill: Mill) -> None:
        """A period passed without a scan."""
        self._truth.silent(self._ledger, mill)

    def crashed(self, recorded: bool) -> None:
        """The controller has been killed; the next scan is made by a new one.

        `recorded`: all that it had done was on disk.
        """
        self._ledger.crashed()
        for part in (self._moves, self._blade, self._gas, self._endings, self._health):
            part.crashed()
        self._hands.crashed(recorded)

    def take_over(self, state: ScanState) -> None:
        """Goes on from a batch under way that has been all right so far."""
        self._ledger.now_s = state.now_s
        self._ledger.was, self._ledger.before = state.state, state.outputs
        if state.outputs.spins:
            self._ledger.last_spin_s = state.now_s
        self._moves.take_over(state)
        self._blade.take_over(self._ledger, state)
        self._hands.take_over(self._ledger, state)
        self._ledger.hands = state.hands
        if state.state is State.IDLE and state.batch is None and not state.hands.busy:
            self._moves.fresh = True
