"""Disks that fill up or break on demand: real file systems, mounted for one test."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

MB = 2**20


@cache
def can_mount() -> bool:
    """Whether this process may mount: root, and not in a container that forbids it."""
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        return False
    probe = Path("/tmp") / f"mount-probe-{os.getpid()}"
    probe.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", probe], capture_output=True)
    if mounted.returncode == 0:
        subprocess.run(["umount", probe], check=True)
    probe.rmdir()
    return mounted.returncode == 0


needs_mount = pytest.mark.skipif("not __import__('disks').can_mount()", reason="needs root")


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A file system of so many megabytes at `place`."""
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m"]
    subprocess.run(["mount", *options, "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path) -> Path:
    """Fills a file system to the last byte; the file that does is returned."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (MB, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


@contextmanager
def breakable_disk(place: Path) -> Iterator[Path]:
    """An ext4 at `place` that `fail` turns read-only, as it does by itself when the disk errs."""
    place.mkdir()
    image = place.with_suffix(".ext4")
    with image.open("wb") as file:
        file.truncate(600 * MB)  # sparse; a start needs room for its batch
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fail(place: Path) -> None:
    """From now on this file system is read-only, for open files too."""
    subprocess.run(["mount", "-o", "remount,abort", place], check=True)


def limit_files(pid: int, size: int | None) -> None:
    """No file of this process may grow beyond `size` bytes; None: as it was."""
    soft = resource.RLIM_INFINITY if size is None else size
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))
