"""People with the mill in their hands: buttons held and let go, purges, bypasses, lockouts."""

from __future__ import annotations

from random import Random
from typing import Final

from controller.core.commands import Command, CommandName
from controller.core.hands import Jog, Mode
from controller.core.recipe import Recipe
from controller.core.states import State
from sim.prove.people import People
from sim.prove.plan import Habits
from sim.world import World

EVERY_SCANS: Final = 5  # a page renews a held button twice a second
SPELL_S: Final = 6.0
_WAITING: Final = (State.STOPPED, State.COMPLETE, State.ABORTED)
_NOW_AND_THEN: Final = (
    CommandName.AUTO,
    CommandName.BYPASS,
    CommandName.BYPASS,
    CommandName.BYPASS,
    CommandName.BYPASS_END,
    CommandName.LID_RELEASE,
    CommandName.PURGE_END,
    CommandName.HOLD,
    CommandName.STOP,
    CommandName.ABORT,
    CommandName.COMMENT,
)
_AGAINST_A_LOCKOUT: Final = (
    *(CommandName.JOG,) * 4,
    *(CommandName.PURGE,) * 4,
    CommandName.MANUAL,
    CommandName.LID_RELEASE,
    CommandName.MAINTENANCE_END,
)


class HandsOn(People):
    """As `People`, and one of them drives by hand whenever the mill lets them."""

    __slots__ = ("_jog", "_leaves", "_pressed_until_s")

    def __init__(self, habits: Habits, recipe: Recipe, draw: Random, now_s: float) -> None:
        super().__init__(habits, recipe, draw, now_s)
        self._jog = Jog()
        self._leaves = False
        self._pressed_until_s = now_s

    def commands(self, world: World) -> tuple[Command, ...]:
        """What is sent in this scan."""
        others = super().commands(world)
        if world.scans % EVERY_SCANS:
            return others
        return tuple(self._mine(world, name) for name in self._wanted(world)) + others

    def _mine(self, world: World, name: CommandName) -> Command:
        jog = self._jog if name is CommandName.JOG else None
        return self.command(name, next(self._number), world.state.version, jog=jog)

    def _wanted(self, world: World) -> tuple[CommandName, ...]:
        state, draw = world.state, self._draw
        if draw.random() < 0.02:
            return (draw.choice(_NOW_AND_THEN),)
        if state.mode is Mode.MAINTENANCE:
            return (draw.choice(_AGAINST_A_LOCKOUT),)
        if state.state in _WAITING:
            return CommandName.ACK, CommandName.RESET
        if state.state is not State.IDLE or draw.random() < 0.05:
            return ()
        if state.mode is Mode.AUTO:
            self._leaves = False
            return CommandName.ACK, draw.choice((CommandName.MANUAL, CommandName.MAINTENANCE))
        self._leaves |= draw.random() < 0.02
        if self._leaves:
            return CommandName.PURGE_END, CommandName.AUTO
        if not state.watch.credit and state.hands.sweep is None:
            return CommandName.ACK, CommandName.PURGE
        return self._button(world.now_s)

    def _button(self, now_s: float) -> tuple[CommandName, ...]:
        """Held for a while, then let go for a while, and sometimes only forgotten."""
        draw = self._draw
        if now_s < self._pressed_until_s:
            return (CommandName.JOG,)
        if draw.random() > 0.3:
            return ()
        forgotten = draw.random() < 0.5
        self._pressed_until_s = now_s + draw.expovariate(1.0 / SPELL_S)
        self._jog = draw.choice(
            (
                Jog(rotor_rpm=draw.choice((100.0, 500.0, 600.0, 700.0))),
                Jog(rotor_rpm=500.0, cooling_shut=True),
                Jog(argon_flow_slpm=draw.uniform(0.0, 10.0), for_s=draw.uniform(0.1, 20.0)),
                Jog(exhaust_shut=True, supply_open=draw.random() < 0.5),
            )
        )
        return () if forgotten else (CommandName.JOG,)
