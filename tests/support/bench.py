"""The scan of a lab mill alone: a short recipe, images, states, and a bench that feeds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from controller.core.batch import Batch, Position, Step
from controller.core.commands import Charge, Command, CommandName
from controller.core.events import Event
from controller.core.image import assemble
from controller.core.interlocks import matrix_for
from controller.core.outputs import DEAD, Outputs
from controller.core.recipe import (
    CoolDown,
    LeakTest,
    MillHold,
    MillPulse,
    ProveInert,
    Purge,
    Recipe,
    SafeToOpen,
)
from controller.core.roles import Role
from controller.core.scan import scan
from controller.core.signals import Image, Signal
from controller.core.state import CommandResult, Decision, ScanState, initial_state
from controller.core.states import State
from controller.core.trust import MOVING
from controller.core.watch import Watch
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import load_recipe

ROOT = Path(__file__).parents[2]
PLANT = load_plant(ROOT / "deploy" / "lab-0.5l.toml")
LAB = PLANT.equipment
BM_05 = load_recipe(ROOT / "recipes" / "bm-05.toml", LAB)
PERIOD_S = 0.1

LEAK_TEST = LeakTest(
    type="leak_test",
    pressure_mbar_g=60.0,
    settle_s=2.0,
    hold_s=30.0,
    accept_mbar_l_s=1e-2,
    time_limit_s=100.0,
)
PURGE = Purge(type="purge", argon_flow_slpm=9.0, min_volumes=20.0, dwell_s=10.0, time_limit_s=400.0)
PROVE_INERT = ProveInert(
    type="prove_inert",
    slope_s=30.0,
    o2_slope_max_ppm_per_min=2.0,
    argon_flow_slpm=5.0,
    dwell_s=60.0,
    time_limit_s=300.0,
)
MILL_HOLD = MillHold(
    type="mill_hold",
    rotor_rpm=2000.0,
    ramp_rpm_per_s=600.0,
    argon_flow_slpm=2.0,
    powder_high_c=45.0,
    powder_low_c=38.0,
    time_limit_s=200.0,
    end_revolutions=200.0,
)
MILL_PULSE = MillPulse(
    type="mill_pulse",
    rotor_rpm=3000.0,
    ramp_rpm_per_s=600.0,
    on_s=12.0,
    off_s=15.0,
    argon_flow_slpm=2.0,
    powder_high_c=45.0,
    powder_low_c=38.0,
    time_limit_s=200.0,
    end_on_time_s=30.0,
)
COOL_DOWN = CoolDown(type="cool_down", powder_c=35.0, argon_flow_slpm=2.0, time_limit_s=600.0)
SAFE_TO_OPEN = SafeToOpen(
    type="safe_to_open", h2s_max_ppm=5.0, dwell_s=5.0, argon_flow_slpm=2.0, time_limit_s=300.0
)

SHORT: Recipe = replace(
    BM_05,
    id="SHORT",
    phases=(LEAK_TEST, PURGE, PROVE_INERT, MILL_HOLD, MILL_PULSE, COOL_DOWN, SAFE_TO_OPEN),
)
"""Every phase and two mill segments in about five minutes of plant time."""

# A vessel under cover gas at rest: every start and run limit is met.
CALM: dict[Signal, float] = {
    Signal.LID_CLOSED: 1.0,
    Signal.LID_LOCKED: 1.0,
    Signal.ESTOP_HEALTHY: 1.0,
    Signal.STANDSTILL: 1.0,
    Signal.MOTOR_C: 25.0,
    Signal.VESSEL_PRESSURE_MBAR_G: 31.0,
    Signal.AMBIENT_PRESSURE_MBAR_ABS: 1013.0,
    Signal.ARGON_SUPPLY_BAR_G: 180.0,
    Signal.EXHAUST_VALVE_OPEN: 1.0,
    Signal.SAMPLE_FLOW_SLPM: 0.5,
    Signal.O2_PPM: 2.0,
    Signal.FROST_POINT_C: -75.0,
    Signal.ROOM_O2_PERCENT: 20.9,
    Signal.JAR_C: 24.0,
    Signal.POWDER_PROBE_C: 24.0,
    Signal.COOLING_FLOW_LPM: 2.0,
    Signal.MAINS_HEALTHY: 1.0,
}


def image(changes: dict[Signal, float] | None = None) -> Image:
    """A calm image with some signals changed; NaN becomes UNKNOWN as it does in a live scan."""
    values = [0.0] * len(Signal)
    for signal, value in (CALM | (changes or {})).items():
        values[signal] = value
    assembled = assemble(values)
    if changes and Signal.H2O_PPM in changes and assembled.quality[Signal.H2O_PPM].usable:
        # Water is derived from the frost point; a test may want a certain number of ppm.
        found = list(assembled.values)
        found[Signal.H2O_PPM] = changes[Signal.H2O_PPM]
        return Image(found, assembled.quality, assembled.age_s)
    return assembled


CHARGE = Charge(
    cam_mass_g=95.0,
    sse_mass_g=5.0,
    cam_lot="C-1",
    sse_lot="S-1",
    blade_id="BLADE-1",
    emptied_and_cleaned=True,
)


def command(name: CommandName, number: int = 0, **more: object) -> Command:
    """One command of somebody who has every role; a reset is by the second person."""
    user = "second tester" if name is CommandName.RESET else "tester"
    who = {"user": user, "roles": frozenset(Role), "proved": True}
    return Command(id=f"{name.value}-{number}", name=name, **(who | more))  # type: ignore[arg-type]


def seen(state: ScanState, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands as of people who look at the state as it is, unless they say otherwise."""
    return tuple(
        replace(given, state_version=state.version) if given.state_version is None else given
        for given in commands
    )


