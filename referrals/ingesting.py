"""From journals to the database: each click once, with all its counts, in one transaction."""

from __future__ import annotations

import fcntl
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import Base, Database
from careers.jobs.models import Job
from referrals import losses
from referrals.counting import (
    CONFIRMED,
    HUMAN,
    NOTHING,
    OTHERS,
    PEOPLE,
    REPEAT,
    Seen,
    Tally,
    day_of,
    is_repeat,
    minus,
    one,
    plus,
    tell_apart,
)
from referrals.journal import (
    Line,
    Lost,
    Rendered,
    decode,
    is_finished,
    journals,
    microseconds,
    rows_from,
    sync_folder,
)
from referrals.models import (
    CHANNELS,
    COUNTS,
    Click,
    ClickTotal,
    JournalOffset,
    LinkDay,
    LinkSource,
    LinkVisitor,
    Rendering,
    ShareLink,
)

log = structlog.get_logger(__name__)
BATCH = 5_000  # lines in one transaction
STILL_COMES = timedelta(days=1)  # of earlier days, visitors are looked up among the clicks


def ingest(database: Database, folder: Path) -> int:
    """Store what the journals in `folder` hold beyond what is stored; the number of clicks.

    Only one process of a machine does this at a time: when another is at it, this does nothing.
    A journal that cannot be stored does not hold up the others; it is tried again the next time.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "ingest.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        stored, refused = 0, set[str]()
        while True:
            paths = [path for path in journals(folder) if path.name not in refused]
            # Asked before reading: what is read then is all there will be.
            finished = [path for path in paths if is_finished(path)]
            read, clicks = _turn(database, paths, refused)
            stored += clicks
            if not read:
                _remove(database, [path for path in finished if path.name not in refused])
                return stored


class _Piece(NamedTuple):
    """What was read of one journal, and up to where."""

    journal: str
    offset: int
    rows: list[bytes]


def _turn(database: Database, paths: list[Path], refused: set[str]) -> tuple[int, int]:
    """Store the next lines of all journals: how many were read, and how many were clicks."""
    try:
        with database.writing() as db:
            pieces = _read(db, paths, refused)
            if not pieces:
                return 0, 0
            stored = _store(db, pieces)
            db.commit()
    except (DataError, IntegrityError):  # somewhere is a line that came before, or a foreign one
        stored = sum(_store_alone(database, piece, refused) for piece in pieces)
    return sum(len(piece.rows) for piece in pieces), stored


def _store_alone(database: Database, piece: _Piece, refused: set[str]) -> int:
    try:
        with database.writing() as db:
            stored = _store(db, [piece], is_doubtful=True)
            db.commit()
            return stored
    except SQLAlchemyError:
        log.exception("a journal could not be stored", journal=piece.journal)
        refused.add(piece.journal)
        return 0


def _read(db: Session, paths: list[Path], refused: set[str]) -> list[_Piece]:
    """An equal share of lines from each journal, so that they come in order of time."""
    names = [path.name for path in paths]
    known = select(JournalOffset.journal, JournalOffset.offset)
    offsets = {row[0]: row[1] for row in db.execute(known.where(JournalOffset.journal.in_(names)))}
    pieces = []
    for path in paths:
        try:
            begin = offsets.get(path.name, 0)
            rows = list(rows_from(path, begin, BATCH // len(paths) + 1))
        except OSError:
            log.exception("a journal could not be read", journal=path.name)
            refused.add(path.name)
            continue
        if rows:
            pieces.append(_Piece(path.name, rows[-1][0], [raw for _, raw in rows]))
    return pieces


def _remove(database: Database, finished: list[Path]) -> None:
    """Remove journals that are stored to their end and will not grow."""
    for path in finished:
        with database.writing() as db:
            offset = select(JournalOffset.offset).where(JournalOffset.journal == path.name)
            if (db.scalar(offset) or 0) < path.stat().st_size:
                log.warning("a journal ended in a torn line, never answered", journal=path.name)
            path.unlink()
            sync_folder(path.parent)  # the file must be gone before its offset is
            db.execute(delete(JournalOffset).where(JournalOffset.journal == path.name))
            db.commit()


# -- one transaction --------------------------------------------------------------------------


class _Batch(NamedTuple):
    """The lines of one transaction, in order of time."""

    clicks: list[Line]
    renderings: dict[str, int]
    lost: list[Lost]


def _store(db: Session, pieces: list[_Piece], *, is_doubtful: bool = False) -> int:
    """Store `pieces` with all counts; `is_doubtful` looks first at what may be there already."""
    batch = _sorted(pieces)
    clicks = _without_strangers(db, batch.clicks, is_doubtful=is_doubtful)
    for lost in batch.lost:
        losses.report(db, lost.clicks, _moment(lost.since), _moment(lost.until))
    confirmed, older = _confirmed(db, clicks, batch.renderings)
    tallies, repeats, corrections = _tally(db, clicks, confirmed, older)
    if clicks:
        db.execute(
            insert(Base.metadata.tables["click"]),
            [_row(line, line.id in repeats, line.id in confirmed) for line in clicks],
        )
    for click, flags in corrections.items():
        db.execute(update(Click).where(Click.id == click).values(flags))
    _count(db, tallies)
    _count_sources(db, clicks)
    for piece in pieces:
        _upsert(
            db, JournalOffset, [{"journal": piece.journal, "offset": piece.offset}], ["journal"]
        )
    return len(clicks)


def _sorted(pieces: list[_Piece]) -> _Batch:
    batch = _Batch([], {}, [])
    for piece in pieces:
        damaged = 0
        for raw in piece.rows:
            line = decode(raw)
            if isinstance(line, Line):
                batch.clicks.append(line)
            elif isinstance(line, Rendered):
                batch.renderings.setdefault(line.click, line.at)
            elif isinstance(line, Lost):
                batch.lost.append(line)
            else:
                damaged += 1
        if damaged:
            log.error("damaged lines in a journal", journal=piece.journal, lines=damaged)
    batch.clicks.sort(key=lambda line: (line.at, line.id))  # as `tell_apart` orders them
    return batch


def _without_strangers(db: Session, lines: list[Line], *, is_doubtful: bool) -> list[Line]:
    """The clicks on links of this database that are not yet stored."""
    # A journal that comes back, from a backup say, brings nothing twice.
    lines = list({line.id: line for line in lines}.values())
    if is_doubtful:
        stored = set(db.scalars(select(Click.id).where(Click.id.in_([line.id for line in lines]))))
        jobs = {line.job for line in lines}
        known_jobs = {0, *db.scalars(select(Job.id).where(Job.id.in_(jobs)))}
        lines = [line for line in lines if line.id not in stored and line.job in known_jobs]
    links = {line.link for line in lines}
    known = set(db.scalars(select(ShareLink.id).where(ShareLink.id.in_(links))))
    if known == links:
        return lines
    log.error("clicks on links of another database", links=len(links - known))
    return [line for line in lines if line.link in known]


Key = tuple[date, int, int]  # day, link, visitor


def _confirmed(
    db: Session, lines: list[Line], renderings: dict[str, int]
) -> tuple[set[str], dict[Key, set[str]]]:
    """Which of `lines` were rendered; and which older clicks now are, by visitor.

    A rendering whose click is not here yet waits for it.
    """
    people = [line.id for line in lines if line.kind == "human"]
    waiting: set[str] = set()
    if people and db.scalar(select(Rendering.click_id).limit(1)) is not None:
        waited = select(Rendering.click_id).where(Rendering.click_id.in_(people))
        waiting = set(db.scalars(waited))
        db.execute(delete(Rendering).where(Rendering.click_id.in_(waiting)))
    here = {line.id for line in lines}
    confirmed = {click for click in people if click in renderings or click in waiting}
    elsewhere = [click for click in renderings if click not in here]
    older: dict[Key, set[str]] = defaultdict(set)
    if elsewhere:
        asked = select(Click.id, Click.link_id, Click.at, Click.visitor, Click.class_).where(
            Click.id.in_(elsewhere)
        )
        found = set()
        for click, link, at, visitor, kind in db.execute(asked):
            found.add(click)
            if kind == "human":
                older[at.date(), link, visitor].add(click)
        early = [
            {"click_id": click, "at": _moment(renderings[click])}
            for click in elsewhere
            if click not in found
        ]
        if early:
            adding = _dialect(db).insert(Base.metadata.tables["rendering"])
            db.execute(adding.on_conflict_do_nothing(), early)
    return confirmed, older


class _Visitor:
    """What is known of one visitor of a link on one day while a batch is counted."""

    __slots__ = ("counted_at", "is_confirmed", "job", "last_at")

    def __init__(self, job: int, counted_at: int, last_at: int, is_confirmed: bool) -> None:
        self.job, self.counted_at, self.last_at = job, counted_at, last_at
        self.is_confirmed = is_confirmed


Place = tuple[int, int, date]  # link, job, day
Flags = dict[str, Any]


def _tally(
    db: Session, lines: list[Line], confirmed: set[str], older: dict[Key, set[str]]
) -> tuple[dict[Place, Tally], set[str], dict[str, Flags]]:
    """What the batch adds to the counts; which of its clicks are repeats; what changes in others.

    Nearly every visitor is counted from what is remembered of them. Only those whose clicks come
    out of order, or long after their day, are counted anew from all their clicks.
    """
    tallies: dict[Place, Tally] = {}
    people: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        if line.kind == "human":
            people[day_of(line.at), line.link, line.visitor].append(line)
        else:
            _add(tallies, (line.link, line.job, day_of(line.at)), one(OTHERS[line.kind]))
    keys = people.keys() | older.keys()
    known = _visitors(db, keys)
    oldest = (clock.now() - STILL_COMES).date()
    repeats: set[str] = set()
    corrections: dict[str, Flags] = {}
    changed: dict[Key, _Visitor] = {}
    for key in keys:
        visitor = known.get(key)
        mine = people.get(key, [])
        if key[0] < oldest or _is_out_of_order(visitor, mine, older.get(key)):
            visitor = _count_anew(
                db, key, mine, confirmed, older.get(key, set()), tallies, repeats, corrections
            )
        else:
            visitor = _count_on(
                key, visitor, mine, confirmed, older.get(key, set()), tallies, repeats, corrections
            )
        if visitor is not None and key[0] >= oldest:
            changed[key] = visitor
    _remember(db, changed)
    return tallies, repeats, corrections


def _is_out_of_order(
    visitor: _Visitor | None, lines: Sequence[Line], older: set[str] | None
) -> bool:
    if visitor is None:
        return older is not None
    return bool(lines) and lines[0].at <= visitor.last_at


def _count_on(
    key: Key,
    visitor: _Visitor | None,
    lines: Sequence[Line],
    confirmed: set[str],
    older: set[str],
    tallies: dict[Place, Tally],
    repeats: set[str],
    corrections: dict[str, Flags],
) -> _Visitor | None:
    """Count clicks that come after all others of their visitor."""
    day, link, _ = key
    for line in lines:
        place = (link, line.job, day)
        if visitor is None:
            visitor = _Visitor(line.job, line.at, line.at, is_confirmed=False)
            _add(tallies, place, _FIRST)
        elif is_repeat(line.at, visitor.counted_at):
            repeats.add(line.id)
            _add(tallies, place, _AGAIN)
        else:
            visitor.counted_at = line.at
            _add(tallies, place, _LATER)
        visitor.last_at = line.at
    assert visitor is not None
    corrections.update({key_0: {"is_confirmed": True} for key_0 in older})
    if not visitor.is_confirmed and (older or any(line.id in confirmed for line in lines)):
        visitor.is_confirmed = True
        _add(tallies, (link, visitor.job, day), _SHOWN)
    return visitor


_FIRST, _AGAIN, _LATER, _SHOWN = (
    plus(one(HUMAN), one(PEOPLE)),
    one(REPEAT),
    one(HUMAN),
    one(CONFIRMED),
)


def _count_anew(
    db: Session,
    key: Key,
    lines: Sequence[Line],
    confirmed: set[str],
    older: set[str],
    tallies: dict[Place, Tally],
    repeats: set[str],
    corrections: dict[str, Flags],
) -> _Visitor | None:
    """Count a visitor from all their clicks, and correct what was counted before."""
    day, link, _ = key
    before, flags = _clicks_of(db, key)
    was, _ = tell_apart(before)
    after = [
        click._replace(is_confirmed=click.is_confirmed or click.id in older) for click in before
    ]
    after += [
        Seen(line.at, line.id, line.job, line.id in confirmed)
        for line in lines
        if line.id not in flags  # stored before: the database refuses it, and all is looked at anew
    ]
    now, again = tell_apart(after)
    for job in was.keys() | now.keys():
        _add(tallies, (link, job, day), minus(now.get(job, NOTHING), was.get(job, NOTHING)))
    repeats |= again
    for click in after[: len(before)]:
        wanted = {"is_repeat": click.id in again, "is_confirmed": click.is_confirmed}
        if flags[click.id] != wanted:
            corrections[click.id] = wanted
    if not after:
        return None
    ordered = sorted(after)
    counted_at = max(click.at for click in ordered if click.id not in again)
    is_confirmed = any(click.is_confirmed for click in ordered)
    return _Visitor(ordered[0].job, counted_at, ordered[-1].at, is_confirmed)


def _clicks_of(db: Session, key: Key) -> tuple[list[Seen], dict[str, Flags]]:
    day, link, visitor = key
    begin = datetime.combine(day, time.min, UTC)
    rows = db.execute(
        select(Click.at, Click.id, Click.job_id, Click.is_confirmed, Click.is_repeat).where(
            Click.link_id == link,
            Click.at >= begin,
            Click.at < begin + timedelta(days=1),
            Click.visitor == visitor,
            Click.class_ == "human",
        )
    ).all()
    flags = {row.id: {"is_repeat": row.is_repeat, "is_confirmed": row.is_confirmed} for row in rows}
    seen = [Seen(microseconds(row.at), row.id, row.job_id or 0, row.is_confirmed) for row in rows]
    return seen, flags


# -- rows -------------------------------------------------------------------------------------


def _visitors(db: Session, keys: Iterable[Key]) -> dict[Key, _Visitor]:
    """What is remembered of these visitors. One statement a day, however many they are."""
    days: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for day, link, visitor in keys:
        days[day].append((link, visitor))
    found: dict[Key, _Visitor] = {}
    for day, pairs in days.items():
        links, visitors = zip(*pairs, strict=True)
        asked = _ASKED_SQLITE if db.get_bind().dialect.name == "sqlite" else _ASKED_POSTGRESQL
        values: dict[str, Any] = {"day": day, "links": list(links), "visitors": list(visitors)}
        if asked is _ASKED_SQLITE:
            values = {
                "day": day.isoformat(),
                "pairs": "[" + ",".join(f"[{link},{visitor}]" for link, visitor in pairs) + "]",
            }
        for row in db.execute(asked, values):
            found[day, row[0], row[1]] = _Visitor(row[2], row[3], row[4], bool(row[5]))
    return found


_COLUMNS = "v.link_id, v.visitor, v.job, v.counted_at, v.last_at, v.is_confirmed"
_ASKED_SQLITE = text(
    f"SELECT {_COLUMNS} FROM json_each(:pairs) k CROSS JOIN link_visitor v ON v.day = :day "  # noqa: S608
    "AND v.link_id = json_extract(k.value, '$[0]') AND v.visitor = json_extract(k.value, '$[1]')"
)
_ASKED_POSTGRESQL = text(
    f"SELECT {_COLUMNS} FROM unnest(CAST(:links AS integer[]), CAST(:visitors AS bigint[])) "  # noqa: S608
    "AS k (link, visitor) JOIN link_visitor v ON v.day = :day AND v.link_id = k.link "
    "AND v.visitor = k.visitor"
)


def _remember(db: Session, visitors: dict[Key, _Visitor]) -> None:
    rows = [
        {
            "day": day,
            "link_id": link,
            "visitor": visitor,
            "job": seen.job,
            "counted_at": seen.counted_at,
            "last_at": seen.last_at,
            "is_confirmed": seen.is_confirmed,
        }
        for (day, link, visitor), seen in sorted(visitors.items())
    ]
    _upsert(db, LinkVisitor, rows, ["day", "link_id", "visitor"])


def _row(line: Line, repeat: bool, confirmed: bool) -> dict[str, Any]:
    return {
        "id": line.id,
        "link_id": line.link,
        "job_id": line.job or None,
        "at": _moment(line.at),
        "class": line.kind,
        "source": line.source,
        "navigates": line.navigates,
        "visitor": line.visitor,
        "is_repeat": repeat,
        "is_confirmed": confirmed,
        "lists": line.lists,
    }


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, UTC)


def _add(tallies: dict[Place, Tally], place: Place, tally: Tally) -> None:
    tallies[place] = plus(tallies.get(place, NOTHING), tally)


def _count(db: Session, tallies: dict[Place, Tally]) -> None:
    """Add to the counts of links, employees, jobs, channels and of all."""
    links = {link for link, _, _ in tallies}
    asked = select(ShareLink.id, ShareLink.person_id, ShareLink.channel)
    whose = {
        link: (person, channel)
        for link, person, channel in db.execute(asked.where(ShareLink.id.in_(links)))
    }
    by_link: dict[tuple[int, date], Tally] = {}
    totals: dict[tuple[str, str, date, int], Tally] = {}
    for (link, job, day), tally in tallies.items():
        by_link[link, day] = plus(by_link.get((link, day), NOTHING), tally)
        for place in places(link, job, day, *whose[link]):
            totals[place] = plus(totals.get(place, NOTHING), tally)
    _add_up(
        db,
        LinkDay,
        [
            {"link_id": link, "day": day} | _named(tally)
            for (link, day), tally in sorted(by_link.items())
        ],
        ["link_id", "day"],
    )
    _add_up(
        db,
        ClickTotal,
        [
            {"unit": unit, "subject": subject, "start": start, "key": key} | _named(tally)
            for (unit, subject, start, key), tally in sorted(totals.items())
        ],
        ["unit", "subject", "start", "key"],
    )


def places(
    link: int, job: int, day: date, person: int, channel: str
) -> list[tuple[str, str, date, int]]:
    """The rows of `click_total` in which a click counts: unit, subject, start, key."""
    subjects = (
        ("all", 0),
        ("employee", person),
        ("job", job),
        ("channel", CHANNELS.index(channel)),
    )
    starts = (("day", day), ("month", day.replace(day=1)))
    return [(unit, subject, start, key) for unit, start in starts for subject, key in subjects]


def _named(tally: Tally) -> dict[str, int]:
    return dict(zip(COUNTS, tally, strict=True))


def _count_sources(db: Session, lines: list[Line]) -> None:
    counts = Counter((line.link, line.kind, line.source) for line in lines)
    rows = [
        {"link_id": link, "class": kind, "source": source, "clicks": clicks}
        for (link, kind, source), clicks in sorted(counts.items())
    ]
    _add_up(db, LinkSource, rows, ["link_id", "class", "source"])


def _dialect(db: Session) -> Any:
    return sqlite if db.get_bind().dialect.name == "sqlite" else postgresql


def _upsert(db: Session, model: type[Base], rows: list[dict[str, Any]], key: list[str]) -> None:
    """Insert `rows`, or replace what stands at their key."""
    if rows:
        adding = _dialect(db).insert(model.__table__)
        values = {name: adding.excluded[name] for name in rows[0] if name not in key}
        db.execute(adding.on_conflict_do_update(index_elements=key, set_=values), rows)


def _add_up(db: Session, model: type[Base], rows: list[dict[str, Any]], key: list[str]) -> None:
    """Insert `rows`, or add their numbers to what stands at their key."""
    if rows:
        table = model.__table__
        adding = _dialect(db).insert(table)
        values = {
            name: table.c[name] + adding.excluded[name] for name in rows[0] if name not in key
        }
        db.execute(adding.on_conflict_do_update(index_elements=key, set_=values), rows)


def forget_visitors(db: Session) -> None:
    """Drop what served to tell visitors of past days apart."""
    today = clock.now().date()
    db.execute(delete(LinkVisitor).where(LinkVisitor.day < today - 2 * STILL_COMES))
    db.execute(delete(Rendering).where(Rendering.at < clock.now() - 2 * STILL_COMES))
