"""The journal of clicks, on share links and on posts: one file per process, and an answer only
after the line is on disk.

A line is `LENGTH CHECKSUM FIELDS`, so that a torn one is recognised; fields are parted by tabs.
Requests that arrive together share one fdatasync. Lines are written over zeros that are on disk
before: then the file stays as long as it was, and a sync has nothing but the lines to write, which
halves its time (measured on ext4). Whoever holds a file open for writing holds its
lock; a journal without a holder is finished, and may be deleted once it is stored.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from careers.base import clock, codes
from referrals.models import CLASSES

LARGEST = 8 * 1024 * 1024  # bytes, then a new file is begun
ROOM = 16 * (64 * 1024,)  # bytes of zeros made at once; the system handles small pieces faster
LONGEST = 4096  # bytes of a row, and more than any has
SUFFIX = ".journal"
CLICK_ID = r"[0-9A-Za-z]{1,20}"
_IS_ID = re.compile(CLICK_ID).fullmatch
_IS_CODE = re.compile("[0-9A-Za-z]{1,16}").fullmatch
_IS_SLUG = re.compile("[0-9a-z-]{1,120}").fullmatch
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Line(NamedTuple):
    """One click, as it is written down before it is answered."""

    id: str
    link: int
    job: int  # where the link led then; 0: to no job
    at: int  # microseconds since 1970, UTC
    kind: str  # human, preview, prefetch, bot
    source: str  # see Click.source
    navigates: bool
    visitor: int
    lists: str


class Rendered(NamedTuple):
    """The landing page of a click was really rendered."""

    click: str
    at: int  # microseconds since 1970, UTC


class Opened(NamedTuple):
    """Somebody followed a link to a post from a page of ours."""

    post: str  # its code; whether there is such a post is seen when it is stored
    at: int  # microseconds since 1970, UTC
    kind: str  # as of a Line
    visitor: int


class JobOpened(NamedTuple):
    """Somebody opened a job by a link that leads on from an article."""

    article: str  # its code
    job: str  # the last part of its address
    at: int  # microseconds since 1970, UTC
    kind: str  # as of a Line
    visitor: int


Entry = Line | Rendered | Opened | JobOpened  # what requests write down


class Lost(NamedTuple):
    """So many clicks were led on but could not be written down, because the disk refused."""

    clicks: int
    since: int  # microseconds since 1970, UTC
    until: int


class Journal:
    """Where this process writes its clicks. Safe for many threads."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        """`folder` is the place of all journals of this machine."""
        self._folder, self._largest = folder, largest
        self._file: int | None = None
        self._size = 0  # bytes of lines in the file
        self._room = 0  # bytes of the file, with the zeros behind the lines
        self._queue = threading.Lock()
        self._writing = threading.Lock()
        self._group = _Group()
        self._lost: Lost | None = None  # told by the next line that the disk takes
        self.lost = 0  # clicks that could not be written since this process started

    def append(self, line: Entry) -> None:
        """Write `line` durably: when this returns it survives a power cut.

        Raises OSError when the disk refuses (full, read-only); the line is then not recorded.
        """
        raw = encode(line)
        with self._queue:
            group = self._group
            leads = not group.lines
            group.lines.append(raw)
            group.clicks += isinstance(line, Line)
            if not leads:
                group.followers.append(written := threading.Lock())
                written.acquire()
        if leads:  # whoever comes first writes for all that come until the disk is free
            with self._writing:
                with self._queue:
                    self._group = _Group()
                try:
                    self._write(group.lines, group.clicks)
                except OSError as error:
                    group.error = error
            for follower in group.followers:
                follower.release()
        else:
            written.acquire()
        if group.error is not None:
            raise OSError(group.error.errno, group.error.strerror)

    def write(self, lines: Iterable[bytes], clicks: int) -> None:
        """Write encoded lines durably, all in one go; `clicks` of them are clicks.

        Raises OSError like `append`.
        """
        with self._writing:
            self._write(lines, clicks)

    def _write(self, lines: Iterable[bytes], clicks: int) -> None:
        told = encode(self._lost) if self._lost is not None else b""
        try:
            self._put(told + b"".join(lines))
            self._lost = None
        except OSError:
            self._give_up_file()
            self._count_loss(clicks)
            raise

    def _count_loss(self, clicks: int) -> None:
        now = microseconds(clock.now())
        before = self._lost or Lost(0, now, now)
        self._lost = Lost(before.clicks + clicks, before.since, now)
        self.lost += clicks

    def _put(self, block: bytes) -> None:
        if self._file is None or self._size > self._largest:
            self._begin_file()
        assert self._file is not None
        if self._size + len(block) > self._room:
            self._make_room(self._file)
        rest, at = memoryview(block), self._size
        while rest:
            written = os.pwrite(self._file, rest, at)
            rest, at = rest[written:], at + written
        os.fdatasync(self._file)
        self._size = at

    def _make_room(self, file: int) -> None:
        """Have zeros on disk behind the lines; a disk without place for them may take lines yet."""
        with suppress(OSError):
            self._room = max(self._room, self._size)
            for piece in ROOM:
                self._room += os.pwrite(file, bytes(piece), self._room)
            os.fdatasync(file)

    def _begin_file(self) -> None:
        self._give_up_file()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{os.uname().nodename[:40]}-{os.getpid()}-{codes.code()}"
        hidden = self._folder / f".{name}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        opened = os.open(hidden, flags, 0o600)
        fcntl.flock(opened, fcntl.LOCK_EX)  # before it can be found: unlocked means finished
        hidden.rename(self._folder / f"{name}{SUFFIX}")
        sync_folder(self._folder)
        self._file, self._size, self._room = opened, 0, 0

    def _give_up_file(self) -> None:
        """Let go of the file, with its lock; after a failed write its tail may be torn."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        """Finish this process's journal."""
        with self._writing:
            self._give_up_file()


