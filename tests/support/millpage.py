"""A simulated mill with its page for browser tests: the real processes, and people who sign in."""

from __future__ import annotations

import re
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from livebatch import quick_files
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, expect

from hmi.processes import Processes, Setup

CODE = re.compile(r"code:\s+(\S+)")
PASSWORD = "violet anchor melts"
TAKEN_S = 20.0
CHARGE = {
    "cam_mass_g": 95.0,
    "sse_mass_g": 5.0,
    "cam_lot": "C-1",
    "sse_lot": "S-1",
    "blade_id": "B-1",
    "emptied_and_cleaned": True,
    "checked_by": "Cy",
}
REFUSED = "Failed to load resource: the server responded with a status of 4"
SECOND_PRESS_MS = 450.0  # sooner, the page takes it for a slip of the finger


@dataclass
class MillPage:
    """The processes, and where the page is."""

    processes: Processes
    url: str
    browser: Browser
    training: Path

    def post(self, context: BrowserContext, path: str, data: dict[str, Any]) -> APIResponse:
        """One request as the page makes it."""
        headers = {"Origin": self.url.rstrip("/"), "Content-Type": "application/json"}
        answer = context.request.post(f"{self.url}api/{path}", data=data, headers=headers)
        assert answer.ok, (path, answer.status, answer.text())
        return answer

    def administrator(self) -> BrowserContext:
        """The first account, signed in."""
        context = self.browser.new_context()
        code = console_code(self.processes)
        self.post(context, "setup", {"name": "Root", "code": code, "password": PASSWORD})
        self.post(context, "proof", {"password": PASSWORD})
        return context

    def person(self, admin: BrowserContext, name: str, *roles: str) -> BrowserContext:
        """A new person with these roles, signed in."""
        code = self.post(admin, "users", {"name": name, "roles": list(roles)}).json()["code"]
        context = self.browser.new_context()
        self.post(context, "enroll", {"name": name, "code": code, "password": PASSWORD})
        return context

    def give(self, command: str, /, **args: Any) -> None:
        """One command by the operator Bo at the controller's door, as soon as the mill takes it."""
        deadline = time.monotonic() + TAKEN_S
        transport = httpx.HTTPTransport(uds=str(self.processes.socket))
        with httpx.Client(transport=transport, base_url="http://door", timeout=5.0) as door:
            while True:
                seen = door.get("/v1/snapshot")
                version = seen.json()["state_version"] if seen.is_success else 0
                who = {"user": "Bo", "roles": ["operator"], "state_version": version}
                message = {"id": str(uuid.uuid4()), "name": command, "args": args, **who}
                answer = door.post("/v1/commands", json=message).json()
                if answer["accepted"]:
                    return
                assert time.monotonic() < deadline, (command, answer)
                time.sleep(0.1)

    def start_batch(self) -> None:
        """Load, charge and start the one recipe."""
        recipe = self.processes.setup.recipe
        text = Path(recipe).read_text(encoding="utf-8")
        self.give("load", recipe_toml=text, name=Path(recipe).name)
        self.give("charge", **CHARGE)
        self.give("start")


@contextmanager
def mill_page(
    browser: Browser,
    folder: Path,
    speed: float,
    record: Path | None = None,
    on_time_s: float = 600.0,
    *,
    supervised: bool = False,
) -> Iterator[MillPage]:
    """A mill whose one recipe is soon at the milling, and its page; `record` is of earlier days."""
    plant, recipe = quick_files(folder, on_time_s=on_time_s)
    shelf = folder / "shelf"
    shelf.mkdir()
    recipe.rename(shelf / recipe.name)
    training = folder / "training.sock"
    port = free_port()
    setup = Setup(
        plant,
        str(shelf / recipe.name),
        speed,
        1,
        port,
        recipes=shelf,
        training_socket=training,
        record=record,
        supervised=supervised,
    )
    with Processes(setup) as processes:
        yield MillPage(processes, f"http://127.0.0.1:{port}/", browser, training)


@contextmanager
def watched_page(
    mill: MillPage, context: BrowserContext, *, may_be_refused: bool = False
) -> Iterator[Page]:
    """A page of the panel's size. Errors, dialogs and foreign requests fail the test; with
    `may_be_refused` a request that the server refuses does not.
    """
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.set_default_timeout(10_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.on("request", lambda sent: _own(sent.url, mill.url, problems))
    try:
        yield page
        if may_be_refused:
            problems = [problem for problem in problems if not problem.startswith(REFUSED)]
        assert not problems, problems
    finally:
        page.close()  # with its stream: a browser has six connections to a server


def _own(url: str, ours: str, problems: list[str]) -> None:
    if not url.startswith(ours):
        problems.append(f"a request to {url}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def console_code(processes: Processes) -> str:
    """The code that the page's process printed last."""
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        codes = [match[1] for line in processes.page_lines() if (match := CODE.search(line))]
        if codes:
            return codes[-1]
        time.sleep(0.05)
    raise AssertionError("no code was printed")


def press(page: Page, name: str, *, twice: bool) -> None:
    """Give a command as a person does; what adds energy or gives access is pressed twice."""
    button = page.locator(f"button[data-command='{name}']")
    button.click()
    if twice:
        expect(button).to_have_class(re.compile("armed"))
        page.wait_for_timeout(SECOND_PRESS_MS)
        button.click()


def expect_state(page: Page, name: str, timeout_s: float = 15.0) -> None:
    """Wait until the page shows this state."""
    badge = page.locator("[data-state]").first
    expect(badge).to_have_attribute("data-state", name, timeout=1000.0 * timeout_s)
