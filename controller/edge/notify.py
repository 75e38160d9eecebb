"""Words to whoever supervises this process: the datagrams of systemd's sd_notify(3)."""

from __future__ import annotations

import os
import socket
from typing import Final

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


def notify(state: str) -> None:
    """Tell the supervisor, if there is one. Never waits, and a supervisor that is gone is nothing.

    The address is that of `NOTIFY_SOCKET`; one that begins with @ is abstract.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as words:
        try:
            words.sendto(state.encode(), address.replace("@", "\0", 1))
        except OSError:
            return
