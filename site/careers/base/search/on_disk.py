"""The index in files, by Whoosh: the engine beside SQLite.

Each kind has a folder. Each build lies in a folder of its own in it, and one small file says which
is current, so that people search the old one until the new one is whole. Whoosh keeps the words,
where they stand and the files; how well a document answers (BM25F) is reckoned here, from lists
that stay in memory while nothing changes.
"""

from __future__ import annotations

import fcntl
import math
import os
import re
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import structlog
from whoosh import index
from whoosh.fields import ID, TEXT, Schema
from whoosh.reading import SegmentReader
from whoosh.writing import MERGE_SMALL

from careers.base import codes
from careers.base.search.asking import Asked, Wanted
from careers.base.search.documents import SCHEMA_VERSION, Busy, Damaged, Document, Progress

log = structlog.get_logger(__name__)

LOCK_WAIT = 60.0  # seconds, for whoever must write
OLD_BUILDS_STAY = 60.0  # seconds, for those who still read them
PARTS = {"title": 5.0, "facts": 3.0, "text": 1.0}  # what a word counts there
K1, B = 1.2, 0.6  # of BM25: how soon repeating counts no more; how much length counts
KEPT = 1_000_000  # numbers of documents in the lists of words that stay in memory, for one kind
SEGMENT = 500  # documents that are written anew at once, at most about twice as many

Weights = dict[int, float]  # by number of document


def _schema() -> Any:
    return Schema(key=ID(unique=True, sortable=True), **{part: TEXT(phrase=True) for part in PARTS})


class Folder:
    """The index of one kind. Many may read while one writes; writers wait for one another."""

    def __init__(self, folder: Path) -> None:
        """`folder` must be writable by nobody else: Whoosh keeps pickled objects in it."""
        self.folder = folder
        self._pointer = folder / "current"

    # What is written ------------------------------------------------------------------------

    def follow(
        self,
        keys: Collection[str],
        documents: Callable[[], Iterable[Document]],
        wait: float = LOCK_WAIT,
    ) -> bool:
        """Make what is kept under `keys` what `documents` says now; whether something was deleted.

        `documents` is called only once the lock is held: of two who follow the same change, the
        later one writes the later state. Raises Damaged when there is no index, Busy after `wait`
        seconds.
        """
        with self._lock(wait):
            opened = self._open()
            writer = _or_damaged(lambda: opened.writer(limitmb=32))
            try:
                deleted = 0
                for key in keys:
                    deleted += _or_damaged(partial(writer.delete_by_term, "key", key))
                for document in documents():
                    row = _row(document)
                    _or_damaged(partial(writer.add_document, **row))
            except BaseException:
                _quietly(writer.cancel)
                raise
            _or_damaged(lambda: writer.commit(mergetype=_small_ones))
            return deleted > 0

    def tidy(self, wait: float = LOCK_WAIT) -> None:
        """Take what was deleted out of the files too, and let others write in between.

        Raises as `follow`.
        """
        while self._tidy_some(wait):
            pass

    def _tidy_some(self, wait: float) -> bool:
        with self._lock(wait):
            opened = self._open()
            if _or_damaged(lambda: opened.doc_count_all() == opened.doc_count()):
                return False
            _or_damaged(lambda: opened.writer(limitmb=64).commit(mergetype=_one_with_deletions))
            return True

    def rebuild(
        self,
        documents: Callable[[], Iterable[Document]],
        progress: Progress | None = None,
        instead_of: str | None = None,
    ) -> int:
        """Make the index of `documents` only; their number. Readers keep the old one meanwhile.

        With `instead_of`, only while that build is the current one: 0 when somebody was faster.
        """
        with self._lock(LOCK_WAIT):
            if instead_of is not None and self.current() != instead_of:
                return 0
            return self._build(documents(), progress)

    def _build(self, documents: Iterable[Document], progress: Progress | None) -> int:
        name = f"v{SCHEMA_VERSION}-{codes.code()}"
        made = self.folder / name
        made.mkdir(mode=0o700)
        count = 0
        try:
            opened = index.create_in(str(made), _schema())
            for some in batched(documents, SEGMENT):
                with opened.writer(limitmb=128) as writer:
                    for document in some:
                        writer.add_document(**_row(document))
                    writer.merge = False
                count += len(some)
                if progress:
                    progress(count)
            beside = self.folder / f"{name}.pointer"
            beside.write_text(name)
            beside.replace(self._pointer)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        self._forget_old_builds(name)
        log.info("the search index was built", kind=self.folder.name, documents=count)
        return count

    def _forget_old_builds(self, current: str) -> None:
        for path in self.folder.glob("v*-*"):
            if path.is_dir() and path.name != current:
                with suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > OLD_BUILDS_STAY:
                        shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _lock(self, wait: float) -> Iterator[None]:
        """Between threads and processes; the system lets go of it when its holder dies."""
        handle = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            until = time.monotonic() + wait
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise Busy from None
                    time.sleep(0.01)
            yield
        finally:
            os.close(handle)

    # What is read ---------------------------------------------------------------------------

    def find(self, asked: Asked, *, every: bool = True) -> list[str]:
        """The keys of what answers, best first; without `every`, of what has half the words.

        Raises Damaged.
        """
        reading = self._reading()
        found: list[str] = _or_damaged(lambda: reading.find(asked, every))
        return found

    def count(self, stem: str) -> int:
        """How many documents have `stem`. Raises Damaged."""
        reading = self._reading()
        found: int = _or_damaged(lambda: len(reading.weights(stem)))
        return found

    def stems(self) -> set[str]:
        """Every stem that is in use. Raises Damaged."""
        reading = self._reading()
        found: set[str] = _or_damaged(lambda: reading.stems)
        return found

    def current(self) -> str:
        """The name of the current build; "" when there is none."""
        try:
            return self._pointer.read_text()
        except (OSError, UnicodeDecodeError):
            return ""

    def _open(self) -> Any:
        name = self.current()
        if not re.fullmatch(rf"v{SCHEMA_VERSION}-[A-Za-z0-9]+", name):
            raise Damaged(f"no index of version {SCHEMA_VERSION}")
        return _or_damaged(lambda: index.open_dir(str(self.folder / name)))

    def _reading(self) -> _Reading:
        name = self.current()
        try:
            files = [one.name for one in (self.folder / name).iterdir()]
        except (OSError, ValueError) as error:
            raise Damaged(f"no index: {error}") from error
        state = (name, *sorted(one for one in files if one.endswith(".toc")))
        with _readings_lock:
            known = _readings.get(self.folder)
            if known is None or known.state != state:
                opened = self._open()
                known = _readings[self.folder] = _or_damaged(lambda: _Reading(opened, state))
        return known