def load(recipe: Recipe = SHORT, batch_id: str = "B-1") -> Command:
    """The command that loads a recipe."""
    return command(CommandName.LOAD, recipe=recipe, batch_id=batch_id)


def charge(form: Charge = CHARGE) -> Command:
    """The command that confirms a charge."""
    return command(CommandName.CHARGE, charge=form)


BATCH = Batch("B-1", SHORT, "tester", LAB, CHARGE, started_s=0.0)
TURNING = Outputs(
    run=True, rotor_rpm=3000.0, run_permit=True, argon_flow_slpm=2.0, supply_open=True, beacon=True
)
TURNS: dict[Signal, float] = {
    Signal.ROTOR_RPM: 3000.0,
    Signal.DRIVE_STATE: 3.0,
    Signal.STANDSTILL: 0.0,
    Signal.RUN_PERMIT_FEEDBACK: 1.0,
    Signal.TORQUE_NM: 0.2,
    Signal.SHAFT_POWER_W: 60.0,
}


def phase_index(kind: type, batch: Batch = BATCH) -> int:
    """The place of the first phase of this type."""
    return next(i for i, phase in enumerate(batch.phases) if isinstance(phase, kind))


def state_in(
    state: State,
    phase: type = MillPulse,
    step: Step = Step.ON,
    *,
    credit: bool = True,
    outputs: Outputs = DEAD,
    batch: Batch = BATCH,
) -> ScanState:
    """A controller in this state and phase that has seen a calm plant for a long time."""
    index = phase_index(phase, batch)
    return replace(
        initial_state(LAB),
        state=state,
        matrix=matrix_for(LAB, batch.recipe.atmosphere),
        batch=batch,
        position=Position(
            index=index,
            step=step,
            pulses=0 if step is Step.BEGIN else 1,
            mill_index=index if phase in (MillHold, MillPulse) else batch.first_mill,
        ),
        watch=Watch(
            still_since_s=-1000.0 if not outputs.run else float("inf"),
            last_spin_s=-1000.0,
            start_ok_since_s=-1000.0,
            credit=credit,
            peak_rpm=outputs.rotor_rpm,
            follow_rpm=outputs.rotor_rpm,
        ),
        outputs=outputs,
    )


class Bench:
    """The scan alone, fed with images: drive, argon flow and valves follow what was sent."""

    def __init__(self, state: ScanState, period_s: float = PERIOD_S) -> None:
        self.state = state
        self.period_s = period_s
        self.scans = 0
        self.image = image()
        self.events: list[Event] = []
        self.results: list[CommandResult] = []

    @property
    def now_s(self) -> float:
        """Process time of the last scan."""
        return self.scans * self.period_s

    @property
    def outputs(self) -> Outputs:
        """What was sent last."""
        return self.state.outputs

    def see(
        self,
        changes: dict[Signal, float] | None = None,
        *commands: Command,
        seconds: float = 0.0,
        now_s: float | None = None,
    ) -> Decision:
        """Scans for so long (at least one), the commands in the first; the last decision."""
        decision = self._scan(changes or {}, commands, now_s)
        for _ in range(round(seconds / self.period_s) - 1):
            decision = self._scan(self._stirred(changes or {}), (), None)
        return decision

    def _stirred(self, values: dict[Signal, float]) -> dict[Signal, float]:
        """No transmitter of a living plant is ever quite still."""
        stir = 1.0 + 1e-9 * self.scans
        return {s: stir * value if s in MOVING else value for s, value in values.items()}

    def _scan(
        self, changes: dict[Signal, float], commands: tuple[Command, ...], now_s: float | None
    ) -> Decision:
        sent = self.state.outputs
        follows = {
            Signal.ARGON_FLOW_SLPM: sent.argon_flow_slpm,
            Signal.ARGON_FLOW_SP_SLPM: sent.argon_flow_slpm,
            Signal.SUPPLY_VALVE_OPEN: float(sent.supply_open),
            Signal.EXHAUST_VALVE_OPEN: float(not sent.exhaust_shut),
            Signal.RUN_PERMIT_FEEDBACK: float(sent.run_permit),
        }
        if sent.run:
            follows |= TURNS | {Signal.ROTOR_RPM: sent.rotor_rpm}
        self.scans += 1
        at_s = self.now_s if now_s is None else now_s
        self.image = image(self._stirred(CALM) | follows | changes)
        decision = scan(self.state, self.image, seen(self.state, commands), at_s, self.period_s)
        self.state = decision.state
        self.events += decision.events
        self.results += decision.results
        return decision


def kinds(events: Sequence[Event], kind: str) -> list[Event]:
    """The events of one kind."""
    return [event for event in events if event.kind.value == kind]
