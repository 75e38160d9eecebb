"""`blademill hmi`: where it listens, and what it says when it cannot."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner

from controller.errors import StartError
from hmi.cli import hmi
from hmi.server import listen as listen_at


@pytest.mark.parametrize(
    "host",
    [
        "",
        "::",
        "0.0.0.0",  # noqa: S104
        "192.168.1.5",
        "example.org",
        "localhost",
    ],
)
def test_only_this_computer_is_served(host: str) -> None:
    with pytest.raises(StartError, match=r"127\.0\.0\.1 only"):
        listen_at(host, 0)


def test_a_port_that_is_taken_is_said_and_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartError) as caught:
            listen_at("127.0.0.1", port)
    assert str(port) in str(caught.value)
    assert "--port" in caught.value.person_text


def test_two_addresses_of_one_controller_are_wrong_usage() -> None:
    result = CliRunner().invoke(hmi, ["--socket", "/x", "--controller-port", "1", "--port", "0"])
    assert result.exit_code == 2
    assert "not both" in result.output