_readings: dict[Path, _Reading] = {}
_readings_lock = threading.Lock()


class _Reading:
    """One state of one index, as long as nothing changes; shared by the threads of a process."""

    def __init__(self, opened: Any, state: tuple[str, ...]) -> None:
        self.state = state
        self._reader = opened.reader()
        self._lock = threading.Lock()  # Whoosh's readers have one place in their files
        count = self._reader.doc_count_all()
        # Whoosh has no column to read where there is no document.
        column = self._reader.column_reader("key") if count else ()
        self._keys = [column[number] for number in range(count)]
        self._alive = [n for n in range(count) if not self._reader.is_deleted(n)]
        self._lengths = {
            part: [self._reader.doc_field_length(n, part, 0) or 0 for n in range(count)]
            for part in PARTS
        }
        self._usual = {part: sum(all_) / max(1, len(all_)) for part, all_ in self._lengths.items()}
        self._weights: OrderedDict[str, Weights] = OrderedDict()
        self._held = 0
        self._stems: set[str] | None = None

    def weights(self, stem: str) -> Weights:
        """How much each document that has `stem` owes to it (BM25F)."""
        with self._lock:
            if stem in self._weights:
                self._weights.move_to_end(stem)
                return self._weights[stem]
            found = self._weights[stem] = self._reckoned(stem)
            self._held += len(found)
            while self._held > KEPT and len(self._weights) > 1:
                self._held -= len(self._weights.popitem(last=False)[1])
            return found

    def _reckoned(self, stem: str) -> Weights:
        counted: Weights = {}
        for part, boost in PARTS.items():
            if (part, stem) not in self._reader:
                continue
            lengths, usual = self._lengths[part], self._usual[part] or 1.0
            postings = self._reader.postings(part, stem)
            while postings.is_active():
                number = postings.id()
                often = postings.weight()
                counted[number] = counted.get(number, 0.0) + boost * often / (
                    1 - B + B * lengths[number] / usual
                )
                postings.next()
        all_ = max(1, len(self._alive))
        rare = math.log(1 + (all_ - len(counted) + 0.5) / (len(counted) + 0.5))
        return {number: rare * (K1 + 1) * w / (K1 + w) for number, w in counted.items()}

    def find(self, asked: Asked, every: bool) -> list[str]:
        """The keys of what answers, best first."""
        words = [self._of(word) for word in asked.words]
        phrases = [self._with_phrase(phrase) for phrase in asked.phrases]
        wanted = sorted([*words, *phrases], key=len)
        if not wanted:
            found: Weights = dict.fromkeys(self._alive, 0.0)
        elif not every:
            found = _most(wanted)
        else:
            found = wanted[0]
            for other in wanted[1:]:
                found = {n: weight + other[n] for n, weight in found.items() if n in other}
        for word in asked.welcome:
            more = self._of(word)
            found = {n: weight + more.get(n, 0.0) for n, weight in found.items()}
        for phrase in asked.without:
            refused = self._with_phrase(phrase)
            found = {n: weight for n, weight in found.items() if n not in refused}
        ranked = sorted(found.items(), key=itemgetter(1), reverse=True)
        return [self._keys[number] for number, _ in ranked]

    def _of(self, word: Wanted) -> Weights:
        """How much each document owes to the best way in which it has `word`."""
        best: Weights = {}
        for stem, factor in sorted(word.weights.items()):
            found = self.weights(stem)
            if not best and factor == 1:
                best = found
            elif found:
                best = dict(best)
                for number, weight in found.items():
                    if weight * factor > best.get(number, 0.0):
                        best[number] = weight * factor
        return best

    def _with_phrase(self, phrase: tuple[Wanted, ...]) -> Weights:
        """The documents in which these words stand side by side, in one language or mixed."""
        words = [self._of(word) for word in phrase]
        both = set(words[0]).intersection(*words[1:])
        if len(phrase) > 1 and both:
            both &= self._side_by_side(phrase)
        return {number: sum(word[number] for word in words) for number in both}

    def _side_by_side(self, phrase: tuple[Wanted, ...]) -> set[int]:
        found: set[int] = set()
        with self._lock:
            for part in PARTS:
                places = [self._places(part, word) for word in phrase]
                for number, starts in places[0].items():
                    for step, word in enumerate(places[1:], start=1):
                        starts = starts & {place - step for place in word.get(number, ())}
                    if starts:
                        found.add(number)
        return found

    def _places(self, part: str, word: Wanted) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for stem in word.stems:
            if (part, stem) in self._reader:
                postings = self._reader.postings(part, stem)
                while postings.is_active():
                    found.setdefault(postings.id(), set()).update(postings.value_as("positions"))
                    postings.next()
        return found

    @property
    def stems(self) -> set[str]:
        """Every stem that is in use."""
        with self._lock:
            if self._stems is None:
                terms = (self._reader.lexicon(part) for part in PARTS)
                self._stems = {stem.decode() for part in terms for stem in part}
            return self._stems


