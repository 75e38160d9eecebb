"""One seed from its plan to its verdict: trouble, then everything mended, then a good batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from controller.core.commands import Command, CommandName
from controller.core.events import EventKind
from controller.core.hands import NOBODY, Mode
from controller.core.outputs import Outputs
from controller.core.permissives import Permissive, reset_permissives, start_permissives
from controller.core.signals import Image, Signal
from controller.core.state import Decision, ScanState, initial_state
from controller.core.states import State
from controller.records.schema import RECORD_NAME
from sim.faults.inject import Injector
from sim.faults.model import Planned
from sim.gas import Room
from sim.mill import Mill
from sim.parameters import InitialGas
from sim.prove.atlas import within_reach
from sim.prove.book import Book
from sim.prove.checker import Checker, max_ages_s
from sim.prove.hands_on import HandsOn
from sim.prove.ledger import Breach
from sim.prove.papers import Papers
from sim.prove.people import People
from sim.prove.plan import CRASH, Crash, Plan, draw, people
from sim.prove.stage import plant, recipe_of, world_of
from sim.world import PERIOD_S, Operator, powder_of

TO_IDLE_S: Final = 240.0
TO_START_S: Final = 240.0
TO_RUNNING_S: Final = 10.0
TO_COMPLETE_S: Final = 1_500.0
DOCKING_S: Final = 60.0
ACT_SCANS: Final = 10
# Where the record of a run is kept: nothing of it outlives the run.
_SHM: Final = Path("/dev/shm")  # noqa: S108 - inside it a folder of our own is made
_MEMORY: Final = _SHM if _SHM.is_dir() else None
_BY_ITSELF: Final = ("hold", "stop", "abort")
_ENDED: Final = (State.COMPLETE, State.STOPPED, State.ABORTED)
_ON_THEIR_WAY: Final = (State.STOPPING, State.ABORTING, State.RESETTING)


@dataclass(slots=True)
class Verdict:
    """What came of one seed."""

    seed: int
    clean: bool = False
    scans: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    witness: Counter[str] = field(default_factory=Counter)
    breaches: tuple[Breach, ...] = ()
    spurious: int = 0


def run_seed(seed: int, *, mended: bool = True) -> Verdict:
    """Runs one seed until it is over or the first invariant does not hold.

    Without `mended` it is over when the trouble is.
    """
    with TemporaryDirectory(prefix="blademill-", dir=_MEMORY) as folder:
        return Run(draw(seed), Path(folder)).verdict(mended)


class _Broken(Exception):
    """An invariant did not hold: the run is over."""


class Run:
    """The world of one plan, step by step."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Keeps its record in `folder`."""
        self.plan = plan
        self.recipe = recipe_of(plan)
        self.world, begun = world_of(plan)
        self.begin_s = self.world.now_s
        self.spurious = 0
        self.scans = 0
        self._hot = plan.clean
        self.checker = Checker(plant().equipment, PERIOD_S, max_ages_s(plant()))
        if plan.warm or plan.by_hand:
            self.checker.take_over(self.world.state)
        names = [planned.fault.name for planned in plan.faults]
        self.checker.within(within_reach(names + ["scan_crash"] * len(plan.crashes)))
        kind = HandsOn if plan.by_hand else People
        self.people = kind(plan.habits, self.recipe, people(plan.seed), self.begin_s)
        self.world.inject([self._shifted(one) for one in plan.faults], plant())
        self._crashes = sorted(plan.crashes, key=lambda crash: -crash.at_s)
        self.book = Book(plant(), folder, self._heard, self._record_is_lost)
        self.book.follow(begun)
        self.papers = Papers(folder / RECORD_NAME, self.book.last_seq, self.world.outputs)
        self.world.record = self.book

    def _heard(self, outputs: Outputs) -> None:
        self.papers.heard(outputs)

    def _record_is_lost(self) -> bool:
        return self.faults.wire.record_lost

    def _shifted(self, one: Planned) -> Planned:
        return replace(one, on_s=one.on_s + self.begin_s, off_s=one.off_s + self.begin_s)

    @property
    def faults(self) -> Injector:
        """The faults of this world."""
        found = self.world.plant.faults
        if found is None:
            raise AssertionError("no faults were planned in this world")
        return found

    @property
    def state(self) -> State:
        """The state of the batch."""
        return self.world.state.state

    def verdict(self, mended: bool) -> Verdict:
        """Runs it all, or the trouble alone."""
        try:
            self._trouble()
            if mended:
                self._mend()
                self._to_idle()
                self._good_batch()
        except _Broken:
            pass
        self._audit()
        begun_s = self.world.now_s - self.begin_s
        injected = Counter(p.fault.name for p in self.plan.faults if p.on_s <= begun_s)
        injected[CRASH] += len(self.plan.crashes) - len(self._crashes)
        return Verdict(
            self.plan.seed,
            self.plan.clean,
            self.scans,
            +injected,
            self.checker.witness,
            tuple(self.checker.breaches),
            self.spurious,
        )

    def _audit(self) -> None:
        """The record, when nothing more happens."""
        self.checker.breaches.extend(self.papers.audit(self.book.quiet))
        self.checker.witness.update(self.papers.witness)
        self.book.close()

    def step(self, commands: tuple[Command, ...]) -> Decision:
        """One period, checked."""
        world, checker = self.world, self.checker
        scan, now_s, was = world.scans, world.now_s, world.state.state
        made = world.step(commands)
        self.scans += 1
        if self.faults.stalled:
            checker.silent(world.mill)
        else:
            self.papers.note(scan, was, made)
            checker.check(scan, now_s, world.image, commands, made, world.mill)
            if self._hot and made.events:
                self._count_spurious(made)
        if checker.breaches:
            raise _Broken
        return made

    def _count_spurious(self, made: Decision) -> None:
        """L5: on a plant where nothing fails, nothing moves to safety by itself."""
        accepted = {e.data["command"] for e in made.events if e.kind is EventKind.COMMAND_ACCEPTED}
        for event in made.events:
            trigger = event.data.get("trigger")
            if trigger in _BY_ITSELF and trigger not in accepted:
                self.spurious += self.plan.clean
                self._fail("L5" if self.plan.clean else "L2", event.text)

    def _fail(self, name: str, text: str) -> None:
        world = self.world
        self.checker.breaches.append(Breach(name, world.scans, round(world.now_s, 3), text))

    def _give_up(self, name: str, text: str) -> None:
        self._fail(name, text)
        raise _Broken

    # The trouble.

    def _trouble(self) -> None:
        for _ in range(round(self.plan.for_s / PERIOD_S)):
            if self._crashes and self.world.now_s - self.begin_s >= self._crashes[-1].at_s:
                self._crash(self._crashes.pop())
            self.step(self.people.commands(self.world))

    def _crash(self, crash: Crash) -> None:
        world = self.world
        self.faults.stall(crash.for_s)
        self.papers.crashed()
        equipment = plant().equipment
        kept = self.book.quiet
        crashed, hands = self.book.crash(equipment)
        self.papers.back()
        world.state = initial_state(equipment, world.now_s + crash.for_s, crashed, hands)
        world.outputs = world.state.outputs
        self.checker.crashed(kept)

    # Everything mended, and liveness.

    def _mend(self) -> None:
        self.faults.heal()
        if not self.plan.clean:
            mend(self.world.mill)

    def _to_idle(self) -> None:
        """L3: from every state some command leads to IDLE. A drive's fault is reset on the way."""
        while self.faults.stalled:
            self.step(())
        self.step(())
        if self.state is State.IDLE and self.world.image.values[Signal.DRIVE_FAULT_CODE] != 0.0:
            self.step((self._command(CommandName.STOP),))
        self._until(State.IDLE, TO_IDLE_S, "L3")
        if self.world.state.crashed is not None:
            self.step((self._command(CommandName.SCRAP),))

    def _until(self, wanted: State, limit_s: float, name: str) -> None:
        begin_s = self.world.now_s
        while self.state is not wanted or self.world.state.hands is not NOBODY:
            self.step(self._asked())
            if self.world.now_s - begin_s > limit_s:
                text = f"{self.state.value}, not {wanted.value}, after {limit_s:g} s"
                self._give_up(name, f"{text}: {self._missing(reset_permissives)}")

    def _asked(self) -> tuple[Command, ...]:
        if self.world.scans % ACT_SCANS:
            return ()
        if self.state in _ON_THEIR_WAY:
            return (self._command(CommandName.ACK),)
        given_back = self._given_back()
        if self.state is State.IDLE:
            return given_back
        ending = CommandName.RESET if self.state in _ENDED else CommandName.STOP
        return *given_back, self._command(CommandName.ACK), self._command(ending)

    def _given_back(self) -> tuple[Command, ...]:
        """What ends all that people have set by hand."""
        hands = self.world.state.hands
        names = [CommandName.PURGE_END] if hands.sweep is not None else []
        if hands.mode is not Mode.AUTO:
            manual = hands.mode is Mode.MANUAL
            names.append(CommandName.AUTO if manual else CommandName.MAINTENANCE_END)
        version, number = self.world.state.version, 1_000_000 + self.world.scans
        ends = (
            self.people.command(CommandName.BYPASS_END, number + index, version, row=row)
            for index, row in enumerate(hands.bypassed)
        )
        return *(self._command(name) for name in names), *ends

    def _command(self, name: CommandName) -> Command:
        return self.people.command(name, 1_000_000 + self.world.scans, self.world.state.version)

    def _good_batch(self) -> None:
        """L2: on a mended plant, with a fresh jar, a batch can be run."""
        world = self.world
        if not self.plan.clean:
            self._fresh_jar()
            self._to_idle()  # for a drive that has tripped meanwhile
        operator = Operator(self.recipe)
        begin_s = world.now_s
        while self.state is State.IDLE:
            if operator.done:
                operator = Operator(self.recipe)  # the start was refused after all
            asked = operator.commands(world)
            if world.scans % ACT_SCANS == 0:
                asked = (self._command(CommandName.ACK), *asked)
            self.step(asked)
            if world.now_s - begin_s > TO_START_S:
                self._give_up(
                    "L2", f"no start after {TO_START_S:g} s: {self._missing(start_permissives)}"
                )
        self._hot = True
        self._follow(State.RUNNING, TO_RUNNING_S)
        if self.plan.to_the_end:
            self._follow(State.COMPLETE, TO_COMPLETE_S)

    def _missing(self, permissives: Callable[[ScanState, Image], tuple[Permissive, ...]]) -> str:
        checks = permissives(self.world.state, self.world.image)
        return "; ".join(check.missing for check in checks if not check.ok)

    def _follow(self, wanted: State, limit_s: float) -> None:
        begin_s = self.world.now_s
        while self.state is not wanted:
            self.step(())
            if self.world.now_s - begin_s > limit_s:
                self._give_up("L2", f"{self.state.value}, not {wanted.value}")

    def _fresh_jar(self) -> None:
        """The old powder is taken out, and a fresh jar is put in."""
        mill = self.world.mill
        begin_s = self.world.now_s
        while not mill.load(powder_of(self.recipe), InitialGas.GLOVEBOX):
            self.step(())
            if self.world.now_s - begin_s > TO_IDLE_S:
                self._give_up("L3", f"the blade still turns at {mill.rotor_rpm:.0f} rpm")
        if self.plan.to_the_end:
            # A leak test believes the thermometers, and those take their time with a fresh jar.
            for _ in range(round(DOCKING_S / PERIOD_S)):
                self.step(())


def mend(mill: Mill) -> None:
    """What people left behind and what no fault takes back: put right by hand, aired and cooled."""
    k = mill.parameters
    mill.close_lid()
    mill.release_estop()
    mill.reset_safety_relay()
    mill.supply.bottle_sl = k.gas.bottle_l * k.gas.bottle_bar_g
    mill.heat.jar_c = mill.heat.powder_c = mill.drive.motor_c = k.room.ambient_c
    mill.room = Room(k.room.volume_l, k.room.air_changes_per_h)
