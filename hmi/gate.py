"""The gate in front of the web application: where a request may come from, and what goes with
every answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
JSON_TYPE: Final = "application/json"

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none';"
        " object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STAY_ENCRYPTED: Final = {"Strict-Transport-Security": "max-age=31536000"}
HTTPS_PORT: Final = 443


def refusal(status: int, code: str, text: str) -> JSONResponse:
    """The one form in which this server says no: a code for the page, a text for the person."""
    return JSONResponse({"error": code, "text": text}, status_code=status)


class Gate:
    """Wraps the whole application, so that error pages pass through it like any other answer.

    The `Host` must be one of ours (a page elsewhere may point its own name at this address), and
    whatever changes something must come from our own page and be JSON. `names` are those that the
    server has beside this computer's own; with any, it speaks TLS.
    """

    def __init__(self, app: ASGIApp, port: int, names: Sequence[str] = ()) -> None:
        self._app = app
        ours = {f"{name.lower()}:{port}" for name in ("127.0.0.1", "localhost", *names)}
        if port == HTTPS_PORT:
            ours |= {host.removesuffix(f":{port}") for host in ours}
        self._hosts = ours
        self._origins = {f"{'https' if names else 'http'}://{host}" for host in ours}
        self._headers = SECURITY_HEADERS | (STAY_ENCRYPTED if names else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI scope."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = self._refused(scope["method"], Headers(scope=scope)) or self._app
        await answer(scope, receive, _with_headers(send, scope["path"], self._headers))

    def _refused(self, method: str, headers: Headers) -> JSONResponse | None:
        if headers.get("host", "").lower() not in self._hosts:
            return refusal(421, "host", "This server does not answer to that name.")
        if method in SAFE_METHODS:
            return None
        if headers.get("origin") not in self._origins:
            return refusal(403, "origin", "This request did not come from the operator page.")
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method != "DELETE" and media_type != JSON_TYPE:
            return refusal(415, "content_type", f"Only {JSON_TYPE} is accepted.")
        return None


def _with_headers(send: Send, path: str, added: Mapping[str, str]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(added)
            if path.startswith("/api/"):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return send_with_headers
