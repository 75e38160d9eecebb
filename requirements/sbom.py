"""`make sbom`: what an installation consists of, as CycloneDX, with the version that it is of."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from controller import __version__

ROOT = Path(__file__).resolve().parents[1]


def main(program: str, target: str) -> None:
    """Write the bill of materials to `target`; the program validates what it writes."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    given = text.replace('dynamic = ["version"]', f'version = "{__version__}"')
    if given == text:
        raise SystemExit("pyproject.toml does not say that the version is dynamic")
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project, pinned = Path(folder, "pyproject.toml"), Path(folder, "all.txt")
        project.write_text(given, encoding="utf-8")
        pinned.write_text("".join(_pins()), encoding="utf-8")
        options = ["requirements", "--pyproject", str(project), "--output-reproducible"]
        command = [program, *options, "--output-file", target, str(pinned)]
        subprocess.run(command, check=True)  # noqa: S603  our own program


def _pins() -> list[str]:
    """Each package once, with its hashes, as the files have it."""
    files = [(ROOT / "requirements" / name).read_text() for name in ("run.txt", "notify.txt")]
    blocks = [block for text in files for block in re.split(r"^(?=\w)", text, flags=re.MULTILINE)]
    return list({block.partition("==")[0]: block for block in blocks}.values())


if __name__ == "__main__":
    main(*sys.argv[1:])
