"""A hundred mistakes that a person makes in a plant file, each with the line that must be named.

The kinds are taken in turn, for one plant file and the other; what a kind is done to is drawn from
a seeded generator. No mistake is made twice.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Lines = list[str]
# What was done, and the line (from 1) that a check must name.
Made = tuple[Lines, int]
Maker = Callable[[Lines, random.Random], Made]


@dataclass(frozen=True)
class Mistake:
    """One plant file with one mistake in it."""

    kind: str
    plant: str
    text: str
    line: int


def pick(lines: Lines, pattern: str, rng: random.Random, after: str = "") -> int:
    """The index of a line that matches; with `after`, behind the first line of that text."""
    start = lines.index(after) if after else 0
    found = [n for n, line in enumerate(lines) if n >= start and re.search(pattern, line)]
    assert found, pattern
    return rng.choice(found)


def change(lines: Lines, at: int, pattern: str, into: str) -> Made:
    """The line at `at` with its `pattern` replaced."""
    changed = re.sub(pattern, into, lines[at], count=1)
    assert changed != lines[at], (lines[at], pattern)
    return [*lines[:at], changed, *lines[at + 1 :]], at + 1


def header(lines: Lines, at: int) -> int:
    """The line (from 1) of the table that line `at` stands in."""
    return max(n for n in range(at + 1) if lines[n].startswith("[")) + 1


def block(lines: Lines, at: int) -> range:
    """The lines of the device that line `at` stands in."""
    first = header(lines, at) - 1
    return range(first, next(n for n in range(first, len(lines)) if not lines[n].strip()))


def inside(lines: Lines, at: int, key: str) -> int:
    """The index of `key` in the device that line `at` stands in."""
    return next(n for n in block(lines, at) if lines[n].startswith(f"{key} ="))


def entry(lines: Lines, rng: random.Random, pattern: str = r"^\w+ = \{") -> int:
    found = [n for n, line in enumerate(lines) if re.search(pattern, line) and " = {" in line]
    assert found, pattern
    return rng.choice(found)


def typo(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :] + "x"


def wrong_name(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng)
    return change(lines, at, r"^\w+", typo(lines[at].split(" ")[0], rng))


def missing_lid_signal(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, r"^lid_(closed|locked) = ")
    return [*lines[:at], *lines[at + 1 :]], header(lines, at)


def missing_signal(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng)
    return [*lines[:at], *lines[at + 1 :]], header(lines, at)


def doubled_address(lines: Lines, rng: random.Random) -> Made:
    name = rng.choice(["di_", "do_", "current_"])
    pattern = rf'"({name}\d+)"'
    used = sorted({m[1] for line in lines if (m := re.search(pattern, line))})
    points = [line for line in lines if re.search(pattern, line)]
    first, second = sorted(rng.sample(range(len(points)), 2))
    there = re.search(r"device = .*?\"(\w+)\".*?point = \"(\w+)\"", points[first])
    assert there and used
    at = lines.index(points[second])
    made = re.sub(r'device = "\w+"', f'device = "{there[1]}"', lines[at])
    made = re.sub(r'point = "\w+"', f'point = "{there[2]}"', made)
    return [*lines[:at], made, *lines[at + 1 :]], at + 1


def point_that_is_not_there(lines: Lines, rng: random.Random) -> Made:
    return change(lines, entry(lines, rng, r"_\d+\""), r'_\d+"', f'_{rng.randint(16, 40)}"')


def device_that_is_not_there(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng)
    device = re.search(r'device = "(\w+)"', lines[at])
    assert device
    return change(lines, at, r'device = "\w+"', f'device = "{typo(device[1], rng)}"')


def number_for_a_contact(lines: Lines, rng: random.Random) -> Made:
    drive = rng.choice(["torque", "output_power"])
    at = entry(lines, rng, r'^\w+ = \{ device = "\w+", point = "di_')
    return change(
        lines, at, r'device = "\w+", point = "\w+"', f'device = "drive", point = "{drive}"'
    )


def contact_for_a_number(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, "span")
    contact = next(line for line in lines if '"di_0"' in line)
    device = re.search(r'device = "(\w+)"', contact)
    assert device
    to = f'device = "{device[1]}", point = "di_{rng.randint(8, 15)}"'
    return change(lines, at, r'device = "\w+", point = "\w+"', to)


def reversed_span(lines: Lines, rng: random.Random) -> Made:
    return change(lines, entry(lines, rng, "span = "), r"\[([-\d.]+), ([-\d.]+)\]", r"[\2, \1]")


def missing_span(lines: Lines, rng: random.Random) -> Made:
    return change(lines, entry(lines, rng, "span = "), r", span = \[[^]]+\]", "")


def limit_above_the_span(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, r"^(o2|h2s|vessel|jar|powder|motor|room_o2|ambient)\w+ = .*span = ")
    return change(lines, at, r", [\d.]+\]", f", {rng.choice([1.0, 15.0, 17.5])}]")


def span_of_another_unit(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, r"^(h2s|argon_supply|sample|cooling|motor)\w+ = .*span = ")
    return change(lines, at, r", ([\d.]+)\]", r", \g<1>e3]")


def scale_of_another_unit(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, r"scale = ")
    return change(
        lines, at, r"scale = ([\d.]+)", rng.choice([r"scale = \g<1>e2", r"scale = \g<1>e-2"])
    )


def missing_scale(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, r"^(shaft_power_w|rotor_rpm|torque_nm) = .*scale = ")
    return change(lines, at, r", scale = [\d.]+", "")


def point_of_another_unit(lines: Lines, rng: random.Random) -> Made:
    other = rng.choice(
        ["dc_bus", "heatsink", "output_voltage"][:2]
        if _pilot(lines)
        else ["dc_bus", "output_voltage"]
    )
    at = entry(lines, rng, r"^(rotor_rpm|drive_current_a|shaft_power_w) = .*device = \"drive\"")
    at = at if "command" not in lines[at] else entry(lines, rng, r"^drive_current_a")
    return change(lines, at, r'point = "\w+"', f'point = "{other}"')


def _pilot(lines: Lines) -> bool:
    return 'id = "pilot-20l"' in lines


def swapped_words(lines: Lines, rng: random.Random) -> Made:
    profile = "endress-oxy5500" if _pilot(lines) else "vaisala-dmt340"
    low = rng.random() < 0.5
    at = lines.index(f'profile = "{profile}"')
    if low:
        others = (
            "bronkhorst-el-flow|michell-easidew|moxa-e1240"
            if _pilot(lines)
            else "honeywell-midas|moxa-e1240"
        )
        at = pick(lines, f'^profile = "({others})"', rng)
    line = f'word_order = "{"low_first" if low else "high_first"}"'
    return [*lines[: at + 1], line, *lines[at + 1 :]], at + 2


def unit_clash(lines: Lines, rng: random.Random) -> Made:
    """Two devices with the same host, port and unit."""
    ports = [n for n, line in enumerate(lines) if line.startswith("port = ")]
    first, second = sorted(rng.sample(ports, 2))
    changed = list(lines)
    changed[second] = lines[first]
    changed[inside(lines, second, "unit")] = lines[inside(lines, first, "unit")]
    return changed, second + 1


def device_named_twice(lines: Lines, rng: random.Random) -> Made:
    ids = [n for n, line in enumerate(lines) if line.startswith("id = ")][1:]
    first, second = sorted(rng.sample(ids, 2))
    changed = list(lines)
    changed[second] = lines[first]
    return changed, second + 1


def age_below_three_polls(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r"^max_age_s = ", rng)
    return change(lines, at, r"= [\d.]+", f"= {rng.choice([0.25, 0.3, 0.35])}")


def age_too_old_for_a_contact(lines: Lines, rng: random.Random) -> Made:
    device = "io" if _pilot(lines) else rng.choice(["di", "drive"])
    at = inside(lines, lines.index(f'id = "{device}"'), "max_age_s")
    return change(lines, at, r"= [\d.]+", f"= {rng.choice([1.1, 1.5, 3.0])}")


def age_too_old(lines: Lines, rng: random.Random) -> Made:
    device = rng.choice(["moisture", "room_h2s", "mfc"])
    at = inside(lines, lines.index(f'id = "{device}"'), "max_age_s")
    return change(lines, at, r"= [\d.]+", f"= {rng.choice([5.5, 10.0, 20.0])}")


def slow_poll(lines: Lines, rng: random.Random) -> Made:
    """The poll was made slower, and the age left as it was: the age is what is named."""
    at = pick(lines, r"^poll_s = ", rng)
    made, _ = change(lines, at, r"= [\d.]+", f"= {rng.choice([2.0, 4.0])}")
    return made, inside(lines, at, "max_age_s") + 1


def watchdog_longer_than_allowed(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r"^watchdog_s = ", rng)
    return change(lines, at, r"= [\d.]+", f"= {rng.choice([2.5, 5.0, 10.0, 29.0])}")


def watchdog_shorter_than_the_age(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r"^watchdog_s = ", rng)
    return change(lines, at, r"= [\d.]+", f"= {rng.choice([0.3, 0.4, 0.5])}")


def missing_watchdog(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r"^watchdog_s = ", rng)
    return [*lines[:at], *lines[at + 1 :]], header(lines, at)


def watchdog_of_a_device_that_has_none(lines: Lines, rng: random.Random) -> Made:
    device = rng.choice(["mfc", "moisture", "room_h2s"])
    at = inside(lines, lines.index(f'id = "{device}"'), "max_age_s")
    return [*lines[: at + 1], "watchdog_s = 1.5", *lines[at + 1 :]], at + 2


def output_on_an_unwatched_device(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, r'^(rotor_rpm) = .*point = "frequency_command"')
    return change(
        lines,
        at,
        r'device = "\w+", point = "\w+", scale = [\d.]+',
        'device = "mfc", point = "set_point"',
    )


def output_to_a_word_that_is_read_only(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, r'^(rotor_rpm) = .*point = "frequency_command"')
    return change(lines, at, r'point = "\w+"', 'point = "output_frequency"')


def signal_from_a_word_that_is_write_only(lines: Lines, rng: random.Random) -> Made:
    """No word of the pilot's drive is write-only: there it is a point that is not there."""
    at = entry(lines, rng, r"^(drive_current_a|shaft_power_w|torque_nm) = ")
    return change(lines, at, r'point = "\w+"', 'point = "command"')


