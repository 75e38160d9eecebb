"""What a supervisor and Prometheus may see on a port of the loopback address, and nothing else.

The door itself is a Unix socket, which Prometheus does not scrape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response


def make_scrape_app(health: Callable[[], dict[str, Any]], metrics: Callable[[], bytes]) -> FastAPI:
    """`/metrics`, `/health` (200 while this process lives), `/ready` (503 with what is missing)."""
    app = FastAPI(title="blademill figures", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/metrics")
    async def figures() -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4")

    @app.get("/health")
    async def healthy() -> JSONResponse:
        return JSONResponse(health())

    @app.get("/ready")
    async def ready() -> JSONResponse:
        missing = health()["missing"]
        status = 503 if missing else 200
        return JSONResponse({"ready": not missing, "missing": missing}, status_code=status)

    return app
