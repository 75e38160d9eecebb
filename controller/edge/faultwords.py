"""Turns what pydantic finds wrong in a file into words for the person who wrote the file.

The words come from the JSON Schema of the type that was to be built, so that the allowed range in
a message is always the one that was checked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from controller.edge.tomlindex import KeyPath

UNKNOWN_KEY: Final = ("unexpected_keyword_argument", "extra_forbidden")
LONGEST_SHOWN: Final = 60

# Longest first: the first that ends the key names its unit.
_UNITS: Final = (
    ("_rpm_per_s", "rpm/s"),
    ("_ppm_per_min", "ppm/min"),
    ("_kwh_per_kg", "kWh/kg"),
    ("_mbar_l_s", "mbar L/s"),
    ("_mbar_abs", "mbar absolute"),
    ("_mbar_g", "mbar gauge"),
    ("_bar_g", "bar gauge"),
    ("_g_cm3", "g/cm3"),
    ("_percent", "%"),
    ("_slpm", "slpm"),
    ("_mbar", "mbar"),
    ("_rpm", "rpm"),
    ("_ppm", "ppm"),
    ("_um", "um"),
    ("_nm", "N m"),
    ("_ms", "ms"),
    ("_c", "°C"),
    ("_k", "K"),
    ("_g", "g"),
    ("_l", "L"),
    ("_m", "m"),
    ("_s", "s"),
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def dotted(path: KeyPath) -> str:
    """The key as it is spoken of: `phases[3].rotor_rpm`; odd keys are quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _is_plain(part) else shown(part))
    return text or "file"


def _is_plain(key: str) -> bool:
    return len(key) <= LONGEST_SHOWN and _BARE_KEY.fullmatch(key) is not None


def shown(value: object) -> str:
    """A value as a short piece of one line, without control characters."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 4] + '..."'


def unit_of(key: str) -> str:
    """The unit that a key's name carries, with a space before it; empty where it has none."""
    name = re.sub(r"_(min|max)$", "", key)
    return next((f" {unit}" for suffix, unit in _UNITS if name.endswith(suffix)), "")


def fault_key(detail: Mapping[str, Any], data: object) -> KeyPath:
    """Where `detail` points in `data`; names of union members, which are no keys, are left out."""
    path: KeyPath = ()
    here = data
    for part in detail["loc"]:
        try:
            here = here[part]  # type: ignore[index]
        except (TypeError, KeyError, IndexError):
            continue
        path += (part,)
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def fault_message(
    detail: Mapping[str, Any], data: object, schema: Mapping[str, Any], prefix: KeyPath
) -> str:
    """What is wrong, and what is allowed."""
    path = fault_key(detail, data)
    name = next((str(part) for part in reversed((*prefix, *path)) if isinstance(part, str)), "")
    if detail["type"] in UNKNOWN_KEY:
        return unknown_key_text(str(path[-1]), _at(schema, schema, path[:-1]).get("properties", ()))
    target = _at(schema, schema, path)
    if detail["type"] == "missing":
        return f"is missing; must be {described(target, name)}"
    value = detail["input"]
    if isinstance(value, float) and not math.isfinite(value):
        return f"is {shown(value)}; must be {described(target, name)}"
    if "enum" in target or "const" in target:
        return choice_text(value, _choices(target))
    if detail["type"] in ("string_too_short", "string_too_long"):
        return f"is {len(value)} characters long; allowed {_length(target)}"
    if detail["type"].startswith(("greater", "less")) and (span := _span(target)):
        return f"is {shown(value)}; allowed {span}{unit_of(name)}"
    if target:
        return f"is {shown(value)}; must be {described(target, name)}"
    return f"is {shown(value)}: {detail['msg']}"


def described(schema: Mapping[str, Any], name: str) -> str:
    """What may stand at a key: "a number, 10 to 20000 rpm"."""
    if "enum" in schema or "const" in schema:
        return f"one of: {', '.join(_choices(schema))}"
    kind = schema.get("type")
    if kind in ("number", "integer"):
        span = _span(schema)
        word = "a number" if kind == "number" else "a whole number"
        return f"{word}, {span}{unit_of(name)}" if span else word
    if kind == "string":
        length = _length(schema)
        return f"text in quotes, {length} characters" if length else "text in quotes"
    words = {"boolean": "true or false", "array": "a list", "object": "a table"}
    return words.get(str(kind), "something else")


def choice_text(value: object, allowed: Iterable[str]) -> str:
    """What is wrong with a word that is none of the allowed ones."""
    words = list(allowed)
    hint = _hint(value, words) if isinstance(value, str) else ""
    return f"is {shown(value)}; allowed: {', '.join(words)}{hint}"


def unknown_key_text(key: str, allowed: Iterable[str]) -> str:
    """What is wrong with a key that is none of the allowed ones."""
    words = list(allowed)
    return f"unknown key; allowed keys here: {', '.join(words)}{_hint(key, words)}"


def _hint(word: str, allowed: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, allowed, n=1) if len(word) <= LONGEST_SHOWN else []
    return f"; did you mean {close[0]}?" if close else ""


def _choices(schema: Mapping[str, Any]) -> list[str]:
    return [str(item) for item in schema.get("enum", [schema.get("const")])]


def _span(schema: Mapping[str, Any]) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"{shown(low)} to {shown(high)}"
    parts = [
        f"{words} {shown(bound)}"
        for words, bound in (
            ("at least", low),
            ("more than", above),
            ("at most", high),
            ("less than", below),
        )
        if bound is not None
    ]
    return " and ".join(parts)


def _length(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}" if high is not None else ""


def _at(root: Mapping[str, Any], schema: Mapping[str, Any], path: KeyPath) -> Mapping[str, Any]:
    """The part of the schema that rules `path`; empty where the schema does not tell."""
    here = _resolved(root, schema)
    for part in path:
        if isinstance(part, int):
            here = _resolved(root, here.get("items", {}))
        else:
            known = here.get("properties", {})
            rest = here.get("additionalProperties", {})
            here = _resolved(root, known.get(part, rest if isinstance(rest, dict) else {}))
    return here


def _resolved(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references, and see an optional value as the value itself."""
    while True:
        if reference := schema.get("$ref"):
            schema = root["$defs"][reference.rsplit("/", 1)[-1]]
            continue
        members = [m for m in schema.get("anyOf", ()) if m.get("type") != "null"]
        if len(members) != 1:
            return schema
        schema = members[0]
