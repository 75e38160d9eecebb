"""What a scan tells the record: one value for each thing that happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from controller.core.value import Value


@unique
class EventKind(Enum):
    """What sort of thing happened."""

    COMMAND_ACCEPTED = "command_accepted"
    COMMAND_REFUSED = "command_refused"
    TRANSITION = "transition"
    PHASE_STARTED = "phase_started"
    PHASE_ENDED = "phase_ended"
    STEP = "step"
    ALARM_RAISED = "alarm_raised"
    ALARM_CLEARED = "alarm_cleared"
    ALARM_ACKNOWLEDGED = "alarm_acknowledged"
    ALARM_REMINDED = "alarm_reminded"
    ALARM_SHELVED = "alarm_shelved"
    ALARM_UNSHELVED = "alarm_unshelved"
    ALARM_SUPPRESSED = "alarm_suppressed"
    ALARM_UNSUPPRESSED = "alarm_unsuppressed"
    ALARM_OUT_OF_SERVICE = "alarm_out_of_service"
    ALARM_IN_SERVICE = "alarm_in_service"
    ALARM_CHATTERING = "alarm_chattering"
    ALARM_FLOOD = "alarm_flood"
    PURGE_CREDIT = "purge_credit"
    LID = "lid"
    DOUBT = "doubt"
    MODE_CHANGED = "mode_changed"
    JOG = "jog"
    PURGE_BY_HAND = "purge_by_hand"
    BYPASS_SET = "bypass_set"
    BYPASS_ENDED = "bypass_ended"
    HANDOVER = "handover"
    COMMENT = "comment"
    BAND_TAKEN = "band_taken"
    # What the record itself adds; no scan makes these.
    AUDIT = "audit"
    RECORD_OPENED = "record_opened"
    RECORD_GAP = "record_gap"
    BATCH_LOADED = "batch_loaded"
    BATCH_CHARGED = "batch_charged"
    BATCH_STARTED = "batch_started"
    BATCH_ENDED = "batch_ended"
    TOTALS = "totals"
    TREND_SEALED = "trend_sealed"
    TREND_ARCHIVED = "trend_archived"
    # What is found out about a batch afterwards.
    MEASURED = "measured"
    YIELD = "yield"
    DISPOSED = "disposed"
    SIGNED = "signed"
    # The life of a recipe's version; they belong to no batch.
    RECIPE_SAVED = "recipe_saved"
    RECIPE_SUBMITTED = "recipe_submitted"
    RECIPE_APPROVED = "recipe_approved"
    RECIPE_REJECTED = "recipe_rejected"
    RECIPE_RETIRED = "recipe_retired"
    # What a person decided about a batch that a crash has cut off.
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Event(Value):
    """One thing that happened at process time `t_s`. `data` holds plain JSON values only."""

    kind: EventKind
    t_s: float
    text: str
    data: dict[str, str | float | bool | list[str] | None] = field(default_factory=dict)
