"""Two people, a batch, its signatures, report and export; a recipe from draft to approved.

Simulator, controller and page's server are real processes, and everything is asked as a browser
asks it.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from doorsite import ARGS
from entering import PASSWORD, setup_code
from livebatch import ROOT, quick_files, wait_for

from controller.records.reader import RecordReader
from controller.reports.signing import export_key
from hmi.processes import Processes, Setup

pytestmark = pytest.mark.modbus

VERIFIER = ROOT / "deploy" / "verify_export.py"


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, address: str, name: str) -> None:
        self.name = name
        self.http = httpx.Client(base_url=address, headers={"origin": address}, timeout=60.0)

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        answer = self.http.post(f"/api/{path}", json=body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return dict(answer.json()) if answer.content else {}

    def get(self, path: str) -> Any:
        answer = self.http.get(f"/api/{path}")
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def snapshot(self) -> dict[str, Any]:
        with self.http.stream("GET", "/api/stream") as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    found = json.loads(line.removeprefix("data: "))
                    if "state_version" in found:
                        return dict(found)
        raise AssertionError("the stream ended")

    def command(self, name: str, args: dict[str, Any] | None = None) -> dict[str, Any]:
        seen = {"state_version": self.snapshot()["state_version"], "seen_s": time.monotonic()}
        body = {"id": str(uuid.uuid4()), "name": name, "args": args or {}, **seen}
        return self.post("command", body)

    def insists(self, name: str, args: dict[str, Any] | None = None) -> None:
        """Gives a command until it is accepted, as a person does who reads what is missing."""
        wait_for(lambda: self.command(name, args)["accepted"], 30.0)

    def sign(self, batch_id: str, meaning: str, password: str = PASSWORD, status: int = 200) -> Any:
        content = self.get(f"batches/{batch_id}")["content"]
        body = {
            "id": str(uuid.uuid4()),
            "meaning": meaning,
            "content_sha256": content["sha256"],
            "through_seq": content["through_seq"],
            "password": password,
        }
        return self.post(f"batches/{batch_id}/signatures", body, status)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Processes, Person, Person]]:
    folder = tmp_path_factory.mktemp("live")
    plant, recipe = quick_files(folder, on_time_s=20.0)
    shelf = folder / "shelf"
    shelf.mkdir()
    recipe.rename(shelf / "quick.toml")
    setup = Setup(plant, str(shelf / "quick.toml"), 10.0, 1, 0, recipes=shelf)
    with Processes(setup) as processes:
        code = setup_code(processes)
        address = next(
            word
            for line in processes._words("hmi").splitlines()
            for word in line.split()
            if word.startswith("http://")
        ).rstrip("/")
        ada, bob = Person(address, "Ada"), Person(address, "Bob")
        ada.post("setup", {"name": "Ada", "code": code, "password": PASSWORD}, 204)
        roles = ["supervisor", "operator"]
        code = ada.post("users", {"name": "Bob", "roles": roles}, 201)["code"]
        bob.post("enroll", {"name": "Bob", "code": code, "password": PASSWORD}, 204)
        yield processes, ada, bob


@pytest.mark.long
def test_a_batch_is_signed_by_two_people_and_its_export_verifies_elsewhere(
    site: tuple[Processes, Person, Person], tmp_path: Path
) -> None:
    processes, ada, bob = site
    ada.insists("load", {"recipe": "quick.toml"})
    ada.insists("charge", ARGS["charge"])
    ada.insists("start")
    wait_for(lambda: ada.snapshot()["state"] == "RUNNING", 30.0)
    ada.command("stop")
    wait_for(lambda: ada.snapshot()["state"] == "STOPPED", 60.0)
    ada.insists("ack", {"alarm": "*"})
    batch_id = ada.get("batches")[0]["id"]
    refused = ada.sign(batch_id, "performed")
    assert not refused["accepted"] and "to be reset" in refused["reasons"][0]
    ada.insists("reset")
    wait_for(lambda: ada.snapshot()["state"] == "IDLE", 30.0)
    wait_for(lambda: _kinds(ada, batch_id) >= {"trend"}, 30.0)

    assert ada.sign(batch_id, "performed", "not my password", 403)["error"] == "wrong"
    assert "comes first" in bob.sign(batch_id, "reviewed")["reasons"][0]
    assert ada.sign(batch_id, "performed")["accepted"]
    assert "another person" in ada.sign(batch_id, "reviewed")["reasons"][0]
    assert bob.sign(batch_id, "reviewed")["accepted"]
    assert bob.sign(batch_id, "released")["accepted"]

    page = bob.http.get(f"/api/batches/{batch_id}/report.html")
    assert page.status_code == 200
    assert "I reviewed this record and find it complete" in page.text and "SIMULATED" in page.text
    printed = bob.http.get(f"/api/batches/{batch_id}/report.pdf")
    assert printed.content.startswith(b"%PDF-")
    packed = bob.http.get(f"/api/batches/{batch_id}/export.zip")
    assert packed.status_code == 200, packed.text
    elsewhere = tmp_path / "elsewhere"
    zipfile.ZipFile(io.BytesIO(packed.content)).extractall(elsewhere)
    key = export_key(processes.folder).fingerprint
    done = subprocess.run(
        [sys.executable, "-S", str(VERIFIER), str(elsewhere), key], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert RecordReader(processes.folder).verify().good


def _kinds(person: Person, batch_id: str) -> set[str]:
    """What of the trend is there already."""
    return {"trend"} if person.get(f"batches/{batch_id}")["trend_file"] else set()


def _saved(site: tuple[Processes, Person, Person], text: str) -> dict[str, Any]:
    ada = site[1]
    assert ada.post("library", {"id": str(uuid.uuid4()), "toml": text})["accepted"]
    found = ada.get("library/MINE/1")
    step = {"id": str(uuid.uuid4()), "sha256": found["sha256"]}
    assert ada.post("library/MINE/1/submit", step)["accepted"]
    return dict(ada.get("library/MINE/1"))


@pytest.mark.long
def test_a_recipe_is_approved_on_evidence_that_the_bench_made(
    site: tuple[Processes, Person, Person], tmp_path: Path
) -> None:
    """The whole fault matrix of the text on the controller's own plant file."""
    _, ada, bob = site
    text = (ROOT / "recipes" / "training.toml").read_text().replace('"TRAINING"', '"MINE"')
    found = _saved(site, text)
    assert found["standing"] == "in review"
    jobs = bob.post("library/MINE/1/evidence", {}, 201)
    done: Callable[[str], bool] = lambda job: (  # noqa: E731
        bob.get(f"workshop/jobs/{job}")["state"] not in ("waiting", "running")
    )
    wait_for(lambda: all(map(done, jobs.values())), 1_200.0)
    body = {"sha256": found["sha256"], "password": PASSWORD, **jobs}
    refused = ada.post("library/MINE/1/approve", body | {"id": str(uuid.uuid4())})
    assert refused["reasons"] == ["recipe.approve needs another person than the author"]
    assert bob.post("library/MINE/1/approve", body | {"id": str(uuid.uuid4())})["accepted"]
    found = bob.get("library/MINE/1")
    (approval,) = found["approvals"]
    assert found["approved"] and approval["evidence"]["outcome"] == "COMPLETE"
    assert approval["evidence"]["fault_cases"] > 2_000
    assert approval["evidence"]["fault_unsafe"] == 0

    assert _run_of(site, text)["recipe"]["approvals"] == [approval]
    # One byte more is another text: it runs here, on a simulated mill, and nobody approved it.
    assert _run_of(site, f"{text} ")["recipe"]["approvals"] == []


def _run_of(site: tuple[Processes, Person, Person], text: str) -> dict[str, Any]:
    """The record of a batch that is loaded with this text, and unloaded again."""
    processes, ada, _ = site
    (processes.setup.recipes / "mine.toml").write_text(text)
    ada.insists("load", {"recipe": "mine.toml"})
    wait_for(lambda: ada.snapshot()["batch"] is not None, 30.0)
    batch_id = ada.snapshot()["batch"]["id"]
    ada.command("stop")
    wait_for(lambda: ada.snapshot()["state"] == "STOPPED", 60.0)
    ada.insists("reset")
    wait_for(lambda: ada.snapshot()["state"] == "IDLE", 30.0)
    return dict(ada.get(f"batches/{batch_id}"))
