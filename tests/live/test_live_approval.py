"""A mill that is not marked simulated runs what two people approved, to the byte.

The evidence is made up here, as the controller believes the page's server; test_live_papers has it
made by the product.
"""

from __future__ import annotations

from typing import Any

import pytest
from livebatch import Live, live, wait_for

from controller import __version__
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import parse_recipe

pytestmark = pytest.mark.modbus

ADA = {"user": "Ada", "roles": ["author"]}
BOB = {"user": "Bob", "roles": ["supervisor"]}


def real(running: Live) -> None:
    """The plant file of a mill that is not simulated; the simulator is behind it all the same."""
    text = running.plant_path.read_text()
    running.plant_path.write_text(text.replace("simulated = true", "simulated = false"))
    running.speed = 1.0


def evidence(recipe_sha256: str, plant_sha256: str) -> dict[str, Any]:
    return {
        "recipe_sha256": recipe_sha256,
        "plant_sha256": plant_sha256,
        "software": __version__,
        "seed": 0,
        "outcome": "COMPLETE",
        "log_sha256": "a" * 64,
        "fault_cases": 2800,
        "fault_failed": 0,
        "fault_matrix_sha256": "b" * 64,
    }


def approve(running: Live, text: str) -> None:
    """From draft to approved, by Ada who wrote it and Bob who did not."""
    recipe = parse_recipe(text.encode(), "mine", None)
    named = {"id": recipe.id, "version": recipe.version, "sha256": recipe.sha256}
    found = evidence(recipe.sha256, load_plant(running.plant_path).sha256)
    assert running.command("recipe.save", ADA, recipe_toml=text, name="mine")["accepted"]
    assert running.command("recipe.submit", ADA, **named)["accepted"]
    both = {"user": "Ada", "roles": ["author", "supervisor"]}
    refused = running.command("recipe.approve", both, **named, evidence=found)
    assert refused["reasons"] == ["recipe.approve needs another person than the author"]
    assert running.command("recipe.approve", BOB, **named, evidence=found)["accepted"]


def refusal(running: Live, text: str) -> str:
    answer = running.command("load", recipe_toml=text, name="mine")
    return " ".join(answer["reasons"])


def test_an_approval_breaks_with_one_byte_of_the_recipe_or_of_the_plant_file() -> None:
    with live(before=real) as running:
        text = running.recipe_path.read_text()
        assert "it is not in the library" in refusal(running, text)
        approve(running, text)
        assert "its text differs from that in the library" in refusal(running, f"{text} ")
        assert refusal(running, text) == ""
        (approval,) = running.get("/v1/library/QUICK/1")["approvals"]
        assert approval["user"] == "Bob"
        wait_for(lambda: running.snapshot()["batch"] is not None)
        batch_id = running.snapshot()["batch"]["id"]
        assert running.get(f"/v1/batches/{batch_id}")["recipe"]["approvals"] == [approval]

        running.process.terminate()
        assert running.process.wait(10.0) == 0
        running.plant_path.write_text(f"{running.plant_path.read_text()}\n")
        running.start()
        assert "not approved for this text and plant" in refusal(running, text)
