"""A recorded batch run again: its inputs and commands through the scan, its outputs compared.

The record has each scan's values as float32, what it decided, and each command. So the scan must
decide the same again: the same state, outputs and events in every scan. What the record does not
keep is told in `NOT_KEPT`; a difference may come from there, from other software, or from another
plant file, which is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from controller.core.by_hand import UNRENEWED
from controller.core.commands import Charge, Command, CommandName
from controller.core.events import Event, EventKind
from controller.core.hands import Jog
from controller.core.image import ALL_GOOD, NO_AGE_S
from controller.core.roles import Role
from controller.core.scan import scan
from controller.core.signals import Image, Quality
from controller.core.state import Decision, ScanState, initial_state
from controller.edge.bandfile import parse_band
from controller.edge.recipefile import parse_recipe
from controller.errors import RecordError
from controller.records.trendfile import OWN_COLUMNS, SIGNAL_COLUMNS, STATES, own_values

if TYPE_CHECKING:
    from controller.edge.plantfile import PlantFile
    from controller.records.archive import Trend
    from controller.records.row import Row

NOT_KEPT: Final = (
    "what the controller knew of itself (scan gaps, lost devices, watchdogs): taken as healthy",
    "values beyond the 24 bits of a float32: one at a limit may fall on its other side",
    "what went before the batch was loaded: the mill is taken to have stood still for a minute,"
    " with no row bypassed",
    "an output that waited for the record: compared is what the scan wanted",
)
WARM_UP_S: Final = 60.0
TOTALS_TOLERANCE: Final = 1e-5
_DECIDED: Final = 4  # state, outputs and the two set points are compared to the last bit
_WITHOUT_ARGUMENTS: Final = (
    CommandName.START,
    CommandName.PAUSE,
    CommandName.RESUME,
    CommandName.HOLD,
    CommandName.RESTART,
    CommandName.COMPLETE,
    CommandName.STOP,
    CommandName.ABORT,
    CommandName.RESET,
    CommandName.LID_RELEASE,
    CommandName.MANUAL,
    CommandName.AUTO,
    CommandName.PURGE_END,
)
# Commands whose arguments are in the event that they led to, under the same names.
_TOLD: Final[dict[CommandName, tuple[EventKind, dict[str, str]]]] = {
    CommandName.SHELVE: (
        EventKind.ALARM_SHELVED,
        {"id": "alarm", "reason": "reason", "minutes": "minutes", "one_shot": "one_shot"},
    ),
    CommandName.UNSHELVE: (EventKind.ALARM_UNSHELVED, {"id": "alarm"}),
    CommandName.OUT_OF_SERVICE: (
        EventKind.ALARM_OUT_OF_SERVICE,
        {"id": "alarm", "reason": "reason"},
    ),
    CommandName.IN_SERVICE: (EventKind.ALARM_IN_SERVICE, {"id": "alarm"}),
    CommandName.BYPASS: (
        EventKind.BYPASS_SET,
        {"row": "row", "minutes": "minutes", "reason": "reason"},
    ),
    CommandName.BYPASS_END: (EventKind.BYPASS_ENDED, {"row": "row"}),
    CommandName.PURGE: (
        EventKind.PURGE_BY_HAND,
        {"argon_flow_slpm": "argon_flow_slpm", "minutes": "minutes"},
    ),
}
# They change nothing that a scan decides.
_WORDS: Final = (
    CommandName.COMMENT,
    CommandName.HANDOVER,
    CommandName.MEASURE,
    CommandName.YIELD,
    CommandName.DISPOSE,
    CommandName.SIGN,
)
_COMPARED: Final = frozenset(
    kind.value
    for kind in (
        EventKind.TRANSITION,
        EventKind.PHASE_STARTED,
        EventKind.PHASE_ENDED,
        EventKind.STEP,
        EventKind.ALARM_RAISED,
        EventKind.ALARM_CLEARED,
        EventKind.PURGE_CREDIT,
        EventKind.LID,
    )
)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first scan that decides otherwise than it did."""

    t_s: float
    scan: int
    what: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it. `stopped_at` says why the rest of the batch cannot be replayed."""

    batch: str
    scans: int
    of_scans: int
    events: int
    difference: Difference | None
    stopped_at: str = ""

    @property
    def same(self) -> bool:
        """Whether the whole batch was replayed without a difference."""
        return self.difference is None and not self.stopped_at

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        found = self.difference
        return {
            "batch": self.batch,
            "same": self.same,
            "scans": self.scans,
            "of_scans": self.of_scans,
            "events": self.events,
            "difference": None
            if found is None
            else {
                "t_s": found.t_s,
                "scan": found.scan,
                "what": found.what,
                "recorded": found.recorded,
                "replayed": found.replayed,
            },
            "stopped_at": self.stopped_at,
            "not_kept": list(NOT_KEPT),
        }


class _Unknown(Exception):
    """A command whose arguments the record does not have."""


def replay(batch_id: str, rows: Sequence[Row], trend: Trend, plant: PlantFile) -> Replay:
    """Runs the recorded batch again until its end or its first difference.

    Raises RecordError when the record has not what that takes, or another plant file was in force.
    """
    loaded = next((row.body for row in rows if row.kind == EventKind.BATCH_LOADED.value), None)
    if loaded is None:
        raise RecordError(f"the record has no recipe of batch {batch_id!r}")
    if loaded["continues"] is not None:
        raise RecordError(f"batch {batch_id!r} continues another one, whose end it began with")
    _check_plant(loaded["setting"], plant)
    return _Player(batch_id, rows, trend, plant, loaded).play()


def _check_plant(setting: dict[str, Any], plant: PlantFile) -> None:
    if setting["plant_sha256"] != plant.sha256:
        raise RecordError(
            "another plant file was in force when the batch ran",
            do=f"Name the file of {setting['plant_id']} with sha256"
            f" {setting['plant_sha256'][:12]}... with --plant.",
        )


class _Player:
    def __init__(
        self,
        batch_id: str,
        rows: Sequence[Row],
        trend: Trend,
        plant: PlantFile,
        loaded: dict[str, Any],
    ) -> None:
        self._batch_id = batch_id
        self._plant = plant
        self._loaded = loaded
        self._period_s = float(trend.header["period_s"]) * float(loaded["setting"]["speed"])
        self._times = trend.times()
        self._rows: dict[float, list[Row]] = defaultdict(list)
        for row in rows:
            self._rows[row.process_s].append(row)
        self._values = np.stack([trend.column(name) for name in SIGNAL_COLUMNS], 1).astype(float)
        self._own = np.stack([trend.column(name) for name in OWN_COLUMNS], 1)
        self._jogs = _Jogs(rows)
        qualities = [Quality(name) for name in trend.header["qualities"]]
        codes = np.stack([trend.quality(name) for name in SIGNAL_COLUMNS], 1)
        good = qualities.index(Quality.GOOD)
        self._all_good = (codes == good).all(axis=1)
        self._codes, self._qualities = codes, qualities

    def play(self) -> Replay:
        state, events, scans = self._warm(), 0, len(self._times)
        for number, now_s in enumerate(self._times.tolist()):
            rows = self._rows.get(now_s, [])
            try:
                commands = (*self._commands(rows, state), *self._jogs.held(now_s, state))
            except _Unknown as unknown:
                return Replay(
                    self._batch_id, number, scans, events, None, f"{now_s:.1f} s: {unknown}"
                )
            decision = scan(state, self._image(number), commands, now_s, self._period_s)
            found = self._difference(number, now_s, decision, rows)
            if found is not None:
                return Replay(self._batch_id, number, scans, events, found)
            events += len(decision.events)
            state = decision.state
        return Replay(self._batch_id, scans, scans, events, None)

    def _warm(self) -> ScanState:
        """The state of a controller that has looked at the mill at rest for a minute."""
        if not len(self._times):
            raise RecordError(f"the trend of batch {self._batch_id!r} is empty")
        image, first_s = self._image(0), float(self._times[0])
        count = round(WARM_UP_S / self._period_s)
        state = initial_state(self._plant.equipment, first_s - count * self._period_s)
        for left in range(count - 1, 0, -1):
            now_s = first_s - left * self._period_s
            state = scan(state, image, (), now_s, self._period_s).state
        return state

    def _image(self, number: int) -> Image:
        values = self._values[number].tolist()
        if self._all_good[number]:
            return Image(values, ALL_GOOD, NO_AGE_S)
        quality = [self._qualities[code] for code in self._codes[number].tolist()]
        return Image(values, quality, NO_AGE_S)

    def _commands(self, rows: Sequence[Row], state: ScanState) -> Iterator[Command]:
        """The commands that were carried out in this scan; what was refused changed nothing."""
        for row in rows:
            if row.kind != EventKind.COMMAND_ACCEPTED.value:
                continue
            name = CommandName(row.body["command"])
            if name in _WORDS:
                continue
            given = Command(
                id=row.body["id"],
                name=name,
                user=row.body["user"],
                roles=frozenset(Role),
                state_version=state.version,
                proved=True,
            )
            yield self._with_arguments(given, rows)

    def _with_arguments(self, given: Command, rows: Sequence[Row]) -> Command:
        bodies = {row.kind: row.body for row in rows}
        if given.name is CommandName.LOAD:
            text = self._loaded["recipe"]["text"].encode()
            recipe = parse_recipe(text, "the recorded recipe", self._plant.equipment)
            return replace(given, recipe=recipe, batch_id=self._batch_id)
        if given.name is CommandName.CHARGE:
            return replace(given, charge=Charge(**bodies[EventKind.BATCH_CHARGED.value]))
        if given.name is CommandName.BAND:
            band = parse_band(bodies[EventKind.BAND_TAKEN.value]["band_json"])
            return replace(given, batch_id=self._batch_id, band=band)
        if given.name is CommandName.ACK:
            ids = bodies[EventKind.ALARM_ACKNOWLEDGED.value]["id"]
            return replace(given, alarms=(ids,) if isinstance(ids, str) else tuple(ids))
        if given.name is CommandName.JOG:
            return replace(given, jog=self._jogs.begun(bodies.get(EventKind.JOG.value)))
        if given.name in _TOLD:
            kind, names = _TOLD[given.name]
            told = bodies[kind.value]
            return replace(given, **{ours: told[theirs] for theirs, ours in names.items()})
        if given.name in _WITHOUT_ARGUMENTS:
            return given
        raise _Unknown(f"{given.name.value} by {given.user} has more to it than the record keeps")

    def _difference(
        self, number: int, now_s: float, decision: Decision, rows: Sequence[Row]
    ) -> Difference | None:
        now = decision.state
        was = self._own[number]
        found = own_values(now.state, now.outputs, now.totals)
        for column, (name, before, after) in enumerate(
            zip(OWN_COLUMNS, was.tolist(), found, strict=True)
        ):
            if column < _DECIDED and np.float32(after) != was[column]:
                return Difference(now_s, number, name, _shown(name, before), _shown(name, after))
            if abs(before - after) > TOTALS_TOLERANCE * max(1.0, abs(before)):
                return Difference(now_s, number, name, f"{before:g}", f"{after:g}")
        recorded = [row.text for row in rows if row.kind in _COMPARED]
        replayed = [event.text for event in decision.events if _compared(event)]
        if recorded != replayed:
            return Difference(
                now_s,
                number,
                "events",
                "; ".join(recorded) or "none",
                "; ".join(replayed) or "none",
            )
        return None


class _Jogs:
    """The person at the button. That one holds it is no event: it is held from its beginning until
    the record says that the jog is over, or so long before that its lease ran out then.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._over = [(r.process_s, r.body) for r in rows if _is_jog(r) and not r.body["on"]]
        self._asked: Jog | None = None
        self._lease_s = 0.0
        self._user = ""

    def begun(self, told: dict[str, Any] | None) -> Jog:
        """What this command asks for, as its event says; nothing at all lets go."""
        if told is None or not told["on"]:
            self._asked = None
            return Jog()
        names = {field.name for field in fields(Jog)}
        self._asked = Jog(**{name: value for name, value in told.items() if name in names})
        self._lease_s, self._user = float(told["for_s"]), str(told["user"])
        return self._asked

    def held(self, now_s: float, state: ScanState) -> Iterator[Command]:
        """The renewal in this scan, if there is one."""
        while self._over and self._over[0][0] < now_s:
            self._over.pop(0)
        if self._asked is None:
            return
        if not self._over or self._over[0][0] <= now_s:
            self._asked = None
            return
        end_s, body = self._over[0]
        if body["why"] != UNRENEWED or now_s + self._lease_s <= end_s:
            yield Command(
                id=f"jog-{now_s}",
                name=CommandName.JOG,
                user=self._user,
                roles=frozenset(Role),
                state_version=state.version,
                jog=self._asked,
            )


def _is_jog(row: Row) -> bool:
    return row.kind == EventKind.JOG.value


def _compared(event: Event) -> bool:
    return event.kind.value in _COMPARED


def _shown(name: str, number: float) -> str:
    return STATES[int(number)].value if name == "state" else f"{number:g}"
