"""What pages read of experts. Whoever is not shown, or has left, is in none of these lists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, contains_eager, lazyload

from careers.base import codes
from careers.base.company import FACTS, Facts, the_company
from careers.base.database import rows_of
from careers.base.people import Person
from careers.base.topics import Topic
from experts.models import Expert, expert_topic

SHOWN = and_(Expert.state == "shown", Person.status == "active")
LINES_AT_A_TIME = 48


@dataclass(frozen=True)
class Line:
    """An expert as lists have them: `id` is their row, `page` the slug of their page."""

    id: int
    code: str
    name: str
    page: str
    headline: str
    facts: Facts


@dataclass(frozen=True)
class ExpertList:
    """One page of experts, how many there are in all, and how many pages that makes."""

    experts: Sequence[Line]
    count: int
    pages: int


@dataclass(frozen=True)
class TopicCount:
    """A topic and how many experts who are shown have it."""

    slug: str
    name: str
    experts: int


def _shown() -> Select[Expert]:
    return (
        select(Expert)
        .join(Expert.person)
        .where(SHOWN)
        .options(contains_eager(Expert.person).options(lazyload(Person.granted)))
    )


_LINES = (
    select(
        Expert.id, Person.code, Person.name, Person.page, Expert.headline,
        *(getattr(Person, name) for name in FACTS),
    )
    .select_from(Expert)
    .join(Expert.person)
    .where(SHOWN)
)  # fmt: skip


def _lines(db: Session, wanted: Select[*tuple[Any, ...]], **values: Any) -> list[Line]:
    company = the_company(db)
    rows: Sequence[Any] = rows_of(db, wanted, values).all()
    return [
        Line(row.id, row.code, row.name, row.page, row.headline, company.facts_of(row))
        for row in rows
    ]


def shown_experts(
    db: Session,
    *,
    topic: str = "",
    words: str = "",
    office: str = "",
    language: str = "",
    page: int = 1,
) -> ExpertList:
    """Experts by name; only those with the topic `topic` (a slug), with `words` in their name or in
    one of their topics, of an `office`, who speak a `language` (a code).
    """
    wanted = []
    if office:
        wanted.append(the_company(db).fact("office") == office)
    if language:
        wanted.append(cast(Expert.languages, String).contains(f'"{language}"', autoescape=True))
    if topic:
        wanted.append(_has_topic(Topic.slug == topic))
    if words.strip():
        wanted.append(_has_words(words.strip()[:100]))
    lines = _lines(
        db,
        _LINES.where(*wanted)
        .order_by(Person.page)  # their name without accents: É stands beside E
        .limit(LINES_AT_A_TIME)
        .offset((page - 1) * LINES_AT_A_TIME),
    )
    count = len(lines)
    if page > 1 or count == LINES_AT_A_TIME:
        counted = select(func.count(Expert.id)).join(Expert.person).where(SHOWN, *wanted)
        count = db.scalar(counted) or 0
    return ExpertList(lines, count, -(-count // LINES_AT_A_TIME))


def _has_topic(which: ColumnElement[bool]) -> ColumnElement[bool]:
    having = select(expert_topic.c.expert_id)
    return Expert.id.in_(having.where(expert_topic.c.topic_id.in_(select(Topic.id).where(which))))


def knows(topic: Topic) -> ColumnElement[bool]:
    """Of an expert: that `topic` is among what they know about."""
    having = select(expert_topic.c.expert_id)
    return Expert.id.in_(having.where(expert_topic.c.topic_id == topic.id))


def _has_words(words: str) -> ColumnElement[bool]:
    """Names and topics are compared with and without accents: slugs have none."""
    name, topic = (column.icontains(words, autoescape=True) for column in (Person.name, Topic.name))
    if plain := codes.slug(words):
        name |= Person.page.contains(plain, autoescape=True)
        topic |= Topic.slug.contains(plain, autoescape=True)
    return or_(name, _has_topic(topic))


def topic_names(db: Session, experts: Sequence[Line]) -> dict[int, list[str]]:
    """What each of `experts` knows about, by their row."""
    rows = db.execute(
        select(expert_topic.c.expert_id, Topic.name)
        .join(Topic, Topic.id == expert_topic.c.topic_id)
        .where(expert_topic.c.expert_id.in_([one.id for one in experts]))
        .order_by(Topic.slug)
    )
    found: dict[int, list[str]] = {one.id: [] for one in experts}
    for expert, name in rows:
        found[expert].append(name)
    return found


_HAVING = (
    select(expert_topic.c.topic_id, func.count().label("experts"))
    .join(Expert, Expert.id == expert_topic.c.expert_id)
    .join(Expert.person)
    .where(SHOWN)
    .group_by(expert_topic.c.topic_id)
    .subquery()
)
_TOPICS = (
    select(Topic.slug, Topic.name, _HAVING.c.experts)
    .join(_HAVING, _HAVING.c.topic_id == Topic.id)
    .order_by(Topic.slug)
)


def topics_shown(db: Session) -> list[TopicCount]:
    """The topics that experts who are shown have, by name."""
    return [TopicCount(*row) for row in rows_of(db, _TOPICS)]


def offices_and_languages(db: Session) -> tuple[Counter[str], Counter[str]]:
    """Where experts who are shown work, unless that is internal, and which languages they speak:
    how many of them at each place, and how many each language.
    """
    offices: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for office, together, count in db.execute(_PLACES_AND_LANGUAGES):
        offices[office] += count
        languages.update(dict.fromkeys(json.loads(together), count))
    if "office" in the_company(db).internal:
        offices.clear()
    del offices[""]
    return offices, languages


_TOGETHER = cast(Expert.languages, String).label("together")  # many speak the same ones
_PLACES_AND_LANGUAGES = (
    select(Person.office, _TOGETHER, func.count(Expert.id))
    .join(Expert, Expert.person_id == Person.id)
    .where(SHOWN)
    .group_by(Person.office, _TOGETHER)
)


def people_on(db: Session, topic: Topic) -> Sequence[int]:
    """The row numbers of the people who are shown and know about `topic`."""
    return db.scalars(
        select(Person.id).join(Expert, Expert.person_id == Person.id).where(SHOWN, knows(topic))
    ).all()


def codes_on(db: Session, topic: Topic) -> Sequence[str]:
    """The codes of the people who are shown and know about `topic`."""
    return db.scalars(select(Person.code).where(Person.id.in_(people_on(db, topic)))).all()


def codes_shown(db: Session) -> Sequence[str]:
    """The codes of all the people who are shown."""
    return db.scalars(
        select(Person.code).join(Expert, Expert.person_id == Person.id).where(SHOWN)
    ).all()


def topics_beside(db: Session, topic: Topic, count: int) -> list[tuple[str, str]]:
    """What else those who are shown and know about `topic` know, most of them first."""
    mine, theirs = aliased(expert_topic), aliased(expert_topic)
    rows = db.execute(
        select(Topic.slug, Topic.name)
        .join(theirs, theirs.c.topic_id == Topic.id)
        .join(mine, mine.c.expert_id == theirs.c.expert_id)
        .join(Expert, Expert.id == mine.c.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(SHOWN, mine.c.topic_id == topic.id, Topic.id != topic.id)
        .group_by(Topic.id, Topic.slug, Topic.name)
        .order_by(func.count().desc(), Topic.slug)
        .limit(count)
    )
    return [(row.slug, row.name) for row in rows]


def shown_expert(db: Session, slug: str) -> Expert | None:
    """The expert whose page is at `slug`, while it is shown."""
    return db.scalar(_shown().where(Expert.slug == slug))


def was_shown(db: Session, slug: str) -> bool:
    """Whether a page was at `slug` once: an address is given on the day it is first shown."""
    return db.scalar(select(Expert.id).where(Expert.slug == slug)) is not None


def took_page_down(db: Session, person: Person) -> bool:
    """Whether `person` showed themselves once and does so no longer."""
    if person.page is not None:
        return False
    theirs = select(Expert.id).where(Expert.person_id == person.id, Expert.slug.is_not(None))
    return db.scalar(theirs) is not None


def may_be_named(db: Session, person: Person) -> bool:
    """Whether visitors may be told that they came through `person`: nobody who left, or who took
    their page down, is named."""
    return person.is_active and not took_page_down(db, person)


def expert_of(db: Session, person: Person) -> Expert | None:
    """What `person` has written about themselves, shown or not."""
    return db.scalar(select(Expert).where(Expert.person_id == person.id))


def colleagues_of(db: Session, expert: Expert, count: int = 6) -> list[Line]:
    """Other experts with the same topics, those with most of them first."""
    return _lines(db, _COLLEAGUES, expert=expert.id, most=count)


_MINE, _THEIRS = aliased(expert_topic), aliased(expert_topic)
_SHARED = (
    select(_THEIRS.c.expert_id, func.count().label("topics"))
    .join(_MINE, _MINE.c.topic_id == _THEIRS.c.topic_id)
    .where(_MINE.c.expert_id == bindparam("expert"), _THEIRS.c.expert_id != bindparam("expert"))
    .group_by(_THEIRS.c.expert_id)
    .subquery()
)
_COLLEAGUES = (
    _LINES.join(_SHARED, _SHARED.c.expert_id == Expert.id)
    .order_by(_SHARED.c.topics.desc(), Person.name, Person.id)
    .limit(bindparam("most", type_=Integer))
)


def vocabulary(db: Session) -> Sequence[Topic]:
    """Every topic that somebody who is shown uses, by name: what a form offers."""
    used = (
        select(expert_topic.c.topic_id)
        .join(Expert, Expert.id == expert_topic.c.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(SHOWN)
    )
    return db.scalars(select(Topic).where(Topic.id.in_(used)).order_by(Topic.slug).limit(300)).all()
