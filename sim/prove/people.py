"""People at the mill: some help the batch along, some press whatever is there, late or twice."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import Final

from controller.core.commands import Command, CommandName, Comment
from controller.core.hands import Jog
from controller.core.recipe import Recipe
from controller.core.recovering import RECOVERING
from controller.core.roles import Role
from controller.core.states import State
from sim.mill import Mill
from sim.prove.plan import Habits
from sim.world import OPERATOR, World, nominal_charge

USER: Final = "somebody (simulated)"
SUPERVISOR: Final = "somebody else (simulated)"
_SUPERVISORS: Final = frozenset({Role.SUPERVISOR})
_BY_HAND: Final = {
    CommandName.PURGE: OPERATOR,
    CommandName.MAINTENANCE: frozenset({Role.MAINTENANCE}),
    CommandName.MAINTENANCE_END: frozenset({Role.MAINTENANCE}),
    CommandName.BYPASS: frozenset({Role.SUPERVISOR, Role.MAINTENANCE}),
    CommandName.BYPASS_END: OPERATOR,
}
_ROWS: Final = ("COOLING_LOST", "SUPPLY_VALVE", "EXHAUST_VALVE", "UNDERSPEED", "ESTOP", "O2_HOLD")
_NAMES_A_BATCH: Final = (CommandName.LOAD, CommandName.CONTINUE)
_MINUTES: Final = (0.5, 1.0, 1.0, 5.0, 45.0)
_HELPS: Final[dict[State, tuple[CommandName, ...]]] = {
    State.IDLE: (CommandName.LOAD, CommandName.CHARGE, CommandName.START, CommandName.START),
    State.PAUSED: (CommandName.RESUME,),
    State.HELD: (CommandName.RESTART,),
    State.COMPLETE: (CommandName.LID_RELEASE, CommandName.LID_RELEASE, CommandName.RESET),
    State.STOPPED: (CommandName.LID_RELEASE, CommandName.LID_RELEASE, CommandName.RESET),
    State.ABORTED: (CommandName.LID_RELEASE, CommandName.RESET, CommandName.RESET),
}


class People:
    """`commands` once before each scan: what is sent then; what is done by hand is done at once."""

    __slots__ = ("_draw", "_habits", "_helps_s", "_late", "_number", "_recipe", "_wrongs_s")

    def __init__(self, habits: Habits, recipe: Recipe, draw: Random, now_s: float) -> None:
        self._habits = habits
        self._recipe = recipe
        self._draw = draw
        self._number = count(1)
        self._late: list[tuple[float, int, Command]] = []
        self._helps_s = self._next(habits.helpful_hz, now_s)
        self._wrongs_s = self._next(habits.careless_hz, now_s)

    def _next(self, times_a_s: float, now_s: float) -> float:
        return now_s + self._draw.expovariate(times_a_s) if times_a_s else math.inf

    def commands(self, world: World) -> tuple[Command, ...]:
        """What is sent in this scan."""
        now_s = world.now_s
        if now_s >= self._helps_s:
            self._helps_s = self._next(self._habits.helpful_hz, now_s)
            self._send(now_s, world.state.version, *self._helpful(world))
        if now_s >= self._wrongs_s:
            self._wrongs_s = self._next(self._habits.careless_hz, now_s)
            self._send(now_s, world.state.version, *self._careless(world.mill))
        if not self._late or self._late[0][0] > now_s:
            return ()
        return tuple(self._due(now_s))

    def _due(self, now_s: float) -> Iterator[Command]:
        while self._late and self._late[0][0] <= now_s:
            yield heapq.heappop(self._late)[2]

    def _send(self, now_s: float, version: int, *names: CommandName) -> None:
        draw, habits = self._draw, self._habits
        for name in names:
            for _ in range(2 if draw.random() < habits.twice else 1):
                at_s = now_s + (draw.uniform(0.0, habits.late_s) if habits.late_s else 0.0)
                number = next(self._number)
                heapq.heappush(self._late, (at_s, number, self.command(name, number, version)))

    def command(
        self,
        name: CommandName,
        number: int,
        version: int,
        *,
        row: str = "",
        jog: Jog | None = None,
    ) -> Command:
        """One command with all that it needs, by the person whose part it is."""
        resets, by_hand = name is CommandName.RESET, name in _BY_HAND
        decides = name in RECOVERING
        return Command(
            id=f"{name.value}-{number}",
            name=name,
            user=SUPERVISOR if resets else USER,
            roles=_BY_HAND[name] if by_hand else _SUPERVISORS if resets else OPERATOR,
            state_version=version,
            proved=resets or decides or name is CommandName.BYPASS,
            row=row or (self._draw.choice(_ROWS) if by_hand else ""),
            jog=jog,
            minutes=self._draw.choice(_MINUTES) if by_hand else 0.0,
            argon_flow_slpm=10.0 if name is CommandName.PURGE else 0.0,
            reason="tried in a seeded world" if by_hand or decides else "",
            comment=Comment(text="seen") if name is CommandName.COMMENT else None,
            recipe=self._recipe if name is CommandName.LOAD else None,
            batch_id=f"PROOF-{number}" if name in _NAMES_A_BATCH else "",
            charge=nominal_charge(self._recipe) if name is CommandName.CHARGE else None,
        )

    def _helpful(self, world: World) -> tuple[CommandName, ...]:
        """What brings the batch on from where it is, and a lid that is used while it is free."""
        mill, draw, state = world.mill, self._draw, world.state.state
        if mill.estop_pressed:
            mill.release_estop()
        mill.reset_safety_relay()
        if not mill.lid_closed:
            mill.close_lid()
        elif not mill.lid_locked:
            mill.open_lid()
        if world.state.crashed is not None and state is State.IDLE:
            return (draw.choice(RECOVERING),)
        names = _HELPS.get(state, ())
        if state is State.IDLE and world.state.batch is not None:
            return CommandName.ACK, CommandName.START
        return (CommandName.ACK, draw.choice(names)) if names else (CommandName.ACK,)

    def _careless(self, mill: Mill) -> tuple[CommandName, ...]:
        """One or two commands that nobody thought about, or a hand on the machine."""
        draw = self._draw
        if draw.random() < 0.25:
            draw.choice(self._hands(mill))()
            return ()
        return tuple(draw.choices(tuple(CommandName), k=2 if draw.random() < 0.3 else 1))

    def _hands(self, mill: Mill) -> tuple[Callable[[], object], ...]:
        hands = (mill.open_lid, mill.close_lid, mill.release_estop)
        return (*hands, mill.press_estop) if self._habits.presses_estop else hands
