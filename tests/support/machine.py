"""What the tests need of the machine besides Python: a Chromium, mbpoll, promtool,
systemd-analyze, strace and Pango.

Run as a script (`make test` does) it installs what is missing where that is allowed, and stops
with the one command to type where it is not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHROMIUM_ADVICE = (
    "The browser tests need Chromium, and none was found. Type:\n"
    "  sudo apt-get install -y chromium\n"
    "or name one: BLADEMILL_CHROMIUM=/path/to/chromium make test"
)
MBPOLL_ADVICE = (
    "The tests marked modbus need mbpoll, and it was not found: they will fail. Type:\n"
    "  sudo apt-get install -y mbpoll"
)

PROMTOOL_ADVICE = (
    "The tests marked prometheus need promtool, and it was not found: they will fail. Type:\n"
    "  sudo apt-get install -y prometheus"
)


def find_chromium() -> str | None:
    """The path of a Chromium: the one that BLADEMILL_CHROMIUM names, else the first on PATH."""
    named = os.environ.get("BLADEMILL_CHROMIUM")
    candidates = (named,) if named else CHROMIUM_NAMES
    return next((path for name in candidates if (path := shutil.which(name))), None)


def missing_packages() -> list[str]:
    """The Debian packages that would bring what is missing."""
    chosen = find_chromium() or os.environ.get("BLADEMILL_CHROMIUM")
    chromium = [] if chosen else ["chromium", "fonts-liberation"]
    mbpoll = [] if shutil.which("mbpoll") else ["mbpoll"]
    prometheus = [] if shutil.which("promtool") else ["prometheus"]
    systemd = [] if shutil.which("systemd-analyze") else ["systemd"]
    strace = [] if shutil.which("strace") else ["strace"]
    # What sets reports as PDF; a browser mostly brings it along.
    pango = [] if find_library("pangoft2-1.0") else ["libpango-1.0-0", "libpangoft2-1.0-0"]
    return chromium + mbpoll + prometheus + systemd + strace + pango


def install(packages: list[str]) -> None:
    """Installs Debian packages when this is root on a machine that has them."""
    if not packages or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for command in (
        [*get, "update"],
        [*get, "install", "--yes", "--no-install-recommends", *packages],
    ):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    """Makes sure of what the tests need, or says what is missing."""
    install(missing_packages())
    if shutil.which("mbpoll") is None:
        print(MBPOLL_ADVICE, file=sys.stderr)
    if shutil.which("promtool") is None:
        print(PROMTOOL_ADVICE, file=sys.stderr)
    if find_chromium() is None:
        sys.exit(CHROMIUM_ADVICE)


if __name__ == "__main__":
    main()
