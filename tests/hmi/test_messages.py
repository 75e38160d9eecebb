"""What the page's server takes from a browser, and that the controller takes the same."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from bench import LAB, ROOT
from pydantic import ValidationError

from controller.api.requests import CommandRequest, to_command
from controller.core.commands import CommandName
from hmi.messages import COMMAND, plain_args

ID = str(uuid.uuid4())
CHARGE = {
    "cam_mass_g": 95.0,
    "sse_mass_g": 5.0,
    "cam_lot": "A",
    "sse_lot": "B",
    "blade_id": "C",
    "emptied_and_cleaned": True,
    "checked_by": "Bob",
}
PLAIN = [
    *("start", "pause", "resume", "hold", "restart", "complete", "stop", "abort", "reset"),
    *("lid.release", "manual", "auto", "purge.end", "maintenance.end", "continue"),
]
GOOD: dict[str, dict[str, Any]] = {
    **{name: {} for name in PLAIN},
    "charge": CHARGE,
    "ack": {"alarm": "*"},
    "shelve": {"alarm": "O2_HIGH", "minutes": 15.0, "reason": "known", "one_shot": True},
    "unshelve": {"alarm": "O2_HIGH"},
    "out_of_service": {"alarm": "O2_HIGH", "reason": "broken"},
    "in_service": {"alarm": "O2_HIGH"},
    "jog": {"rotor_rpm": 100.0, "argon_flow_slpm": 1.0, "supply_open": True},
    "purge": {"argon_flow_slpm": 2.0, "minutes": 10.0},
    "maintenance": {"reason": "blade change"},
    "bypass": {"row": "O2_HIGH", "minutes": 5.0, "reason": "calibration"},
    "bypass.end": {"row": "O2_HIGH"},
    "handover": {"from": "Ada", "to": "Bob", "note": "purge the jar, twice"},
    "measure": {"batch": "B1", "thickness_nm": 480.0, "method": "fib_sem", "n": 40},
    "yield": {"batch": "B1", "recovered_g": 96.5},
    "dispose": {"batch": "B1", "disposition": "released", "reason": "within limits"},
    "scrap": {"reason": "cold and wet"},
    "comment": {"text": "blade 3 is worn", "topic": "blade_change"},
}
BAD: list[tuple[str, dict[str, Any]]] = [
    ("comment", {"text": " "}),
    ("comment", {"text": "two\nlines"}),
    ("comment", {"text": "x" * 1_001}),
    ("comment", {"text": "x", "topic": "gossip"}),
    ("handover", {"from": "Ada", "to": "<b>Bob"}),
    ("handover", {"giver": "Ada", "taker": "Bob"}),
    ("measure", {"batch": "B1", "thickness_nm": 0.0, "method": "fib_sem", "n": 40}),
    ("measure", {"batch": "B1", "thickness_nm": 480.0, "method": "by eye", "n": 40}),
    ("yield", {"batch": "", "recovered_g": 96.5}),
    ("dispose", {"batch": "B1", "disposition": "sold", "reason": "x"}),
    ("scrap", {"reason": " "}),
    ("jog", {"rotor_rpm": -1.0}),
    ("jog", {"lid_unlock": True}),
    ("purge", {"argon_flow_slpm": 1.0}),
    ("bypass", {"row": "O2_HIGH", "minutes": 5.0}),
    ("maintenance", {}),
    ("shelve", {"alarm": "O2_HIGH", "minutes": 15.0}),
    ("charge", CHARGE | {"checked_by": "x" * 61}),
]


def message(name: str, args: dict[str, Any]) -> str:
    return json.dumps({"id": ID, "name": name, "args": args})


@pytest.mark.parametrize("name", GOOD)
def test_what_the_page_may_send_the_controller_takes(name: str) -> None:
    taken = COMMAND.validate_json(message(name, GOOD[name]))
    asked = CommandRequest.model_validate_json(
        json.dumps(
            {
                "id": taken.id,
                "name": taken.name,
                "user": "Ada",
                "roles": ["operator"],
                "args": plain_args(taken),
            }
        )
    )
    assert to_command(asked, LAB).name is CommandName(name)


def test_every_command_of_the_controller_can_be_sent() -> None:
    """All but `load`, for which the page names a file and its server reads it, and the papers,
    which have routes of their own. The band of dry runs is the server's own affair.
    """
    papers = (
        {"band"}
        | {name.value for name in CommandName if name.value.startswith("recipe.")}
        | {"sign"}
    )
    assert {name.value for name in CommandName} == {*GOOD, "load", *papers}
    for name in papers:
        with pytest.raises(ValidationError):
            COMMAND.validate_json(message(name, {}))
    COMMAND.validate_json(message("load", {"recipe": "training.toml"}))
    assert (ROOT / "recipes" / "training.toml").exists()


@pytest.mark.parametrize(("name", "args"), BAD, ids=range(len(BAD)))
def test_what_is_malformed_is_refused(name: str, args: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        COMMAND.validate_json(message(name, args))