def limits_the_wrong_way_round(lines: Lines, rng: random.Random) -> Made:
    low, high = rng.choice(
        [
            ("charge_min_g", "charge_max_g"),
            ("rotor_rpm_min", "rotor_rpm_max"),
            ("empty_torque_nm", "torque_max_nm"),
            ("bleed_flow_slpm", "cover_flow_slpm"),
            ("leak_test_max_mbar_g", "relief_mbar_g"),
        ]
    )
    values = {
        key: next(n for n, line in enumerate(lines) if line.startswith(f"{key} ="))
        for key in (low, high)
    }
    top = re.search(r"= ([\d.]+)", lines[values[high]])
    assert top
    return change(lines, values[low], r"= [\d.]+", f"= {top[1]}")


def limit_above_the_equipment(lines: Lines, rng: random.Random) -> Made:
    key, value = rng.choice(
        [
            ("cover_flow_slpm", "49.0"),
            ("relief_mbar_g", "250.0"),
            ("charge_max_g", "90000.0"),
            ("run_down_s", "2.0"),
            ("coast_s", "3.0"),
            ("blade_diameter_m", "1.9"),
        ]
    )
    at = pick(lines, f"^{key} =", rng)
    made, line = change(lines, at, r"= [\d.]+", f"= {value}")
    if key == "relief_mbar_g":
        line = pick(lines, "^leak_test_max_mbar_g =", rng) + 1
    return made, line


