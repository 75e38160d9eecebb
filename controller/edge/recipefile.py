"""Reads a recipe file: every fault of it in one go, and its JSON Schema for authors' editors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, TypeVar

from annotated_types import Len
from pydantic import Discriminator, TypeAdapter

from controller.core.equipment import STRICT, Equipment
from controller.core.recipe import (
    Atmosphere,
    CamState,
    ChargeTarget,
    CorePowder,
    Electrolyte,
    Header,
    Phase,
    Recipe,
)
from controller.core.recipe_check import check_parts
from controller.core.recipe_parts import PHASE_OF, RecipeParts
from controller.core.recipe_rules import END_KEYS, MAX_PHASES, used_powder_problem
from controller.edge.faultwords import choice_text, shown, unknown_key_text
from controller.edge.tomlfile import (
    TomlDocument,
    adapter_of,
    build,
    parse_toml,
    read_toml,
    sorted_faults,
)
from controller.edge.tomlindex import KeyPath
from controller.errors import Fault, RecipeError
from controller.packaged import packaged_file, packaged_names

TABLES: Final = ("recipe", "core", "sse", "charge", "atmosphere", "phases")
SCHEMA_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFile:
    """A blademill recipe: what goes into the mill, the atmosphere it needs, and its phases."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    recipe: Header
    core: CorePowder
    sse: Electrolyte
    charge: ChargeTarget
    atmosphere: Atmosphere
    phases: Annotated[tuple[Annotated[Phase, Discriminator("type")], ...], Len(1, MAX_PHASES)]


def load_recipe(path: Path, equipment: Equipment | None) -> Recipe:
    """Read the recipe at `path`; with `equipment`, for that mill.

    Raises RecipeError with every fault of the file.
    """
    return _recipe(read_toml(path, RecipeError), equipment)


def parse_recipe(text: bytes, name: str, equipment: Equipment | None) -> Recipe:
    """As `load_recipe`, of the bytes of a file called `name`."""
    return _recipe(parse_toml(text, name, RecipeError), equipment)


def resolve_recipe(name: str, mill: str = "") -> Path:
    """The file that a person means by `name`: a path, or the bare name of a packaged recipe.

    `mill` is the id of a plant: what is packaged for that mill comes first. Raises InputError for a
    bare name that no packaged recipe has.
    """
    path = Path(name)
    if path.is_file():
        return path
    file = f"{name.removesuffix('.toml')}.toml"
    known = packaged_names("recipes")
    if path.name != name:
        return packaged_file("recipes", file) if file in known else path
    own = f"{mill}/{file}"
    return packaged_file("recipes", own if own in known else file)


def recipe_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a recipe file, read as TOML."""
    schema = TypeAdapter(RecipeFile).json_schema()
    for definition in schema["$defs"].values():
        keys = definition.get("properties", {})
        for name, key in keys.items():
            # TOML has no null: a key that may be absent is left out.
            if "anyOf" in key:
                keys[name] = key["anyOf"][0] | {"title": key["title"]}
        if END_KEYS[0] in keys:
            definition["oneOf"] = [{"required": [key]} for key in END_KEYS]
    return {"$schema": SCHEMA_DIALECT, **schema, "title": "blademill recipe"}


def _recipe(document: TomlDocument, equipment: Equipment | None) -> Recipe:
    faults = [
        document.fault((key,), unknown_key_text(key, TABLES))
        for key in document.data
        if key not in TABLES
    ]
    header = _table(document, "recipe", Header, faults)
    core = _table(document, "core", CorePowder, faults)
    sse = _table(document, "sse", Electrolyte, faults)
    charge = _table(document, "charge", ChargeTarget, faults)
    atmosphere = _table(document, "atmosphere", Atmosphere, faults)
    words, phases = _phases(document, faults)
    parts = RecipeParts(
        header=header,
        core=core,
        sse=sse,
        charge=charge,
        atmosphere=atmosphere,
        types=words,
        phases=phases,
    )
    faults += [document.fault(p.path, p.message) for p in check_parts(parts, equipment)]
    faults += _used_powder(document, core)
    if faults or not (header and core and sse and charge and atmosphere):
        raise RecipeError(
            document.name,
            sorted_faults(faults),
            do="Mend the file, and check it with: blademill recipe check FILE",
        )
    return Recipe(
        id=header.id,
        version=header.version,
        title=header.title,
        author=header.author,
        note=header.note,
        core=core,
        sse=sse,
        charge=charge,
        atmosphere=atmosphere,
        phases=tuple(phase for phase in phases if phase is not None),
        sha256=hashlib.sha256(document.raw).hexdigest(),
        text=document.raw.decode(),
    )


def _used_powder(document: TomlDocument, core: CorePowder | None) -> list[Fault]:
    """The one that must never hide behind another fault of its table."""
    table = document.data.get("core")
    if core is not None or not isinstance(table, dict):
        return []
    word = table.get("state")
    problems = [used_powder_problem(state) for state in CamState if state.value == word]
    return [document.fault(found.path, found.message) for found in problems if found]


def _table(document: TomlDocument, name: str, kind: type[T], faults: list[Fault]) -> T | None:
    if name not in document.data:
        keys = ", ".join(adapter_of(kind).json_schema()["properties"])
        faults.append(document.fault((name,), f"table [{name}] is missing; its keys: {keys}"))
        return None
    built = build(kind, document.data[name], document, (name,))
    faults += built[1]
    return built[0]


def _phases(
    document: TomlDocument, faults: list[Fault]
) -> tuple[tuple[str | None, ...], tuple[Phase | None, ...]]:
    """The type words and the phases of the file, None for what is faulty."""
    listed = document.data.get("phases", [])
    if not isinstance(listed, list):
        faults.append(document.fault(("phases",), "is no list; begin each phase with [[phases]]"))
        return (None,), (None,)
    words: list[str | None] = []
    phases: list[Phase | None] = []
    for index, data in enumerate(listed):
        word, phase, found = _phase(document, data, ("phases", index))
        words.append(word)
        phases.append(phase)
        faults += found
    return tuple(words), tuple(phases)


def _phase(
    document: TomlDocument, data: object, path: KeyPath
) -> tuple[str | None, Phase | None, list[Fault]]:
    if not isinstance(data, dict):
        return None, None, [document.fault(path, f"is {shown(data)}; must be a table")]
    if "type" not in data:
        why = f"is missing; must be one of: {', '.join(PHASE_OF)}"
        return None, None, [document.fault((*path, "type"), why)]
    word = data["type"]
    if not isinstance(word, str) or word not in PHASE_OF:
        return None, None, [document.fault((*path, "type"), choice_text(word, PHASE_OF))]
    built = build(PHASE_OF[word], data, document, path)
    return word, *built
