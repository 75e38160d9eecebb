"""What holds for every recipe on every mill: words, order, doses, sizes, and limits.

Bounds of single keys are in `recipe.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from controller.core.limits import Limits
from controller.core.recipe import (
    Atmosphere,
    CamState,
    CorePowder,
    MillHold,
    MillPhase,
    MillPulse,
)
from controller.core.recipe_parts import Problem, RecipeParts, number
from controller.core.recipe_time import ramp_s

MAX_PHASES: Final = 100
# Assumed: wetter powder brings the headspace H2S to its trip even under a milling sweep.
WATER_MAX_PPM: Final = 50.0
LIMITS: Final = Limits()

ORDER: Final[tuple[tuple[str, ...], ...]] = (
    ("leak_test",),
    ("purge",),
    ("prove_inert",),
    ("mill_hold", "mill_pulse"),
    ("cool_down",),
    ("safe_to_open",),
)
MILL: Final = ORDER[3]
PLACE: Final = {word: place for place, words in enumerate(ORDER) for word in words}
ORDER_TEXT: Final = (
    "leak_test, purge, prove_inert, one or more mill_hold or mill_pulse, cool_down, safe_to_open"
)
END_KEYS: Final = ("end_on_time_s", "end_revolutions", "end_energy_kwh_per_kg")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def rule_problems(parts: RecipeParts) -> Iterator[Problem]:
    """Every problem that no mill could cure."""
    yield from _text_problems(parts)
    yield from _order_problems(parts.types)
    if parts.core is not None:
        yield from _core_problems(parts.core)
    if parts.atmosphere is not None:
        yield from _atmosphere_problems(parts.atmosphere)
    for index, phase in enumerate(parts.phases):
        if isinstance(phase, MillHold | MillPulse):
            yield from _mill_problems(phase, ("phases", index))


def _text_problems(parts: RecipeParts) -> Iterator[Problem]:
    if parts.header is not None and not _ID.fullmatch(parts.header.id):
        allowed = "letters, digits, '.', '_' and '-', a letter or digit first"
        yield Problem(("recipe", "id"), f"is {parts.header.id!a}; allowed: {allowed}")
    for table, part in (("recipe", parts.header), ("core", parts.core), ("sse", parts.sse)):
        for field in fields(part) if part is not None else ():
            text = getattr(part, field.name)
            odd = _odd_character(text, field.name) if isinstance(text, str) else None
            if odd:
                why = f"has a character that cannot be shown: U+{ord(odd):04X}"
                yield Problem((table, field.name), why)


def _odd_character(text: str, key: str) -> str | None:
    breaks = "\n\t" if key == "note" else ""
    return next((c for c in text if not c.isprintable() and c not in breaks), None)


def _order_problems(types: tuple[str | None, ...]) -> Iterator[Problem]:
    if len(types) > MAX_PHASES:
        yield Problem(("phases",), f"there are {len(types)} phases; allowed up to {MAX_PHASES}")
    furthest = -1
    seen: set[str] = set()
    for index, word in enumerate(types):
        if word is None:
            continue
        if word in seen and word not in MILL:
            yield Problem(("phases", index), f"is a second {word}; a recipe has one")
        elif PLACE[word] < furthest:
            why = f"{word} comes too late; the order is {ORDER_TEXT}"
            yield Problem(("phases", index), why)
        seen.add(word)
        furthest = max(furthest, PLACE[word])
    # A phase of unknown type may be the one that seems to be missing.
    if None not in types:
        yield from _missing_problems(seen)


def _missing_problems(seen: set[str]) -> Iterator[Problem]:
    for words in ORDER:
        if not seen.intersection(words):
            name = " or ".join(words)
            yield Problem(("phases",), f"{name} is missing; the order is {ORDER_TEXT}")


def used_powder_problem(state: CamState) -> Problem | None:
    """Why this powder may not be milled, None for pristine powder."""
    if state is CamState.PRISTINE:
        return None
    return Problem(
        ("core", "state"),
        f"is {state.value}; only pristine powder may be milled: charged or cycled"
        " cathode powder can burn with the electrolyte when it is struck, in argon too",
    )


def _core_problems(core: CorePowder) -> Iterator[Problem]:
    if used := used_powder_problem(core.state):
        yield used
    if not core.d10_um <= core.d50_um <= core.d90_um:
        sizes = ", ".join(map(number, (core.d10_um, core.d50_um, core.d90_um)))
        yield Problem(("core", "d50_um"), f"D10, D50, D90 are {sizes} um; D10 <= D50 <= D90")
    if core.water_ppm > WATER_MAX_PPM:
        yield Problem(
            ("core", "water_ppm"),
            f"is {number(core.water_ppm)}; allowed up to {number(WATER_MAX_PPM)} ppm by mass:"
            " dry the powder, or H2S will trip the mill",
        )


def _atmosphere_problems(atmosphere: Atmosphere) -> Iterator[Problem]:
    for key, most_ppm in (
        ("o2_start_ppm", LIMITS.o2_start_ppm),
        ("o2_trip_ppm", LIMITS.o2_hold_ppm),
        ("h2o_start_ppm", LIMITS.h2o_start_ppm),
        ("h2o_trip_ppm", LIMITS.h2o_hold_ppm),
    ):
        value = getattr(atmosphere, key)
        if value > most_ppm:
            why = f"is {number(value)}; allowed up to {number(most_ppm)} ppm"
            yield Problem(("atmosphere", key), why)
    for gas in ("o2", "h2o"):
        start, trip = (getattr(atmosphere, f"{gas}_{name}_ppm") for name in ("start", "trip"))
        if start > trip:
            yield Problem(
                ("atmosphere", f"{gas}_start_ppm"),
                f"is {number(start)}; allowed up to {gas}_trip_ppm, {number(trip)} ppm",
            )


def _mill_problems(phase: MillPhase, path: tuple[str | int, ...]) -> Iterator[Problem]:
    ends = [key for key in END_KEYS if getattr(phase, key) is not None]
    if not ends:
        yield Problem(path, f"has no end; set one of {', '.join(END_KEYS)}")
    for extra in ends[1:]:
        yield Problem((*path, extra), f"is a second end beside {ends[0]}; a mill phase has one")
    if not phase.powder_low_c < phase.powder_high_c:
        yield Problem(
            (*path, "powder_low_c"),
            f"is {number(phase.powder_low_c)}; must be below powder_high_c,"
            f" {number(phase.powder_high_c)} °C",
        )
    if isinstance(phase, MillPulse) and phase.on_s < ramp_s(phase):
        yield Problem(
            (*path, "on_s"),
            f"is {number(phase.on_s)}; the ramp to {number(phase.rotor_rpm)} rpm alone takes"
            f" {ramp_s(phase):.1f} s",
        )
