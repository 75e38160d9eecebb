"""`continue` and `scrap`: a person decides, and signs, what becomes of a batch that was cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from controller.core.batch import Batch, Position
from controller.core.commands import Charge, Command, CommandName
from controller.core.events import Event, EventKind
from controller.core.findings import Disposition, Fate, finding_event, is_line
from controller.core.interlocks import matrix_for
from controller.core.recovery import Advice, Crashed, Proposal, propose
from controller.core.signals import SIGNALS, Image, Signal
from controller.core.watch import stands_still

if TYPE_CHECKING:
    from controller.core.commanding import Mind
    from controller.core.state import ScanState

RECOVERING: Final = (CommandName.CONTINUE, CommandName.SCRAP)
# Nothing is begun, and nothing moved by hand, before the decision.
WAITS: Final = (CommandName.LOAD, CommandName.START, CommandName.MANUAL, CommandName.JOG)
_TOLD: Final = (
    Signal.LID_CLOSED,
    Signal.STANDSTILL,
    Signal.VESSEL_PRESSURE_MBAR_G,
    Signal.O2_PPM,
    Signal.H2O_PPM,
    Signal.H2S_PPM,
    Signal.POWDER_PROBE_C,
)


def waiting(state: ScanState, name: CommandName) -> tuple[str, ...]:
    """What a command waits for as long as a batch that was cut off is not decided on."""
    if state.crashed is None or name not in WAITS:
        return ()
    return (f"a decision on {state.crashed.batch_id}, which a crash ended: continue or scrap",)


def proposal(state: ScanState, image: Image) -> Proposal | None:
    """What the policy proposes now; None when there is nothing to decide."""
    if state.crashed is None:
        return None
    still = stands_still(state.watch, state.equipment, state.now_s)
    return propose(state.crashed, image, state.matrix.limits, still=still)


def decide(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `continue` or `scrap`. Returns what is missing."""
    crashed, found = mind.state.crashed, proposal(mind.state, mind.image)
    if crashed is None or found is None:
        return ("a batch that was cut off",)
    if command.name is CommandName.SCRAP:
        return _scrap(mind, command, crashed, found)
    if found.advice in (Advice.SCRAP, Advice.LOOK):
        return found.reasons
    continuation = ""
    if found.recipe is not None:
        if not command.batch_id:
            return ("a batch id",)
        continuation = command.batch_id
        _load(mind, command, crashed, found)
    _tell(mind, command, crashed, found, continuation)
    mind.state = replace(mind.state, crashed=None, version=mind.state.version + 1)
    return ()


def _scrap(mind: Mind, command: Command, crashed: Crashed, found: Proposal) -> tuple[str, ...]:
    if not is_line(command.reason):
        return ("a reason, in one line",)
    _tell(mind, command, crashed, found, "")
    fate = Disposition(batch=crashed.batch_id, disposition=Fate.SCRAPPED, reason=command.reason)
    mind.events.append(finding_event(fate, command.user, mind.state.now_s))
    mind.state = replace(mind.state, crashed=None, version=mind.state.version + 1)
    return ()


def _load(mind: Mind, command: Command, crashed: Crashed, found: Proposal) -> None:
    """The continuation is loaded and charged with what is in the jar; `start` is another step."""
    recipe = found.recipe
    if recipe is None:
        return
    state = mind.state
    batch = Batch(
        command.batch_id,
        recipe,
        command.user,
        state.equipment,
        charge=_as_it_is(crashed.charge),
        continues=crashed.batch_id,
    )
    mind.state = replace(
        state,
        matrix=matrix_for(state.equipment, recipe.atmosphere, state.hands.bypassed),
        batch=batch,
        position=Position(mill_index=batch.first_mill),
        watch=replace(state.watch, credit=False, start_ok_since_s=float("inf")),
    )


def _as_it_is(charge: Charge | None) -> Charge | None:
    """The charge without hours: what was declared before the crash has grown since."""
    if charge is None:
        return None
    return replace(charge, blade_hours=None, jar_hours=None, hours_origin="")


def _tell(
    mind: Mind, command: Command, crashed: Crashed, found: Proposal, continuation: str
) -> None:
    """Who chose what, what was proposed, and what was measured at that moment."""
    x = mind.image.values
    data: dict[str, str | float | bool | list[str] | None] = {
        "batch": crashed.batch_id,
        "choice": command.name.value,
        "user": command.user,
        "reason": command.reason,
        "advice": found.advice.value,
        "reasons": list(found.reasons),
        "continuation": continuation or None,
        "gap_s": crashed.gap_s,
        **{signal.name.lower(): x[signal] if x[signal] == x[signal] else None for signal in _TOLD},
    }
    shown = ", ".join(f"{SIGNALS[s].label} {x[s]:.4g}" for s in _TOLD)
    text = f"{crashed.batch_id}: {command.name.value} by {command.user} ({shown})"
    mind.events.append(Event(EventKind.RECOVERY, mind.state.now_s, text, data))
