"""Where the controller's door is."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DoorAddress:
    """Where the controller listens: `socket` if given, else `port` of 127.0.0.1."""

    socket: Path | None = None
    port: int = 0

    def __str__(self) -> str:
        return str(self.socket) if self.socket else f"127.0.0.1:{self.port}"


def default_data() -> Path:
    """Where that is kept which must outlive the process, unless told otherwise."""
    given = os.environ.get("STATE_DIRECTORY")  # of a systemd unit
    state = os.environ.get("XDG_STATE_HOME")
    return Path(given) if given else Path(state or "~/.local/state").expanduser() / "blademill"


def default_socket() -> Path:
    """Where the door is unless told otherwise: the user's runtime folder."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime) if runtime else Path(tempfile.gettempdir()) / f"blademill-{os.getuid()}"
    return base / "blademill" / "controller.sock"


def down_notice(socket: Path) -> Path:
    """The file beside the door that says why nobody opens it any more."""
    return socket.with_suffix(".down")


def why_down(socket: Path | None) -> str:
    """What that file says, as a sentence for people; nothing while a controller may come back."""
    if socket is None:
        return ""
    try:
        return str(json.loads(down_notice(socket).read_text(encoding="utf-8"))["text"])
    except FileNotFoundError:
        return ""
