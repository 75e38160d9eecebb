"""What the door tells of the machine behind the mill, and whether the record is whole."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from recording import record_of_run
from simplant import Rig, live_rig

from controller.api.inside import inside_routes
from controller.api.wholeness import wholeness_routes
from controller.core.signals import Signal
from controller.edge.codec import PointCodec
from controller.histogram import Histogram

WITHIN_S = 60.0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("data")
    record_of_run(folder)
    yield folder


def ask(app: FastAPI, check: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async def asked() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
            await check(http)

    asyncio.run(asyncio.wait_for(asked(), WITHIN_S))


def check_app(data: Path) -> FastAPI:
    app = FastAPI()
    app.include_router(wholeness_routes(data))
    return app


async def verdict(http: httpx.AsyncClient) -> dict[str, Any]:
    started = (await http.post("/v1/record/verify")).json()
    assert started["running"]
    while (told := (await http.get("/v1/record/verify")).json())["running"]:
        await asyncio.sleep(0.05)
    return dict(told["verdict"])


def test_a_changed_row_is_found_by_the_check(tmp_path: Path) -> None:
    record_of_run(tmp_path)

    async def check(http: httpx.AsyncClient) -> None:
        assert (await http.get("/v1/record/verify")).json() == {"running": False, "verdict": None}
        good = await verdict(http)
        assert good["good"] and good["rows"] > 10
        with sqlite3.connect(tmp_path / "record.sqlite") as db:
            db.execute("DROP TRIGGER ev_kept")
            db.execute("UPDATE ev SET text = 'nothing happened' WHERE seq = 7")
        bad = await verdict(http)
        assert not bad["good"] and bad["broken"]["row"] == 7

    ask(check_app(tmp_path), check)


def test_the_inside_has_the_words_of_every_wired_signal(data: Path) -> None:
    async def check() -> None:
        async with live_rig() as rig:
            await rig.scan_until(lambda image: image.values[Signal.O2_PPM] > 0.0)
            inside = await told(rig, data)
            assert set(inside["signals"]) == {s.name.lower() for s in rig.file.signals}
            for signal in rig.file.signals:
                found = inside["signals"][signal.name.lower()]
                assert found["words"], signal
            channel = rig.file.signal_channel(Signal.JAR_C)
            assert isinstance(channel.codec, PointCodec)
            raw = inside["signals"]["jar_c"]
            at = channel.codec.point.address - raw["address"]
            assert channel.decode(raw["words"], at)[0] == pytest.approx(25.0, abs=10.0)
            assert {one["stranger"] for one in inside["devices"].values()} == {""}

    asyncio.run(asyncio.wait_for(check(), WITHIN_S))


async def told(rig: Rig, data: Path) -> Any:
    counts = Histogram()
    counts.add(0.0015)
    app = FastAPI()
    app.include_router(inside_routes(rig.plant, data, counts.counted))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        inside = (await http.get("/v1/inside")).json()
    assert inside["scan_s"]["at_most"][-1] == 1
    assert inside["storage"]["record_bytes"] > 0 and inside["storage"]["trends"] >= 1
    return inside
