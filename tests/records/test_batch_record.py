"""The record of a whole batch: complete, the same each time, and its trend to the last bit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from recording import Recorded

from controller.core.batch import J_PER_KWH
from controller.core.commands import Command, CommandName
from controller.core.findings import Disposition, Fate, Measurement, Method, Recovered
from controller.core.roles import Role
from controller.core.signals import NAN, Quality, Signal
from controller.core.states import State
from controller.errors import RecordError
from controller.records.archive import archive, open_trend
from controller.records.backup import copy_record
from controller.records.batch_trend import lid_to_lid
from controller.records.downsample import least_and_greatest
from controller.records.reader import RecordReader
from controller.records.trendfile import (
    COLUMNS,
    SIGNAL_COLUMNS,
    Sample,
    TrendFile,
    frame_bytes,
    header_bytes,
)

LIVE_MB_PER_H = 15.0
ARCHIVED_MB_PER_H = 4.0
ROLES = frozenset({Role.OPERATOR, Role.SUPERVISOR})


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    run = Recorded(tmp_path_factory.mktemp("data"))
    run.run()
    for found in (
        Measurement(batch=run.batch_id, thickness_nm=480.0, method=Method.FIB_SEM, n=40),
        Recovered(batch=run.batch_id, recovered_g=96.5),
        Disposition(batch=run.batch_id, disposition=Fate.RELEASED, reason="within limits"),
    ):
        name = {Measurement: "measure", Recovered: "yield", Disposition: "dispose"}[type(found)]
        decision = run.step(
            Command(
                id=f"found-{name}",
                name=CommandName(name),
                user="tester",
                roles=ROLES,
                proved=True,
                finding=found,
            )
        )
        assert decision.results[0].accepted, decision.results
    run.record._archiver.end()  # this module archives by itself
    run.end()
    return run


def test_the_record_has_everything_that_a_paper_and_a_release_ask_for(recorded: Recorded) -> None:
    state = recorded.world.state
    found = RecordReader(recorded.folder).batch(recorded.batch_id)
    assert found["outcome"] == "COMPLETE"
    assert found["simulated"] is True
    recipe = found["recipe"]
    assert recipe["sha256"] == recorded.recipe.sha256
    assert recipe["text"] == recorded.recipe.text
    for key in ("software", "plant_sha256", "device_map_sha256", "sqlite"):
        assert found["setting"][key]
    assert found["charge"]["actual_wt_percent"] == pytest.approx(5.0)
    assert found["charge"]["tolerance_points"] == 0.1
    assert found["powders"]["core"]["d50_um"] == recorded.recipe.core.d50_um
    assert found["milling"]["revolutions"] == pytest.approx(state.totals.revolutions)
    assert found["milling"]["on_time_s"] == pytest.approx(state.totals.on_time_s)
    mass_kg = state.batch.mass_kg if state.batch else 0.0
    net = state.totals.energy_j / J_PER_KWH / mass_kg
    assert found["milling"]["energy_net_kwh_per_kg"] == pytest.approx(net, rel=1e-6)
    assert found["trend"]["energy_gross_kwh_per_kg"] > net
    assert found["leak_test"]["leak_rate_mbar_l_s"] == state.position.leak_rate_mbar_l_s
    assert found["trend"]["o2_ppm"]["ppm_min"] > 0.0
    assert found["trend"]["o2_ppm"]["at_first_turn"] < 50.0
    assert found["predicted"]["assumptions"]
    assert found["measured"][0]["data"]["thickness_nm"] == 480.0
    assert found["yield"]["yield_percent"] == pytest.approx(96.5)
    assert found["disposition"]["disposition"] == "released"
    moves = [(item["data"]["from"], item["data"]["to"]) for item in found["transitions"]]
    assert moves[0] == ("IDLE", "STARTING")
    assert moves[-1] == ("COMPLETING", "COMPLETE")
    names = [item["data"]["command"] for item in found["commands"]]
    assert names == ["load", "charge", "start", "measure", "yield", "dispose"]


def test_the_record_is_the_same_before_and_after_archiving(recorded: Recorded) -> None:
    """K12, and that an archive is the trend to the last bit."""
    reader = RecordReader(recorded.folder)
    before = json.dumps(reader.batch(recorded.batch_id))
    assert json.dumps(reader.batch(recorded.batch_id)) == before
    live = recorded.folder / "trends" / f"{recorded.batch_id}.trend"
    hours = recorded.world.now_s / 3600.0
    found = archive(live)
    assert live.stat().st_size / 1e6 / hours < LIVE_MB_PER_H
    assert found["bytes"] / 1e6 / hours < ARCHIVED_MB_PER_H
    aside = live.rename(live.with_suffix(".aside"))
    assert json.dumps(reader.batch(recorded.batch_id)) == before
    aside.rename(live)


def test_a_changed_trend_is_found(recorded: Recorded) -> None:
    reader = RecordReader(recorded.folder)
    assert reader.verify().good
    live = recorded.folder / "trends" / f"{recorded.batch_id}.trend"
    whole = live.read_bytes()
    live.write_bytes(whole[:200_000] + bytes([whole[200_000] ^ 1]) + whole[200_001:])
    broken = reader.verify().broken
    live.write_bytes(whole)
    assert broken is not None
    assert "was changed in frame" in broken.reason
    live.unlink()
    broken = reader.verify().broken
    live.write_bytes(whole)
    assert broken is not None
    assert "is missing" in broken.reason


def test_a_backup_is_whole_and_nothing_is_overwritten(recorded: Recorded, tmp_path: Path) -> None:
    verdict = copy_record(recorded.folder, tmp_path / "backup")
    assert verdict.good
    copy_record(tmp_path / "backup", tmp_path / "restored")
    restored = RecordReader(tmp_path / "restored")
    assert restored.verify().head == RecordReader(recorded.folder).verify().head
    batch = restored.batch(recorded.batch_id)
    assert batch == RecordReader(recorded.folder).batch(recorded.batch_id)
    with pytest.raises(RecordError, match="is there already"):
        copy_record(recorded.folder, tmp_path / "restored")


def test_a_damaged_record_gives_no_backup(recorded: Recorded, tmp_path: Path) -> None:
    copy_record(recorded.folder, tmp_path / "data")
    trend = next((tmp_path / "data" / "trends").glob("*.trend"))
    trend.write_bytes(trend.read_bytes()[:-3_000])
    with pytest.raises(RecordError, match="not good"):
        copy_record(tmp_path / "data", tmp_path / "backup")
    assert not (tmp_path / "backup" / "record.sqlite").exists()


def test_a_trend_for_a_picture_keeps_the_extremes(recorded: Recorded) -> None:
    reader = RecordReader(recorded.folder)
    series = reader.trend(recorded.batch_id, 100)["series"]
    trend = open_trend(recorded.folder / "trends", recorded.batch_id)
    assert trend is not None
    for name, found in series.items():
        whole = trend.column(name)
        known = [value for value in found["values"] if value is not None]
        assert len(found["values"]) <= 100
        assert max(known) == pytest.approx(float(np.nanmax(whole[np.isfinite(whole)])), rel=1e-5)
        assert min(known) == pytest.approx(float(np.nanmin(whole[np.isfinite(whole)])), rel=1e-5)


def test_a_part_of_a_trend_has_every_scan_that_the_whole_left_out(recorded: Recorded) -> None:
    reader = RecordReader(recorded.folder)
    trend = open_trend(recorded.folder / "trends", recorded.batch_id)
    assert trend is not None
    times, values = trend.times(), trend.column("rotor_rpm")
    begin, end = len(times) // 3, len(times) // 3 + 50
    span = float(times[begin]), float(times[end])
    part = reader.trend(recorded.batch_id, 100, ["rotor_rpm"], span)
    found = part["series"]["rotor_rpm"]
    # One scan more on each side leads the line to the edges of the picture.
    assert found["t_s"] == np.round(times[begin - 1 : end + 2], 3).tolist()
    assert found["values"] == pytest.approx(values[begin - 1 : end + 2].tolist())
    assert part["scans"] == end - begin + 3


@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 10_007])
def test_downsampling_keeps_every_spike_in_order(count: int) -> None:
    rng = np.random.default_rng(count)
    values = rng.normal(size=count).astype(np.float32)
    values[rng.integers(count)] = 100.0
    values[rng.random(count) < 0.1] = np.nan
    kept = least_and_greatest(values, 100)
    assert len(kept) <= 100 or count <= 100
    assert (np.diff(kept) > 0).all()
    known = values[np.isfinite(values)]
    if len(known):
        assert np.nanmax(values[kept]) == known.max()
        assert np.nanmin(values[kept]) == known.min()


def sample(t_s: float, value: float) -> Sample:
    return Sample(
        t_s,
        1_700_000_000_000,
        [value] * len(SIGNAL_COLUMNS),
        [Quality.GOOD if value == value else Quality.STALE] * len(SIGNAL_COLUMNS),
        (1.0,) * (len(COLUMNS) - len(SIGNAL_COLUMNS)),
    )


def test_unknown_and_above_range_come_back_with_their_quality(tmp_path: Path) -> None:
    path = tmp_path / "B.trend"
    rows = [sample(0.1, 1.5), sample(0.2, NAN), sample(0.3, float("inf"))]
    path.write_bytes(header_bytes("B", 0.1) + frame_bytes(0, rows))
    trend = TrendFile(path)
    found = trend.column("o2_ppm").tolist()
    assert (found[0], found[2]) == (1.5, float("inf"))
    assert found[1] != found[1]
    words = [trend.header["qualities"][code] for code in trend.quality("o2_ppm")]
    assert words == ["good", "stale", "good"]
    assert trend.times().tolist() == [0.1, 0.2, 0.3]


@pytest.mark.parametrize("cut", [1, 100, 2_000])
def test_a_torn_last_frame_is_left_out(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "B.trend"
    frames = [frame_bytes(n, [sample(n + scan / 10, 2.0) for scan in range(10)]) for n in range(3)]
    path.write_bytes((header_bytes("B", 0.1) + b"".join(frames))[:-cut])
    assert TrendFile(path).frames == 2
    zeros = header_bytes("B", 0.1) + frames[0] + frames[1] + bytes(len(frames[2]))
    path.write_bytes(zeros)
    assert TrendFile(path).frames == 2


def test_lid_to_lid_is_from_the_closing_before_the_first_turn_to_the_next_opening() -> None:
    lid = np.array([1, 0, 0, 1, 1, 1, 1, 0, 1], dtype=np.float32)
    spins = np.array([0, 0, 0, 0, 1, 1, 0, 0, 0], dtype=bool)
    assert lid_to_lid(lid, spins) == (3, 7)
    assert lid_to_lid(np.ones(9, np.float32), spins) == (0, 9)


def test_the_columns_are_those_of_the_signals() -> None:
    assert tuple(signal.name.lower() for signal in Signal) == SIGNAL_COLUMNS
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert len(State) < 256
