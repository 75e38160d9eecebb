"""The page for other computers: with TLS only, with the cookie and headers that go with it."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from controller.errors import StartError
from hmi.gate import Gate
from hmi.server import listen
from hmi.tls import Tls, checked

NAME = "mill.test"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of its own, for NAME and 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    names = f"subjectAltName=DNS:{NAME},IP:127.0.0.1"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={NAME}", "-addext", names, "-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)
    return cert, key


def test_another_address_is_served_with_tls_only(pair: tuple[Path, Path]) -> None:
    with pytest.raises(StartError, match="without TLS"):
        listen("127.0.0.2", 0)
    listen("127.0.0.2", 0, Tls(*pair, (NAME,))).close()


def test_the_three_options_come_together(pair: tuple[Path, Path]) -> None:
    cert, key = pair
    assert checked(None, None, ()) is None
    assert checked(cert, key, (NAME,)) == Tls(cert, key, (NAME,))
    for part in ((cert, None, (NAME,)), (None, key, (NAME,)), (cert, key, ())):
        with pytest.raises(StartError, match="not complete"):
            checked(*part)


def test_a_key_that_others_may_read_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    open_key = tmp_path / "key.pem"
    open_key.write_bytes(pair[1].read_bytes())
    open_key.chmod(0o640)
    with pytest.raises(StartError, match="by others"):
        checked(pair[0], open_key, (NAME,))


def test_a_key_that_does_not_belong_to_the_certificate_is_refused(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "genrsa", "-out", str(other), "2048"], check=True, capture_output=True
    )
    other.chmod(0o600)
    with pytest.raises(StartError, match="cannot be used with"):
        checked(pair[0], other, (NAME,))


@pytest.mark.parametrize(
    ("names", "host", "origin", "status"),
    [
        ((NAME,), f"{NAME}:8443", f"https://{NAME}:8443", 404),
        ((NAME,), f"{NAME}:8443", f"http://{NAME}:8443", 403),
        ((NAME,), "127.0.0.1:8443", "https://127.0.0.1:8443", 404),
        ((NAME,), "other.test:8443", "https://other.test:8443", 421),
        ((), f"{NAME}:8443", f"https://{NAME}:8443", 421),
        ((), "127.0.0.1:8443", "https://127.0.0.1:8443", 403),
    ],
)
def test_only_our_own_names_and_scheme_pass_the_gate(
    names: tuple[str, ...], host: str, origin: str, status: int
) -> None:
    client = TestClient(Gate(Starlette(), 8443, names))
    answer = client.post("/x", json={}, headers={"host": host, "origin": origin})
    assert answer.status_code == status
    assert ("Strict-Transport-Security" in answer.headers) == bool(names)


@contextmanager
def running(pair: tuple[Path, Path], folder: Path) -> Iterator[tuple[int, str]]:
    """`blademill hmi` with TLS and without a controller: its port, and the code of its console."""
    command = [sys.executable, "-m", "controller", "hmi", "--port", "0"]
    options = ["--tls-cert", str(pair[0]), "--tls-key", str(pair[1]), "--name", NAME]
    paths = ["--socket", str(folder / "no.sock"), "--data", str(folder)]
    process = subprocess.Popen(
        [*command, *options, *paths], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        printed = ""
        while "Set-up code" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        address = re.search(rf"https://{re.escape(NAME)}:(\d+)/", printed)
        code = re.search(r"Set-up code:\s+(\S+)", printed)
        assert address, printed
        assert code, printed
        yield int(address[1]), code[1]
    finally:
        process.terminate()
        process.wait(10.0)


def test_a_browser_gets_a_page_by_tls_and_keeps_a_secure_cookie(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    context = ssl.create_default_context(cafile=str(pair[0]))
    with running(pair, tmp_path) as (port, code):
        base = f"https://127.0.0.1:{port}"
        with httpx.Client(verify=context, base_url=base, timeout=20.0) as client:
            first = client.get("/api/session")
            assert first.headers["Strict-Transport-Security"].startswith("max-age=")
            made = client.post(
                "/api/setup",
                headers={"origin": base},
                json={"code": code, "name": "anna", "password": "a rather long pass phrase"},
            )
            assert made.status_code < 300, made.text
            cookie = made.headers["set-cookie"]
            assert cookie.startswith(f"__Host-blademill_{port}=")
            assert all(f"; {word}" in cookie for word in ("HttpOnly", "Path=/", "Secure"))
            assert "domain" not in cookie.lower()
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/", timeout=5.0)
