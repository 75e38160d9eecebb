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


def test_the_body_of_an_answer_does_not_wait_for_an_acknowledgment() -> None:
    """A connection that was let in sends at once; it has this from the listening socket."""
    with listen_at("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        let_in, _ = listener.accept()
        with let_in:
            assert let_in.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
