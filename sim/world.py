"""A mill in virtual time: the shipped scan, the simulated plant, and a scripted operator.

Process time is a count of scans times the period, never a running sum. Nothing here looks at a
clock, so the same seed gives the same run in any process.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from controller.core.band import RunBand
from controller.core.commands import Charge, Command, CommandName
from controller.core.equipment import Equipment, Handling
from controller.core.image import assemble
from controller.core.outputs import DEAD, Outputs
from controller.core.permissives import start_permissives
from controller.core.recipe import Recipe
from controller.core.roles import Role
from controller.core.scan import scan
from controller.core.signals import Image
from controller.core.state import Decision, initial_state
from controller.core.states import State
from sim.compiling import mypyc_attr
from sim.mill import Mill
from sim.parameters import LAB, PILOT, InitialGas, MillParameters
from sim.parameters import Charge as Powder
from sim.registers import Registers

if TYPE_CHECKING:
    from controller.edge.plantfile import PlantFile
    from sim.faults.inject import Injector
    from sim.faults.model import Planned

PERIOD_S: Final = 0.1
PILOT_FROM_L: Final = 5.0
RETRY_S: Final = 1.0
AUTOMATION_USER: Final = "automation (simulated)"
OPERATOR: Final = frozenset({Role.OPERATOR})


def parameters_for(equipment: Equipment) -> MillParameters:
    """The simulator's set nearest to this mill, with the file's vessel and supplied argon."""
    base = PILOT if equipment.vessel_l >= PILOT_FROM_L else LAB
    gas = replace(
        base.gas,
        vessel_l=equipment.vessel_l,
        sweep_mixing=equipment.sweep_mixing,
        argon_o2_ppm=equipment.argon_o2_ppm,
        argon_h2o_ppm=equipment.argon_h2o_ppm,
        argon_full_scale_slpm=equipment.argon_flow_max_slpm,
        bleed_slpm=equipment.bleed_flow_slpm,
    )
    return replace(base, gas=gas)


def nominal_charge(recipe: Recipe) -> Charge:
    """The charge form filled in as the recipe wants it, for unattended simulated batches."""
    powder = powder_of(recipe)
    return Charge(
        cam_mass_g=1000.0 * powder.cam_kg,
        sse_mass_g=1000.0 * powder.sse_kg,
        cam_lot="SIM-CAM",
        sse_lot="SIM-SSE",
        blade_id="SIM-BLADE",
        emptied_and_cleaned=True,
    )


def powder_of(recipe: Recipe, wt_percent: float | None = None) -> Powder:
    """What the simulated jar holds for this recipe, or for another content on its basis."""
    core, sse = recipe.core, recipe.sse
    share = (sse.wt_percent if wt_percent is None else wt_percent) / 100.0
    ratio = share / (1.0 - share) if sse.basis.value == "total" else share
    total_kg = recipe.charge.total_mass_g / 1000.0
    return Powder(
        cam_kg=total_kg / (1.0 + ratio),
        sse_kg=total_kg * ratio / (1.0 + ratio),
        core_d50_m=core.d50_um * 1e-6,
        sse_d50_m=sse.particle_d50_um * 1e-6,
        core_kg_m3=1000.0 * core.density_g_cm3,
        sse_kg_m3=1000.0 * sse.density_g_cm3,
        water_ppm=core.water_ppm,
    )


def new_mill(recipe: Recipe, equipment: Equipment, seed: int) -> Mill:
    """A simulated mill with a fresh charge of this recipe, brought in as the plant handles it."""
    return mill_of(parameters_for(equipment), powder_of(recipe), equipment, seed)


def mill_of(parameters: MillParameters, powder: Powder, equipment: Equipment, seed: int) -> Mill:
    """A simulated mill of these constants, charged as the plant handles its jars."""
    docked = equipment.handling is Handling.DOCKED_JAR
    return Mill(
        parameters,
        seed=seed,
        charge=powder,
        initial_gas=InitialGas.DOCKED if docked else InitialGas.AIR,
    )


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class VirtualPlant:
    """The mill as the scan sees it, without a wire: `read` and `write` as the live plant has."""

    __slots__ = ("_asked", "_registers", "_told", "faults", "mill")

    def __init__(self, mill: Mill, registers: Registers) -> None:
        self.mill = mill
        self.faults: Injector | None = None
        self._registers = registers
        self._asked = self._told = DEAD

    def read(self) -> Image:
        """What the transmitters state, as the devices' registers have it."""
        values = self.mill.measure()
        quality = self._registers.read(values)
        if self.faults is not None:
            return self.faults.wire.image(values, quality)
        return assemble(values, quality)

    def write(self, outputs: Outputs, heartbeat: bool) -> None:
        """Hands over one output image; only a wire with faults could miss the heartbeat."""
        if outputs is not self._asked:
            self._asked, self._told = outputs, self._registers.order(outputs)
        if self.faults is not None:
            self.faults.wire.deliver(self._told, heartbeat)
        else:
            self.mill.apply(self._told)


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Operator:
    """Does what a person does before and at the start of a simulated batch, and nothing after.

    With a `band` the batch is judged by it.
    """

    __slots__ = ("_band", "_recipe", "_started", "_tries")

    def __init__(self, recipe: Recipe, band: RunBand | None = None) -> None:
        self._recipe = recipe
        self._band = band
        self._tries = 0
        self._started = False

    @property
    def done(self) -> bool:
        """Whether the batch has been started."""
        return self._started

    def commands(self, world: World) -> tuple[Command, ...]:
        """The commands for the next scan."""
        if self._started or world.scans % round(RETRY_S / PERIOD_S):
            return ()
        self._tries += 1
        if self._tries == 1:
            names = (CommandName.LOAD, CommandName.CHARGE, CommandName.BAND)
            return tuple(self._command(name, world) for name in names[: 3 if self._band else 2])
        if all(check.ok for check in start_permissives(world.state, world.image)):
            self._started = True
            return (self._command(CommandName.START, world),)
        return ()

    def _command(self, name: CommandName, world: World) -> Command:
        return Command(
            id=f"{name.value}-{self._tries}",
            name=name,
            user=AUTOMATION_USER,
            roles=OPERATOR,
            state_version=world.state.version,
            recipe=self._recipe if name is CommandName.LOAD else None,
            batch_id="DRY-RUN" if name in (CommandName.LOAD, CommandName.BAND) else "",
            band=self._band if name is CommandName.BAND else None,
            charge=nominal_charge(self._recipe) if name is CommandName.CHARGE else None,
        )


