"""Telling visitors apart while clicks are stored: who is new, who comes again, who is confirmed.

The rules are those of `counting`; here is what has to be remembered to apply them to a stream.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import is_sqlite
from referrals.counting import (
    CONFIRMED,
    HUMAN,
    NOTHING,
    OTHERS,
    PEOPLE,
    REPEAT,
    Seen,
    Tallies,
    add_to,
    count,
    day_of,
    is_repeat,
    minus,
    tell_apart,
)
from referrals.journal import (
    Line,
    microseconds,
)
from referrals.models import (
    Click,
    LinkVisitor,
    Rendering,
)

STILL_COMES = timedelta(days=1)  # of earlier days, visitors are looked up among the clicks

Key = tuple[date, int, int]  # day, link, visitor


class _Visitor:
    """What is known of one visitor of a link on one day while a batch is counted."""

    __slots__ = ("counted_at", "is_confirmed", "job", "last_at")

    def __init__(self, job: int, counted_at: int, last_at: int, is_confirmed: bool) -> None:
        self.job, self.counted_at, self.last_at = job, counted_at, last_at
        self.is_confirmed = is_confirmed


Flags = dict[str, Any]


def tally(
    db: Session, lines: list[Line], confirmed: set[str], older: dict[Key, set[str]]
) -> tuple[Tallies, set[str], dict[str, Flags]]:
    """What the batch adds to the counts; which of its clicks are repeats; what changes in others.

    `lines` are new clicks in order of time, of which those in `confirmed` were rendered; `older`
    are clicks stored before that now were. Nearly every visitor is counted from what is remembered
    of them. Only those whose clicks come out of order, or long after their day, are counted anew
    from all their clicks.
    """
    tallies: Tallies = {}
    people: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        if line.kind == "human":
            people[day_of(line.at), line.link, line.visitor].append(line)
        else:
            count(tallies, (line.link, line.job, day_of(line.at)), OTHERS[line.kind])
    keys = people.keys() | older.keys()
    known = _visitors(db, keys)
    oldest = (clock.now() - STILL_COMES).date()
    anew = [
        key
        for key in keys
        if key[0] < oldest or _is_out_of_order(known.get(key), people.get(key), older.get(key))
    ]
    before = _clicks_of(db, anew)
    repeats: set[str] = set()
    corrections: dict[str, Flags] = {}
    remembered: dict[Key, _Visitor] = {}
    for key in keys - set(anew):
        remembered[key] = _count_on(
            key, known.get(key), people.get(key, []), confirmed, older.get(key, set()), tallies,
            repeats, corrections,
        )  # fmt: skip
    for key in anew:
        visitor = _count_anew(
            key, before.get(key, []), people.get(key, []), confirmed, older.get(key, set()),
            tallies, repeats, corrections,
        )  # fmt: skip
        if visitor is not None and key[0] >= oldest:
            remembered[key] = visitor
    _remember(db, remembered)
    return tallies, repeats, corrections


def _is_out_of_order(
    visitor: _Visitor | None, lines: Sequence[Line] | None, older: set[str] | None
) -> bool:
    """Whether what is remembered doesn't suffice: a click before the one that was counted last
    changes which are repeats; one after it does not, whenever it comes."""
    if visitor is None:
        return older is not None
    return bool(lines and lines[0].at <= visitor.counted_at)


def _count_on(
    key: Key,
    visitor: _Visitor | None,
    lines: Sequence[Line],
    confirmed: set[str],
    older: set[str],
    tallies: Tallies,
    repeats: set[str],
    corrections: dict[str, Flags],
) -> _Visitor:
    """Count clicks that come after all others of their visitor."""
    day, link, _ = key
    for line in lines:
        place = (link, line.job, day)
        if visitor is None:
            visitor = _Visitor(line.job, line.at, line.at, is_confirmed=False)
            count(tallies, place, HUMAN)
            count(tallies, place, PEOPLE)
        elif is_repeat(line.at, visitor.counted_at):
            repeats.add(line.id)
            count(tallies, place, REPEAT)
        else:
            visitor.counted_at = line.at
            count(tallies, place, HUMAN)
        visitor.last_at = max(visitor.last_at, line.at)
    assert visitor is not None
    for click in older:
        corrections[click] = {"is_confirmed": True}
    if not visitor.is_confirmed and (older or any(line.id in confirmed for line in lines)):
        visitor.is_confirmed = True
        count(tallies, (link, visitor.job, day), CONFIRMED)
    return visitor


def _count_anew(
    key: Key,
    before: Sequence[_Stored],
    lines: Sequence[Line],
    confirmed: set[str],
    older: set[str],
    tallies: Tallies,
    repeats: set[str],
    corrections: dict[str, Flags],
) -> _Visitor | None:
    """Count a visitor from all their clicks, and correct what was counted before."""
    day, link, _ = key
    known = {stored.click.id for stored in before}
    was, _ = tell_apart(stored.click for stored in before)
    after = [
        stored.click._replace(is_confirmed=stored.click.is_confirmed or stored.click.id in older)
        for stored in before
    ]
    after += [
        Seen(line.at, line.id, line.job, line.id in confirmed)
        for line in lines
        if line.id not in known  # stored before: the database refuses it, and all is looked at anew
    ]
    now, again = tell_apart(after)
    for job in was.keys() | now.keys():
        add_to(tallies, (link, job, day), minus(now.get(job, NOTHING), was.get(job, NOTHING)))
    repeats |= again
    for stored, click in zip(before, after, strict=False):
        if (
            click.id in again
        ) != stored.is_repeat or click.is_confirmed != stored.click.is_confirmed:
            corrections[click.id] = {
                "is_repeat": click.id in again, "is_confirmed": click.is_confirmed,
            }  # fmt: skip
    if not after:
        return None
    ordered = sorted(after)
    counted_at = max(click.at for click in ordered if click.id not in again)
    is_confirmed = any(click.is_confirmed for click in ordered)
    return _Visitor(ordered[0].job, counted_at, ordered[-1].at, is_confirmed)


class _Stored(NamedTuple):
    """A click that stands in the database, as it was counted."""

    click: Seen
    is_repeat: bool


def _clicks_of(db: Session, keys: Iterable[Key]) -> dict[Key, list[_Stored]]:
    """All stored clicks of these visitors. One statement for each link and day, and for at most so
    many visitors as a statement takes."""
    asked: dict[tuple[date, int], list[int]] = defaultdict(list)
    for day, link, visitor in keys:
        asked[day, link].append(visitor)
    found: dict[Key, list[_Stored]] = defaultdict(list)
    for (day, link), visitors in asked.items():
        begin = datetime.combine(day, time.min, UTC)
        rows = db.execute(
            select(
                Click.visitor, Click.at, Click.id, Click.job_id, Click.is_confirmed, Click.is_repeat
            ).where(
                Click.link_id == link,
                Click.at >= begin,
                Click.at < begin + timedelta(days=1),
                Click.visitor.in_(visitors),
                Click.class_ == "human",
            )
        )
        for visitor, at, id, job, is_confirmed, again in rows:
            seen = Seen(microseconds(at), id, job or 0, is_confirmed)
            found[day, link, visitor].append(_Stored(seen, again))
    return found


# -- what is remembered -----------------------------------------------------------------------


def _visitors(db: Session, keys: Iterable[Key]) -> dict[Key, _Visitor]:
    """What is remembered of these visitors. One statement a day, however many they are."""
    days: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for day, link, visitor in keys:
        days[day].append((link, visitor))
    found: dict[Key, _Visitor] = {}
    for day, pairs in days.items():
        links, visitors = zip(*pairs, strict=True)
        if is_sqlite(db):
            said = ",".join(f"[{link},{visitor}]" for link, visitor in pairs)
            rows = db.execute(_ASKED_SQLITE, {"day": day.isoformat(), "pairs": f"[{said}]"})
        else:
            values = {"day": day, "links": list(links), "visitors": list(visitors)}
            rows = db.execute(_ASKED_POSTGRESQL, values)
        for row in rows:
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
    """Keep what is known of visitors; like `_insert_clicks`, past SQLAlchemy for its speed."""
    rows = [
        (day.isoformat(), link, visitor, seen.job, seen.counted_at, seen.last_at, seen.is_confirmed)
        for (day, link, visitor), seen in visitors.items()
    ]
    rows.sort()
    if not rows:
        return
    changes = ", ".join(f"{name} = excluded.{name}" for name in _OF_VISITOR[3:])
    upsert = f"ON CONFLICT (day, link_id, visitor) DO UPDATE SET {changes}"
    into = f"INSERT INTO link_visitor ({', '.join(_OF_VISITOR)})"
    if is_sqlite(db):
        holders = ", ".join("?" * len(_OF_VISITOR))
        sql = f"{into} VALUES ({holders}) {upsert}"
        db.connection().exec_driver_sql(sql, rows)
    else:
        arrays = ", ".join(f"%s::{kind}[]" for kind in _KINDS_OF_VISITOR)
        columns = tuple(map(list, zip(*rows, strict=True)))
        sql = f"{into} SELECT * FROM unnest({arrays}) {upsert}"  # noqa: S608
        db.connection().exec_driver_sql(sql, columns)


_OF_VISITOR = ("day", "link_id", "visitor", "job", "counted_at", "last_at", "is_confirmed")
_KINDS_OF_VISITOR = ("date", "integer", "bigint", "integer", "bigint", "bigint", "boolean")


def forget_visitors(db: Session) -> None:
    """Drop what served to tell visitors of past days apart."""
    today = clock.now().date()
    db.execute(delete(LinkVisitor).where(LinkVisitor.day < today - 2 * STILL_COMES))
    db.execute(delete(Rendering).where(Rendering.at < clock.now() - 2 * STILL_COMES))
