"""Whole batches beside the band of their own dry runs: clean ones keep to it, faults leave it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from bench import PLANT

from controller.core.band import BANDED, RunBand
from controller.core.events import EventKind
from controller.core.recipe import Recipe
from controller.core.states import State
from controller.edge.bandfile import TEXT_MAX, band_text, parse_band
from controller.edge.recipefile import load_recipe
from controller.errors import InputError
from controller.packaged import packaged_file
from sim.band import band_of
from sim.dryrun import DryRun, dry_run
from sim.faults.parse import parse_fault
from sim.study.run import drawn
from sim.study.sample import Sampler, shares
from sim.study.vary import load_uncertainties
from sim.world import ENDED, Operator, World, mill_of, parameters_for, powder_of

ROW = "OUTSIDE_DRY_RUNS"
FEW = 8


@cache
def training() -> Recipe:
    return load_recipe(packaged_file("recipes", "training.toml"), PLANT.equipment)


@cache
def band() -> RunBand:
    return parse_band(band_text(band_of(training(), PLANT, runs=FEW)))


def warned(run: DryRun) -> list[str]:
    return [
        event.text
        for event in run.log.events
        if event.kind is EventKind.ALARM_RAISED and event.data["id"] == ROW
    ]


def test_a_band_is_the_same_for_the_same_seed_and_small() -> None:
    again = band_text(band_of(training(), PLANT, runs=FEW))
    assert again == band().text
    assert len(again) < 0.4 * TEXT_MAX
    (mill,) = (i for i, phase in enumerate(training().phases) if phase.type == "mill_pulse")
    assert {step.phase for step in band().document.steps if step.step == "on"} == {mill}
    assert all(len(low) == len(BANDED) for step in band().document.steps for low in step.low)


def test_a_recipe_that_does_not_complete_has_no_band() -> None:
    phases = tuple(
        replace(phase, time_limit_s=20.0) if phase.type == "purge" else phase
        for phase in training().phases
    )
    with pytest.raises(InputError, match="only 0 of 5 dry runs complete"):
        band_of(replace(training(), phases=phases), PLANT, runs=5)


@pytest.mark.parametrize("seed", range(100, 106))
def test_a_clean_batch_keeps_to_its_band(seed: int) -> None:
    run = dry_run(training(), PLANT, seed=seed, band=band())
    assert run.outcome is State.COMPLETE
    assert warned(run) == []


def test_a_band_changes_nothing_but_what_is_told() -> None:
    """The same trend and totals; the log has the band itself more, and no band has no trace."""
    with_band, without = (dry_run(training(), PLANT, seed=3, band=b) for b in (band(), None))
    assert with_band.log.trend == without.log.trend
    assert with_band.totals == without.totals
    more = [e for e in with_band.log.events if e not in without.log.events]
    assert [e.kind for e in more] == [EventKind.BAND_TAKEN, EventKind.COMMAND_ACCEPTED]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("leak@300", "Headspace O2: above"),
        ("o2_bias@100:5", "Headspace O2: above"),
        ("o2_stuck@220", "Headspace O2: above"),
        ("powder_bias@100:8", "Powder probe: above"),
        ("argon_impure@200:15", "Headspace O2: above"),
    ],
)
def test_a_deviation_is_told(fault: str, says: str) -> None:
    run = dry_run(training(), PLANT, seed=1, band=band(), faults=[parse_fault(fault)])
    assert any(says in text for text in warned(run)), warned(run)


def batch_on(**changed: object) -> list[str]:
    """The warnings of a batch on a mill with other constants, nobody having told the dry runs."""
    nominal = parameters_for(PLANT.equipment)
    parameters = replace(nominal, **changed)  # type: ignore[arg-type]
    mill = mill_of(parameters, powder_of(training()), PLANT.equipment, seed=5)
    mill.settle()
    world, operator = World(mill, PLANT), Operator(training(), band())
    texts = []
    while world.state.state not in (*ENDED, State.HELD):
        decision = world.step(() if operator.done else operator.commands(world))
        texts += [
            e.text
            for e in decision.events
            if e.kind is EventKind.ALARM_RAISED and e.data["id"] == ROW
        ]
    return texts


def test_a_drive_with_worn_bearings_is_told() -> None:
    drive = parameters_for(PLANT.equipment).drive
    worn = batch_on(drive=replace(drive, friction_nm=8.0 * drive.friction_nm))
    assert any("Torque: above" in text for text in worn), worn


def test_a_chiller_that_does_not_cool_is_told() -> None:
    """Its water flows, so the row of the flow sees nothing."""
    room = parameters_for(PLANT.equipment).room
    warm = batch_on(room=replace(room, coolant_c=30.0))
    assert any("Jar temperature: above" in text for text in warm), warm


@pytest.mark.long
def test_clean_batches_of_many_seeds_keep_to_the_band_of_the_product() -> None:
    """As the page makes it. Beside other noise also other mills within what is declared."""
    made = parse_band(band_text(band_of(training(), PLANT)))
    for seed in range(200, 300):
        run = dry_run(training(), PLANT, seed=seed, band=made)
        assert warned(run) == [], seed
    items = load_uncertainties().items
    outside = 0
    for number, row in enumerate(shares(Sampler.SOBOL, 64, len(items), 7)):
        chosen = drawn(training(), PLANT, items, row.tolist())
        mill = mill_of(chosen.parameters, chosen.charge, PLANT.equipment, number)
        chosen.put_biases(mill)
        mill.settle()
        world, operator = World(mill, PLANT), Operator(training(), made)
        events = []
        while world.state.state not in (*ENDED, State.HELD):
            events += world.step(() if operator.done else operator.commands(world)).events
        outside += any(e.data.get("id") == ROW for e in events)
    assert outside < 32  # a mill at the edge of what is declared is outside of what 16 runs did