def faster_than_the_drive(lines: Lines, rng: random.Random) -> Made:
    """The mill turns faster than its speed can be read: the reading is what is named."""
    at = entry(lines, rng, r"^rotor_rpm = .*\"(motor_speed|output_frequency)\"")
    top = pick(lines, "^rotor_rpm_max =", rng)
    made, _ = change(lines, top, r"= [\d.]+", "= 20000.0")
    blade = pick(lines, "^blade_diameter_m =", rng)
    made, _ = change(made, blade, r"= [\d.]+", "= 0.05")
    return (made, at + 1) if _pilot(lines) else change(lines, at, "motor_speed", "encoder_pulses")


def more_torque_than_the_drive(lines: Lines, rng: random.Random) -> Made:
    """The scale of the torque is what is named."""
    top = pick(lines, "^torque_max_nm =", rng)
    made, _ = change(lines, top, r"= [\d.]+", f"= {rng.choice([200.0, 500.0, 900.0])}")
    return made, entry(lines, rng, "^torque_nm = ") + 1


def number_out_of_bounds(lines: Lines, rng: random.Random) -> Made:
    key, value = rng.choice(
        [
            ("vessel_l", "0.0"),
            ("powder_max_c", "90.0"),
            ("rotor_rpm_max", "60000.0"),
            ("unit", "300"),
            ("port", "70000"),
            ("poll_s", "0.0"),
            ("timeout_s", "9.0"),
            ("heartbeat_s", "60.0"),
            ("argon_o2_ppm", "-2.0"),
            ("sweep_mixing", "5.0"),
        ]
    )
    return change(lines, pick(lines, f"^{key} =", rng), r"= [\d.]+", f"= {value}")


