"""What systemd, or our own supervisor, is told."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from controller.edge.notify import ALIVE, READY, notify


@pytest.mark.parametrize("abstract", [False, True])
def test_words_arrive_at_a_path_and_at_an_abstract_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool
) -> None:
    address = f"@{tmp_path}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(address.replace("@", "\0", 1))
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify(READY)
        notify(ALIVE)
        assert supervisor.recv(64) == b"READY=1"
        assert supervisor.recv(64) == b"WATCHDOG=1"


def test_a_supervisor_that_is_gone_or_does_not_listen_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify(ALIVE)
    address = str(tmp_path / "deaf")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(address)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        for _ in range(2_000):
            notify(ALIVE)
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify(ALIVE)
