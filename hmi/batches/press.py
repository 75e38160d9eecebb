"""Makes reports, exports and overlays in processes of low priority, one at a time, and keeps a few.

What is made of the same rows is the same, so it is kept under the hash of the batch's last row.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from controller.errors import InputError
from controller.records.reader import RecordReader

KEPT: Final = 12
LIMIT_S: Final = 300.0
NICENESS: Final = 15


class Press:
    """Needs no start; `close` removes what it keeps."""

    def __init__(self) -> None:
        self._kept_in: Path | None = None
        self._made: OrderedDict[str, Path] = OrderedDict()
        self._turn = asyncio.Lock()

    def close(self) -> None:
        """Removes everything that was made."""
        if self._kept_in is not None:
            shutil.rmtree(self._kept_in, ignore_errors=True)

    @property
    def _folder(self) -> Path:
        """Made when it is needed."""
        if self._kept_in is None:
            self._kept_in = Path(tempfile.mkdtemp(prefix="blademill-reports-"))
        return self._kept_in

    async def report(self, data: Path, batch_id: str, kind: str) -> Path:
        """The report of a batch, `kind` html or pdf. Raises InputError when it cannot be made."""
        made = await self._one(data, "report", (batch_id,), ("report", batch_id, "--out"))
        return made / f"{batch_id}.{kind}"

    async def export(self, data: Path, batch_id: str) -> Path:
        """The signed export of a batch as one ZIP file. Raises InputError."""
        made = await self._one(data, "export", (batch_id,), ("export", batch_id))
        packed = made.with_suffix(".zip")
        if not packed.is_file():
            await asyncio.to_thread(shutil.make_archive, str(made), "zip", made)
        return packed

    async def overlay(self, data: Path, batch_ids: Sequence[str]) -> Path:
        """Batches over one another as a page. Raises InputError."""
        made = await self._one(data, "overlay", batch_ids, ("overlay", *batch_ids, "--out"))
        return made

    async def _one(
        self, data: Path, what: str, batch_ids: Sequence[str], words: Sequence[str]
    ) -> Path:
        """What `blademill batch` with these words and a target makes, or made before."""
        key = await asyncio.to_thread(_key, data, what, batch_ids)
        async with self._turn:
            found = self._made.get(key)
            if found is None:
                found = self._folder / key
                await _carried_out(words, found, data)
                self._keep(key, found)
            self._made.move_to_end(key)
            return found

    def _keep(self, key: str, path: Path) -> None:
        self._made[key] = path
        while len(self._made) > KEPT:
            _, old = self._made.popitem(last=False)
            shutil.rmtree(old, ignore_errors=True)
            for file in (old, old.with_suffix(".zip")):
                file.unlink(missing_ok=True)


def _key(data: Path, what: str, batch_ids: Sequence[str]) -> str:
    """What it is made of, as a name. Raises RecordError for an unknown batch."""
    reader = RecordReader(data)
    heads = [reader.rows(batch_id)[-1].hash.hex() for batch_id in batch_ids]
    return hashlib.sha256(f"{what} {' '.join(heads)}".encode()).hexdigest()[:32]


async def _carried_out(words: Sequence[str], target: Path, data: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "controller", "batch", *words, str(target), "--data", str(data)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    try:
        async with asyncio.timeout(LIMIT_S):
            _, said = await process.communicate()
    except TimeoutError:
        raise InputError(f"it takes longer than {LIMIT_S:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        words_of = said.decode(errors="replace").strip().splitlines()[-1:]
        shutil.rmtree(target, ignore_errors=True)
        raise InputError(f"it cannot be made: {''.join(words_of)}")