class Recording(Protocol):
    """A record that images go through on their way to the plant."""

    def sent(
        self, plant: VirtualPlant, before: Outputs, decision: Decision, image: Image, beat: bool
    ) -> Decision:
        """Notes one scan and sends its image; what was really sent."""


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class World:
    """Plant, controller state and count of periods; `step` is one period of both."""

    __slots__ = (
        "_beat",
        "_missed",
        "_period_s",
        "image",
        "mill",
        "outputs",
        "plant",
        "record",
        "scans",
        "state",
    )

    def __init__(self, mill: Mill, plant: PlantFile, period_s: float = PERIOD_S) -> None:
        self.mill = mill
        self.plant = VirtualPlant(mill, Registers(plant))
        self.state = initial_state(plant.equipment)
        self.image = self.plant.read()
        self.outputs = self.state.outputs
        self.record: Recording | None = None
        self.scans = 0
        self._beat = False
        self._missed = 0
        self._period_s = period_s

    def inject(self, planned: Sequence[Planned], plant: PlantFile) -> None:
        """Plans faults, for the mill and for the wire to the devices of `plant`."""
        from sim.faults.inject import Injector

        self.plant.faults = Injector(self.mill, plant, planned)

    def copy(self) -> World:
        """An independent world from here on, without a record; frozen values are shared.

        Raises ValueError once faults are planned: they hold on to the mill that they act on.
        """
        if self.plant.faults is not None:
            raise ValueError("copy a world before faults are planned in it")
        return copy.deepcopy(self, {id(self.record): None})

    @property
    def now_s(self) -> float:
        """Process time of the scan under way."""
        return self.scans * self._period_s

    def step(self, commands: tuple[Command, ...] = ()) -> Decision:
        """One scan at the present time, then one period of plant.

        While a fault stalls the controller there is no scan, and the commands are lost.
        """
        plant, period_s = self.plant, self._period_s
        now_s = self.scans * period_s
        if plant.faults is not None:
            plant.faults.tick(now_s)
            if plant.faults.stalled:
                return self._without_scan()
        self.image = image = self._seen() if self._missed else plant.read()
        decision = scan(self.state, image, commands, now_s, period_s)
        self._beat = not self._beat
        if self.record is None:
            plant.write(decision.outputs, self._beat)
        else:
            decision = self.record.sent(plant, self.state.outputs, decision, image, self._beat)
        self.state = decision.state
        self.outputs = decision.outputs
        self.mill.step(period_s)
        self.scans += 1
        return decision

    def _seen(self) -> Image:
        """What the plant says after a stall: with the gap, as the live loop tells it."""
        image = self.plant.read()
        gap_s, self._missed = (self._missed + 1) * self._period_s, 0
        return replace(image, health=image.health._replace(scan_gap_s=gap_s))

    def _without_scan(self) -> Decision:
        self._missed += 1
        self.mill.step(self._period_s)
        self.scans += 1
        return Decision(self.state, self.outputs, [], [])


ENDED: Final = (State.COMPLETE, State.STOPPED, State.ABORTED)
