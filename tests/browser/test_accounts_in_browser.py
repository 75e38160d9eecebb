"""Accounts in a real browser: the first administrator, a second person, and a role that ends."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

import pyotp
import pytest
from entering import PASSWORD, set_up, sign_in
from livebatch import quick_files
from playwright.sync_api import Browser, Page, expect

from hmi.processes import Processes, Setup

pytestmark = pytest.mark.browser

BOBS = "copper kettle sings"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def people(page: Page) -> None:
    """Go to the people, by the name in the head."""
    page.locator(".head-person a").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible(timeout=10_000)


def takes_a_paste(page: Page) -> None:
    """The password is masked, may be shown, and a manager may fill or paste it."""
    field = page.locator("input[name=password]")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "current-password")
    assert field.evaluate(
        "it => it.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, cancelable: true}))"
    )
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Show the password").click()


def second_factor(page: Page) -> str:
    """Set up a second factor on the page of people; its secret."""
    mine = page.locator("[data-factor]")
    mine.get_by_role("button", name="Set up").click()
    secret = mine.locator("[data-secret]").inner_text(timeout=10_000)
    expect(mine.get_by_role("img", name="QR code")).to_be_visible()
    mine.locator("input[name=totp]").fill(pyotp.TOTP(secret).now())
    mine.get_by_role("button", name="Confirm").click()
    expect(page.locator("[data-factor=on]")).to_be_visible(timeout=10_000)
    expect(page.locator("[data-secret]")).to_have_count(0)
    return secret


def test_an_administrator_adds_a_second_person_and_takes_a_role_away(
    chromium_browser: Browser, tmp_path: Path
) -> None:
    plant, recipe = quick_files(tmp_path, on_time_s=60.0)
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    first, second = (chromium_browser.new_context().new_page() for _ in range(2))
    problems: list[str] = []
    for page in (first, second):
        page.on("pageerror", lambda error: problems.append(str(error)))
    with Processes(Setup(plant, str(recipe), 10.0, 1, port)) as processes:
        first.goto(address)
        expect(first.get_by_role("heading", name="First administrator")).to_be_visible()
        set_up(first, processes, "Ada")
        expect(first.locator("[data-state=IDLE]").first).to_be_visible(timeout=20_000)

        people(first)
        first.locator(".add-person input[name=name]").fill("Bob")
        first.get_by_role("button", name="Add person").click()
        code = first.locator(".handed-out output").inner_text(timeout=10_000)

        secret = second_factor(first)

        second.goto(address)
        takes_a_paste(second)
        sign_in(second, "Bob")  # he has no password yet
        expect(second.get_by_role("alert")).to_contain_text(
            "password or authenticator code is wrong"
        )
        second.get_by_role("button", name="I have a one-time code").click()
        second.locator("input[name=name]").fill("Bob")
        second.locator("input[name=code]").fill(code)
        second.locator("input[name=password]").fill(BOBS)
        second.get_by_role("button", name="Set password").click()
        expect(second.locator(".head-person")).to_contain_text("Operator", timeout=20_000)
        assert BOBS != PASSWORD

        first.locator("[data-person=Bob]").get_by_role("button", name=re.compile("Change")).click()
        change = first.locator("[data-person=Bob] .person-change")
        change.locator("input[name=role-operator]").uncheck()
        change.locator("input[name=role-viewer]").check()
        change.get_by_role("button", name="Save roles").click()
        # The live stream ends with the session, so the page knows within a second or two.
        expect(second.get_by_role("heading", name="Sign in")).to_be_visible(timeout=5_000)

        sign_in(second, "Ada")  # the password is right, the code is missing
        expect(second.get_by_role("alert")).to_contain_text("authenticator code is wrong")
        second.locator("input[name=totp]").fill(
            pyotp.TOTP(secret).at(int(time.time()), counter_offset=1)
        )
        second.get_by_role("button", name="Sign in", exact=True).click()
        expect(second.locator(".head-person")).to_contain_text("Ada", timeout=20_000)
    assert not problems
