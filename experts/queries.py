"""What pages read of experts. Whoever is not shown, or has left, is in none of these lists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, lazyload

from careers.base import codes
from careers.base.company import the_company
from careers.base.people import Person
from careers.base.topics import Topic
from experts.models import Expert, expert_topic

SHOWN = and_(Expert.state == "shown", Person.status == "active")
LINES_AT_A_TIME = 48


@dataclass(frozen=True)
class ExpertList:
    """One page of experts, how many there are in all, and how many pages that makes."""

    experts: Sequence[Expert]
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
        wanted.append(Expert.topics.any(Topic.slug == topic))
    if words.strip():
        wanted.append(_has_words(words.strip()[:100]))
    count = db.scalar(select(func.count(Expert.id)).join(Expert.person).where(SHOWN, *wanted)) or 0
    experts = db.scalars(
        _shown()
        .where(*wanted)
        .order_by(Expert.slug)  # their name without accents: É stands beside E
        .limit(LINES_AT_A_TIME)
        .offset((page - 1) * LINES_AT_A_TIME)
    ).all()
    return ExpertList(experts, count, -(-count // LINES_AT_A_TIME))


def _has_words(words: str) -> Any:
    """Names and topics are compared with and without accents: slugs have none."""
    found = [
        Person.name.icontains(words, autoescape=True),
        Expert.topics.any(Topic.name.icontains(words, autoescape=True)),
    ]
    if plain := codes.slug(words):
        found += [
            Expert.slug.contains(plain, autoescape=True),
            Expert.topics.any(Topic.slug.contains(plain, autoescape=True)),
        ]
    return or_(*found)


_TOPICS = (
    select(Topic.slug, Topic.name, func.count(Expert.id))
    .join(expert_topic, expert_topic.c.topic_id == Topic.id)
    .join(Expert, Expert.id == expert_topic.c.expert_id)
    .join(Person, Person.id == Expert.person_id)
    .where(SHOWN)
    .group_by(Topic.id, Topic.slug, Topic.name)
    .order_by(Topic.slug)
)


def topics_shown(db: Session) -> list[TopicCount]:
    """The topics that experts who are shown have, by name."""
    return [TopicCount(*row) for row in db.execute(_TOPICS)]


def offices_shown(db: Session) -> list[tuple[str, int]]:
    """Where experts who are shown work, and how many at each place."""
    if "office" in the_company(db).internal:
        return []
    rows = db.execute(
        select(Person.office, func.count(Expert.id).label("experts"))
        .join(Expert, Expert.person_id == Person.id)
        .where(SHOWN, Person.office != "")
        .group_by(Person.office)
    )
    return sorted(((row.office, row.experts) for row in rows), key=lambda row: codes.slug(row[0]))


def languages_shown(db: Session) -> Counter[str]:
    """Which languages experts who are shown speak, and how many each."""
    together = cast(Expert.languages, String).label("together")  # many speak the same ones
    rows = db.execute(
        select(together, func.count(Expert.id).label("experts"))
        .join(Expert.person)
        .where(SHOWN)
        .group_by(together)
    )
    spoken: Counter[str] = Counter()
    for row in rows:
        spoken.update(dict.fromkeys(json.loads(row.together), row.experts))
    return spoken


def people_on(db: Session, topic: Topic) -> Sequence[int]:
    """The row numbers of the people who are shown and know about `topic`."""
    return db.scalars(
        select(Person.id)
        .join(Expert, Expert.person_id == Person.id)
        .where(SHOWN, Expert.topics.any(Topic.id == topic.id))
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


def expert_of(db: Session, person: Person) -> Expert | None:
    """What `person` has written about themselves, shown or not."""
    return db.scalar(select(Expert).where(Expert.person_id == person.id))


def colleagues_of(db: Session, expert: Expert, count: int = 6) -> Sequence[Expert]:
    """Other experts with the same topics, those with most of them first."""
    mine, theirs = aliased(expert_topic), aliased(expert_topic)
    shared = (
        select(theirs.c.expert_id, func.count().label("topics"))
        .join(mine, mine.c.topic_id == theirs.c.topic_id)
        .where(mine.c.expert_id == expert.id, theirs.c.expert_id != expert.id)
        .group_by(theirs.c.expert_id)
        .subquery()
    )
    return db.scalars(
        _shown()
        .join(shared, shared.c.expert_id == Expert.id)
        .options(lazyload(Expert.topics), lazyload(Expert.networks), lazyload(Expert.agreed))
        .order_by(shared.c.topics.desc(), Person.name, Expert.id)
        .limit(count)
    ).all()


def vocabulary(db: Session) -> Sequence[Topic]:
    """Every topic that somebody who is shown uses, by name: what a form offers."""
    used = (
        select(expert_topic.c.topic_id)
        .join(Expert, Expert.id == expert_topic.c.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .where(SHOWN)
    )
    return db.scalars(select(Topic).where(Topic.id.in_(used)).order_by(Topic.slug).limit(300)).all()