def not_a_number(lines: Lines, rng: random.Random) -> Made:
    key = rng.choice(["vessel_l", "coast_s", "torque_max_nm", "relief_mbar_g", "max_age_s"])
    return change(lines, pick(lines, f"^{key} =", rng), r"= [\d.]+", rng.choice(["= nan", "= inf"]))


def text_for_a_number(lines: Lines, rng: random.Random) -> Made:
    key = rng.choice(["vessel_l", "coast_s", "unit", "port", "poll_s", "argon_cylinder_l"])
    return change(lines, pick(lines, f"^{key} =", rng), r"= ([\d.]+)", r'= "\1"')


def unknown_key(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r"^(poll_s|timeout_s|vessel_l|coast_s|relief_mbar_g|unit) =", rng)
    return change(lines, at, r"^\w+", typo(lines[at].split(" ")[0], rng))


def missing_key(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r"^(poll_s|timeout_s|max_age_s|vessel_l|coast_s|unit|host|profile) =", rng)
    return [*lines[:at], *lines[at + 1 :]], header(lines, at)


def quote_that_never_ends(lines: Lines, rng: random.Random) -> Made:
    return change(lines, pick(lines, r'^(host|profile|title|id) = ".*"$', rng), r'"$', "")


def key_set_twice(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r"^(vessel_l|coast_s|powder_max_c|relief_mbar_g) =", rng)
    return [*lines[: at + 1], lines[at], *lines[at + 1 :]], at + 2


def profile_that_is_not_there(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, r'^profile = "', rng)
    return change(lines, at, r'= "([^"]+)"', r'= "\1-b"')


def host_that_is_a_name(lines: Lines, rng: random.Random) -> Made:
    return change(lines, pick(lines, '^host = "', rng), r'"[\d.]+"', '"drive.local"')


def host_of_a_real_mill(lines: Lines, rng: random.Random) -> Made:
    """In a file that is still marked simulated."""
    return change(
        lines, pick(lines, '^host = "', rng), r'"[\d.]+"', f'"192.168.10.{rng.randint(2, 99)}"'
    )


def slow_heartbeat_relay(lines: Lines, rng: random.Random) -> Made:
    at = pick(lines, "^heartbeat_s =", rng)
    return change(lines, at, r"= [\d.]+", f"= {rng.choice([2.5, 3.0, 4.5])}")


def unit_zero_behind_a_gateway(lines: Lines, rng: random.Random) -> Made:
    if not _pilot(lines):
        return unit_clash(lines, rng)
    at = inside(lines, lines.index(f'id = "{rng.choice(["mfc", "moisture", "room_h2s"])}"'), "unit")
    return change(lines, at, r"= \d+", "= 0")


def water_that_is_wired(lines: Lines, rng: random.Random) -> Made:
    at = entry(lines, rng, "^frost_point_c = ")
    line = 'h2o_ppm = { device = "moisture", point = "moisture" }'
    return [*lines[: at + 1], line, *lines[at + 1 :]], at + 2


def inverted_number(lines: Lines, rng: random.Random) -> Made:
    return change(lines, entry(lines, rng, "(span|scale) = .*"), r" \}", ", invert = true }")


def different_poles(lines: Lines, rng: random.Random) -> Made:
    """In the pilot speed and set speed are both in hertz; in the lab only the set speed is."""
    if _pilot(lines):
        at = entry(lines, rng, '^rotor_rpm = .*"output_frequency"')
        return change(lines, at, "scale = 30.0", f"scale = {rng.choice([60.0, 20.0])}")
    at = entry(lines, rng, '^rotor_rpm = .*"frequency_command"')
    return change(lines, at, r"scale = [\d.]+", "scale = 0.0021")


KINDS: tuple[Maker, ...] = tuple(
    maker
    for name, maker in list(globals().items())
    if callable(maker)
    and getattr(maker, "__annotations__", {}).get("return") == "Made"
    and name != "change"
)


def mistakes(plants: dict[str, str], count: int, seed: int) -> Iterator[Mistake]:
    """`count` different mistakes, in the kinds' turn and in each plant in turn."""
    rng = random.Random(seed)
    seen = set(plants.values())
    made = turn = 0
    names = sorted(plants)
    while made < count:
        kind, plant = KINDS[turn // len(names) % len(KINDS)], names[turn % len(names)]
        turn += 1
        lines, line = kind(plants[plant].split("\n"), rng)
        text = "\n".join(lines)
        if text in seen:
            continue
        seen.add(text)
        made += 1
        yield Mistake(kind.__name__, plant, text, line)
