"""Device profiles: register maps of real devices, as data.

The controller reads and writes by these files and the simulator serves them, so there is no second
copy of a map to disagree with. A profile is one TOML file in `controller/edge/profiles`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from controller.edge.profilecheck import profile_faults
from controller.edge.registers import Profile, ProfileFile
from controller.edge.tomlfile import build, read_toml, sorted_faults
from controller.errors import PlantFileError

PROFILES: Final = Path(__file__).resolve().parent / "profiles"


def profile_names() -> list[str]:
    """The profiles that there are."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


@cache
def load_profile(name: str) -> Profile:
    """Read the profile `name`. Raises PlantFileError with every fault in its file."""
    return read_profile(PROFILES / f"{name}.toml")


def read_profile(path: Path) -> Profile:
    """Read the profile in the file `path`. Raises PlantFileError with every fault in it."""
    document = read_toml(path, PlantFileError)
    built = build(ProfileFile, document.data, document, ())
    file = built[0]
    faults = sorted_faults(list(profile_faults(file, document))) if file else built[1]
    if file is None or faults:
        raise PlantFileError(document.name, faults)
    points = {point.id: point for entry in file.points for point in entry.expanded()}
    return Profile(
        id=path.stem,
        device=file.device,
        watchdog=file.watchdog,
        points=points,
        rules=file.rules,
        twins=file.twins,
        identity=file.identity,
    )
