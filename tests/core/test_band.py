"""A batch beside its own dry runs: what warns, what does not, and which bands are taken."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from bands import band_of_steps, document_of, step_of
from bench import BATCH, LAB, SHORT, TURNING, Bench, command, kinds, state_in

from controller.core.band import RunBand
from controller.core.commands import CommandName
from controller.core.interlocks import matrix_for
from controller.core.matrix.row import Reaction
from controller.core.phases import Step
from controller.core.recipe import MillHold, MillPulse, Purge
from controller.core.signals import Signal
from controller.core.states import State
from controller.edge.bandfile import TEXT_MAX, band_text, parse_band
from controller.errors import InputError

# The segment goes on for longer than any of these tests.
LONG = replace(
    SHORT,
    phases=tuple(
        replace(phase, end_revolutions=1e6, time_limit_s=1e4)
        if isinstance(phase, MillHold)
        else phase
        for phase in SHORT.phases
    ),
)
MILL = next(i for i, phase in enumerate(SHORT.phases) if isinstance(phase, MillHold))
ROW = "OUTSIDE_DRY_RUNS"
O2, POWDER = Signal.O2_PPM, Signal.POWDER_PROBE_C
NARROW = band_of_steps(SHORT.sha256, step_of(MILL, Step.ON, {POWDER: (20.0, 30.0)}))


def milling(band: RunBand | None) -> Bench:
    batch = replace(BATCH, recipe=LONG, band=band)
    return Bench(state_in(State.RUNNING, MillHold, Step.ON, outputs=TURNING, batch=batch))


def raised(bench: Bench) -> list[str]:
    return [e.text for e in kinds(bench.events, "alarm_raised") if e.data["id"] == ROW]


def test_a_value_outside_for_its_time_warns_and_does_nothing_else() -> None:
    """An estimate never stops a mill."""
    bench = milling(NARROW)
    bench.see({POWDER: 34.0}, seconds=4.0)
    assert raised(bench) == []
    bench.see({POWDER: 34.0}, seconds=2.0)
    (text,) = raised(bench)
    assert "Powder probe: above 30.0 °C" in text
    assert bench.state.state is State.RUNNING and bench.outputs.run


def test_the_row_never_acts_whatever_it_sees() -> None:
    (row,) = (row for row in matrix_for(LAB).rows if row.id == ROW)
    assert row.reaction is row.on_unknown is Reaction.WARN
    assert not row.shuts_argon


def test_inside_without_a_band_and_unknown_say_nothing() -> None:
    for band, value in ((NARROW, 25.0), (None, 34.0), (NARROW, math.nan)):
        bench = milling(band)
        bench.see({POWDER: value}, seconds=20.0)
        assert raised(bench) == []


def test_a_value_comes_back_by_more_than_its_noise() -> None:
    bench = milling(NARROW)
    bench.see({POWDER: 31.0}, seconds=16.0)
    assert len(raised(bench)) == 1
    bench.see({POWDER: 29.8}, seconds=20.0)  # inside, but by less than the deadband
    assert kinds(bench.events, "alarm_cleared") == []
    bench.see({POWDER: 29.0}, seconds=20.0)
    assert [e.data["id"] for e in kinds(bench.events, "alarm_cleared")] == [ROW]


def test_each_stretch_of_a_step_has_ends_of_its_own() -> None:
    band = band_of_steps(
        SHORT.sha256,
        step_of(MILL, Step.ON, {POWDER: (20.0, 30.0)}, {POWDER: (30.0, 40.0)}, width_s=30.0),
    )
    bench = milling(band)
    bench.see({POWDER: 25.0}, seconds=30.0)
    bench.see({POWDER: 35.0}, seconds=40.0)
    assert raised(bench) == []
    bench.see({POWDER: 25.0}, seconds=20.0)
    assert "below 30.0" in raised(bench)[0]


def test_a_step_that_takes_longer_than_in_any_dry_run_is_told() -> None:
    bench = milling(band_of_steps(SHORT.sha256, step_of(MILL, Step.ON, {}, longest_s=10.0)))
    bench.see(seconds=14.0)
    assert raised(bench) == []
    bench.see(seconds=2.0)
    assert "Step: longer than 10 s" in raised(bench)[0]


def test_a_value_above_its_range_is_inside_where_dry_runs_were_above_it_too() -> None:
    band = band_of_steps(SHORT.sha256, step_of(MILL, Step.ON, {O2: (500.0, 1e6)}))
    bench = milling(band)
    bench.state = replace(bench.state, state=State.RUNNING)
    bench.see({O2: math.inf}, seconds=1.0)
    assert bench.state.batch is not None
    assert not [v for v in bench.state.violations if bench.state.matrix.rows[v.row].id == ROW]


def test_what_no_dry_run_has_done_is_not_judged() -> None:
    """Another step, or a phase that goes on after a hold; the next phase is judged again."""
    other = milling(band_of_steps(SHORT.sha256, step_of(MILL, Step.OFF, {POWDER: (20.0, 30.0)})))
    other.see({POWDER: 34.0}, seconds=20.0)
    assert raised(other) == []
    again = milling(NARROW)
    again.state = replace(again.state, position=replace(again.state.position, again=True))
    again.see({POWDER: 34.0}, seconds=20.0)
    assert raised(again) == []


def test_nothing_is_judged_while_process_time_stands() -> None:
    bench = milling(NARROW)
    bench.see({POWDER: 34.0}, seconds=16.0)
    assert len(raised(bench)) == 1
    bench.see({POWDER: 34.0}, command(CommandName.HOLD), seconds=10.0)
    assert ROW in [e.data["id"] for e in kinds(bench.events, "alarm_cleared")]


def idle_with_batch() -> Bench:
    state = state_in(State.IDLE, Purge, Step.BEGIN)
    return Bench(replace(state, batch=replace(BATCH, started_s=None)))


def offered(bench: Bench, band: RunBand, batch_id: str = "B-1") -> tuple[str, ...]:
    (result,) = bench.see({}, command(CommandName.BAND, band=band, batch_id=batch_id)).results
    return result.reasons


def test_a_band_is_taken_once_and_told_with_its_text() -> None:
    bench = idle_with_batch()
    version = bench.state.version
    assert offered(bench, NARROW) == ()
    assert bench.state.batch is not None and bench.state.batch.band is NARROW
    assert bench.state.version == version, "nobody's start is refused because a band came"
    (event,) = kinds(bench.events, "band_taken")
    assert parse_band(str(event.data["band_json"])) == NARROW
    assert event.data["band_sha256"] == NARROW.sha256
    assert "without a band" in offered(bench, NARROW)[0]


def test_a_band_of_something_else_is_refused() -> None:
    other = band_of_steps("f" * 64, step_of(MILL, Step.ON, {}))
    assert "this very recipe" in offered(idle_with_batch(), other)[0]
    assert "made for" in offered(idle_with_batch(), NARROW, batch_id="B-2")[0]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"runs": 1}, "runs"),
        ({"extra": 1}, "extra"),
        ({"recipe_sha256": "short"}, "recipe_sha256"),
        ({"steps": []}, "steps"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_band_that_is_not_whole_is_refused_with_the_place(
    change: dict[str, object], where: str
) -> None:
    text = json.dumps(json.loads(NARROW.text) | change)
    with pytest.raises(InputError) as refused:
        parse_band(text)
    assert where in refused.value.person_text


def test_ends_that_are_none_are_refused() -> None:
    upside_down = document_of(SHORT.sha256, step_of(MILL, Step.ON, {POWDER: (30.0, 20.0)}))
    with pytest.raises(InputError, match="low above its high"):
        parse_band(band_text(upside_down))
    one_side = document_of(
        SHORT.sha256, replace(step_of(MILL, Step.ON, {}, {}), high=((0.0,) * 9,))
    )
    with pytest.raises(InputError, match="without the other"):
        parse_band(band_text(one_side))
    with pytest.raises(InputError, match="longer than"):
        parse_band(" " * (TEXT_MAX + 1))
    for bad in ("NaN", "Infinity", "1e7"):
        with pytest.raises(InputError):
            parse_band(NARROW.text.replace("20.0", bad))


def test_a_pulse_is_judged_by_its_own_step() -> None:
    """Two mill segments of one recipe have bands of their own."""
    pulse = next(i for i, phase in enumerate(SHORT.phases) if isinstance(phase, MillPulse))
    band = band_of_steps(SHORT.sha256, step_of(pulse, Step.ON, {POWDER: (20.0, 30.0)}))
    batch = replace(BATCH, band=band)
    hold = Bench(state_in(State.RUNNING, MillHold, Step.ON, outputs=TURNING, batch=batch))
    hold.see({POWDER: 34.0}, seconds=16.0)
    assert raised(hold) == []