def _small_ones(writer: Any, segments: list[Any]) -> list[Any]:
    """Those that stay when small ones are written anew together: Whoosh's rule, below a size."""
    small = [segment for segment in segments if segment.doc_count_all() < SEGMENT]
    large = [segment for segment in segments if segment.doc_count_all() >= SEGMENT]
    return large + list(MERGE_SMALL(writer, small))


def _one_with_deletions(writer: Any, segments: list[Any]) -> list[Any]:
    """Those that stay when one that holds something deleted is written anew."""
    dirty = next(segment for segment in segments if segment.has_deletions())
    with closing(SegmentReader(writer.storage, writer.schema, dirty)) as reader:
        writer.add_reader(reader)
    return [segment for segment in segments if segment is not dirty]


def _most(wanted: list[Weights]) -> Weights:
    """What has at least half of what was asked for; those with more of it first."""
    met: dict[int, int] = {}
    found: Weights = {}
    for one in wanted:
        for number, weight in one.items():
            met[number] = met.get(number, 0) + 1
            found[number] = found.get(number, 0.0) + weight
    least = (len(wanted) + 1) // 2
    return {number: 100.0 * met[number] + w for number, w in found.items() if met[number] >= least}


def _row(document: Document) -> dict[str, Any]:
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    for part, stems in document.stems():
        found[part] += stems
    return {"key": document.key, **found}


def batched(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    """`documents` in lists of at most `size`."""
    remaining = iter(documents)
    while some := list(islice(remaining, size)):
        yield some


def _or_damaged(act: Callable[[], Any]) -> Any:
    """What `act` gives. Whoosh has no error of its own for damage: it fails in any way at all."""
    try:
        return act()
    except Exception as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _quietly(act: Callable[[], Any]) -> None:
    try:
        act()
    except Exception:
        log.warning("a writer of the index could not be cancelled", exc_info=True)