class _Group:
    """Lines that are written and synced together."""

    __slots__ = ("clicks", "error", "followers", "lines")

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.clicks = 0
        self.followers: list[threading.Lock] = []
        self.error: OSError | None = None


class Together:
    """A journal for an event loop: lines of requests that are served together share one sync.

    The loop itself waits for the disk. That is shorter than waking a thread and being woken by it,
    and whoever arrives meanwhile is in the next group.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lines: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []

    def append(self, line: Line) -> asyncio.Future[None]:
        """Done once the click `line` is written durably, with an OSError if the disk refuses."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._settle)
        self._lines.append(encode(line))
        self._waiting.append(written := loop.create_future())
        return written

    def _settle(self) -> None:
        """Write what has come, and let those who wait go on; some may have gone away."""
        lines, self._lines = self._lines, []
        waiting, self._waiting = self._waiting, []
        try:
            self._journal.write(lines, len(lines))
        except OSError as error:
            for written in waiting:
                if not written.done():
                    written.set_exception(OSError(error.errno, error.strerror))
        else:
            for written in waiting:
                if not written.done():
                    written.set_result(None)


def microseconds(moment: datetime) -> int:
    """An aware moment, in microseconds since 1970, UTC."""
    return int(moment.timestamp() * 1_000_000)


def encode(line: Entry | Lost) -> bytes:
    """`line` as it stands in a journal, with its length, checksum (CRC-32) and line break."""
    if isinstance(line, Line):
        id, link, job, at, kind, source, navigates, visitor, lists = line
        source = _CONTROL.sub(" ", source) if source else ""
        where = f"{id}\t{link}\t{job}\t{at}"
        fields = f"C\t{where}\t{kind}\t{source}\t{navigates:d}\t{visitor}\t{lists}"
    elif isinstance(line, Rendered):
        fields = f"R\t{line.click}\t{line.at}"
    elif isinstance(line, Opened):
        fields = f"O\t{line.post}\t{line.at}\t{line.kind}\t{line.visitor}"
    elif isinstance(line, JobOpened):
        fields = f"J\t{line.article}\t{line.job}\t{line.at}\t{line.kind}\t{line.visitor}"
    else:
        fields = f"L\t{line.clicks}\t{line.since}\t{line.until}"
    body = fields.encode()
    return b"%d %08x %b\n" % (len(body), zlib.crc32(body), body)


def decode(raw: bytes) -> Entry | Lost | None:
    """What one row of a journal, without its line break, holds; None when it is damaged."""
    try:
        length, checksum, body = raw.split(b" ", 2)
        if len(body) != int(length) or zlib.crc32(body) != int(checksum, 16):
            return None
        kind, *fields = body.decode().split("\t")
        read = _READERS.get(kind)
        return read(*fields) if read else None  # type: ignore[operator]
    except (ValueError, TypeError):
        return None


def _job_opened(article: str, job: str, at: str, kind: str, visitor: str) -> JobOpened | None:
    opened = _opened(article, at, kind, visitor)
    if opened is None or not _IS_SLUG(job):
        return None
    return JobOpened(article, job, opened.at, opened.kind, opened.visitor)


def _rendered(click: str, at: str) -> Rendered | None:
    found = Rendered(click, int(at))
    return found if _IS_ID(click) and 0 <= found.at < 2**52 else None


def _opened(post: str, at: str, kind: str, visitor: str) -> Opened | None:
    found = Opened(post, int(at), kind, int(visitor))
    is_possible = (
        is_code(post)
        and 0 <= found.at < 2**52
        and kind in CLASSES
        and -(2**63) <= found.visitor < 2**63
    )
    return found if is_possible else None


def is_code(post: str) -> bool:
    """Whether `post` could be the code of a post."""
    return _IS_CODE(post) is not None


def _lost(clicks: str, since: str, until: str) -> Lost | None:
    found = Lost(int(clicks), int(since), int(until))
    return found if 0 <= found.clicks < 2**31 and 0 <= found.since <= found.until < 2**52 else None


def _line(
    id: str, link: str, job: str, at: str, kind: str, source: str, navigates: str, visitor: str,
    lists: str,
) -> Line | None:  # fmt: skip
    """A line whose values are of the kinds and sizes that the database takes, else None."""
    line = Line(
        id, int(link), int(job), int(at), kind, source, navigates == "1", int(visitor), lists
    )
    is_possible = (
        _IS_ID(id)
        and 0 <= line.link < 2**31
        and 0 <= line.job < 2**31
        and 0 <= line.at < 2**52
        and kind in CLASSES
        and len(source) <= 40
        and "\0" not in source
        and navigates in {"0", "1"}
        and -(2**63) <= line.visitor < 2**63
        and 0 < len(lists) <= 40
        and "\0" not in lists
    )
    return line if is_possible else None


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
        for raw in iter(lambda: journal.readline(LONGEST), b""):
            # A zero ends what is written, even before a line's end: its pages may be seen late.
            if not raw.endswith(b"\n") or b"\0" in raw or most == 0:
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


def is_torn(path: Path, offset: int) -> bool:
    """Whether something was begun behind byte `offset`, where the last whole row ends."""
    with path.open("rb") as journal:
        journal.seek(offset)
        return bool(journal.read().strip(b"\0"))


_READERS = {"C": _line, "R": _rendered, "O": _opened, "J": _job_opened, "L": _lost}
