"""What a disk may hold after a power cut, from a trace of the calls of one process.

A write counts for sure only when its file was synced after it. Until then each of its 512-byte
sectors is on the disk or not, in any order, and so is a change of length; a file that was made is
there, and a removed one gone, for sure only when its folder was synced.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
CALLS = "openat,pwrite64,write,fdatasync,fsync,ftruncate,unlink"
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_PATH = re.compile(r"<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Op:
    call: str
    path: str = ""
    offset: int = 0
    data: bytes = b""


@dataclass
class File:
    """One file: what is surely on the disk, and what was done since."""

    sure: bytearray = field(default_factory=bytearray)
    made: bool = False
    gone: bool = False
    since: list[Op] = field(default_factory=list)


def traced(folder: Path, *words: str) -> list[Op]:
    """Runs the recording child under strace; its calls on files of `folder`, and its words."""
    log = folder.with_suffix(".strace")
    command = ["strace", "-f", "-y", "-xx", "-s", "200000", "-e", f"trace={CALLS}", "-o", str(log)]
    child = [sys.executable, str(Path(__file__).with_name("record_child.py")), *words]
    subprocess.run([*command, *child], check=True, capture_output=True, timeout=120)
    found = (_op(line, str(folder)) for line in log.read_text().splitlines())
    return [op for op in found if op is not None]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _op(line: str, folder: str) -> Op | None:
    match = _CALL.match(line)
    if match is None or int(match[3]) < 0:
        return None
    call, args = match[1], match[2]
    texts = [_bytes(found) for found in _TEXT.findall(args)]
    paths = [_bytes(found).decode() if "\\x" in found else found for found in _PATH.findall(line)]
    if call == "write" and args.startswith("1<"):
        return Op("say", data=texts[0]) if texts else None
    if call in ("openat", "unlink"):
        path = texts[0].decode()
        makes = call == "unlink" or "O_CREAT" in args
        return Op(call, path) if path.startswith(folder) and makes else None
    if not paths or not paths[0].startswith(folder):
        return None
    if call == "pwrite64":
        return Op(call, paths[0], int(args.rsplit(",", 1)[1]), texts[0])
    if call == "ftruncate":
        return Op(call, paths[0], int(args.rsplit(",", 1)[1]))
    return Op("sync", paths[0])


def after_power_cut(ops: list[Op], cut: int, folder: str, die: random.Random) -> dict[str, bytes]:
    """The files as they may be when the power fails before call number `cut`."""
    files: dict[str, File] = {}
    for op in ops[:cut]:
        if op.call == "say":
            continue
        if op.call == "sync" and op.path == folder:
            for path, file in list(files.items()):
                file.made = True
                if file.gone:
                    del files[path]
            continue
        file = files.setdefault(op.path, File())
        if op.call in ("openat", "unlink"):
            file.gone = op.call == "unlink"
        elif op.call == "sync":
            for done in file.since:
                _do(file.sure, done)
            file.since.clear()
        else:
            file.since.append(op)
    found = {}
    for path, file in files.items():
        if (file.gone or not file.made) and die.random() < 0.5:
            continue
        found[path] = bytes(_torn(file, die))
    return found


def _do(content: bytearray, op: Op) -> None:
    if op.call == "pwrite64":
        _put(content, op.offset, op.data)
    else:
        del content[op.offset :]
        content.extend(bytes(op.offset - len(content)))


def _put(content: bytearray, offset: int, data: bytes) -> None:
    content.extend(bytes(max(0, offset + len(data) - len(content))))
    content[offset : offset + len(data)] = data


def _torn(file: File, die: random.Random) -> bytearray:
    content = bytearray(file.sure)
    share = die.choice((0.0, 0.2, 0.5, 0.8, 1.0))
    since = list(file.since)
    if die.random() < 0.5:
        die.shuffle(since)
    for op in since:
        if op.call != "pwrite64":
            if die.random() < share:
                _do(content, op)
            continue
        for at in range(0, len(op.data), SECTOR):
            if die.random() < share:
                _put(content, op.offset + at, op.data[at : at + SECTOR])
    return content


def acknowledged(ops: list[Op], cut: int) -> int:
    """The newest row that was said to be on disk before call number `cut`."""
    said = [op.data.decode().split() for op in ops[:cut] if op.call == "say"]
    return max((int(words[1]) for words in said if words and words[0] == "ack"), default=0)
