"""The journal of clicks: one file per process, and an answer only after the line is on disk.

A line is `LENGTH CHECKSUM JSON`, so that a torn one is recognised. Threads that arrive together
share one fdatasync. Whoever holds a file open for writing holds its lock; a journal without a
holder is finished, and may be deleted once it is stored.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from careers.base import codes

LARGEST = 8 * 1024 * 1024  # bytes, then a new file is begun
SUFFIX = ".journal"
KINDS = ("human", "preview", "prefetch", "bot")


@dataclass(frozen=True, slots=True)
class Line:
    """One click, as it is written down before it is answered."""

    id: str
    link: int
    at: float  # seconds since 1970, UTC
    kind: str  # human, preview, prefetch, bot
    name: str  # of the bot or previewer, "" otherwise
    navigates: bool
    visitor: int
    lists: str


class Journal:
    """Where this process writes its clicks. Safe for many threads."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        """`folder` is the place of all journals of this machine."""
        self._folder, self._largest = folder, largest
        self._file: int | None = None
        self._size = 0
        self._queue = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[bytes] = []
        self._next = 0  # the ticket of the next line
        self._settled = 0  # all tickets below are on disk, or failed
        self._failed: dict[int, OSError] = {}

    def append(self, line: Line) -> None:
        """Write `line` durably: when this returns it survives a power cut.

        Raises OSError when the disk refuses (full, read-only); the line is then not recorded.
        """
        with self._queue:
            ticket = self._next
            self._next += 1
            self._waiting.append(encode(line))
        with self._writing:
            if ticket >= self._settled:
                self._write_waiting()
            error = self._failed.pop(ticket, None)
        if error is not None:
            raise error

    def _write_waiting(self) -> None:
        """Write and sync what all threads have handed in so far; they wait for this one."""
        with self._queue:
            lines, self._waiting = self._waiting, []
            upto = self._next
        try:
            self._write(b"".join(lines))
        except OSError as error:
            self._failed |= dict.fromkeys(range(self._settled, upto), error)
            self._give_up_file()
        self._settled = upto

    def _write(self, block: bytes) -> None:
        if self._file is None or self._size > self._largest:
            self._begin_file()
        assert self._file is not None
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fdatasync(self._file)
        self._size += len(block)

    def _begin_file(self) -> None:
        self._give_up_file()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{os.uname().nodename[:40]}-{os.getpid()}-{codes.code()}"
        hidden = self._folder / f".{name}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        opened = os.open(hidden, flags, 0o600)
        fcntl.flock(opened, fcntl.LOCK_EX)  # before it can be found: unlocked means finished
        hidden.rename(self._folder / f"{name}{SUFFIX}")
        sync_folder(self._folder)
        self._file, self._size = opened, 0

    def _give_up_file(self) -> None:
        """Let go of the file, with its lock; after a failed write its tail may be torn."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        """Finish this process's journal."""
        with self._writing:
            self._give_up_file()


def encode(line: Line) -> bytes:
    """`line` as it stands in a journal, with its length, checksum (CRC-32) and line break."""
    body = json.dumps(asdict(line), separators=(",", ":")).encode()
    return b"%d %08x %s\n" % (len(body), zlib.crc32(body), body)


def decode(raw: bytes) -> Line | None:
    """The line of which `raw` is one row without its line break; None when it is damaged."""
    try:
        length, checksum, body = raw.split(b" ", 2)
        if len(body) != int(length) or zlib.crc32(body) != int(checksum, 16):
            return None
        line = Line(**json.loads(body))
    except (ValueError, TypeError, RecursionError):
        return None
    return line if _is_possible(line) else None


def _is_possible(line: Line) -> bool:
    """Whether the values of a line are of the kinds and sizes that the database takes."""
    texts = (line.id, line.kind, line.name, line.lists)
    return (
        all(type(text) is str and len(text) <= 60 and "\0" not in text for text in texts)
        and 0 < len(line.id) <= 16
        and line.kind in KINDS
        and type(line.link) is int
        and 0 <= line.link < 2**31
        and type(line.visitor) is int
        and -(2**63) <= line.visitor < 2**63
        and isinstance(line.at, int | float)
        and 0 <= line.at < 2**32
        and type(line.navigates) is bool
    )


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def journals(folder: Path) -> list[Path]:
    """All journals of this machine, in a stable order."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def rows_from(path: Path, offset: int, most: int) -> Iterator[tuple[int, bytes]]:
    """At most `most` whole rows from byte `offset` on, each with the offset behind it."""
    with path.open("rb") as journal:
        journal.seek(offset)
        for raw in journal:
            if not raw.endswith(b"\n") or most == 0:
                return
            offset += len(raw)
            most -= 1
            yield offset, raw[:-1]


def is_finished(path: Path) -> bool:
    """Whether nobody writes to this journal any more."""
    with path.open("rb") as journal:
        try:
            fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
