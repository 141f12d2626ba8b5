"""What an employee writes about themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, codes, prose
from careers.base.people import Person
from experts.models import Expert, Network, Topic
from experts.queries import expert_of
from experts.showing import shown_changed

BIOGRAPHY_LONGEST = 10_000
MOST_TOPICS, TOPIC_LONGEST = 12, 60
# What a network is called; `website` and `other` are in the words of the interface.
NETWORKS = {
    "website": "Website",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "github": "GitHub",
    "gitlab": "GitLab",
    "x": "X",
    "youtube": "YouTube",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "medium": "Medium",
    "orcid": "ORCID",
    "scholar": "Google Scholar",
    "stackoverflow": "Stack Overflow",
    "other": "Other",
}


@dataclass(frozen=True)
class Profile:
    """What a person says about themselves; `topics` are names, `networks` (kind, address)."""

    headline: str
    biography: str = ""
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ask_me_about: str = ""
    networks: tuple[tuple[str, str], ...] = ()


class StillShown(Exception):
    """A page that is shown cannot lose its headline."""


def write_profile(db: Session, person: Person, profile: Profile) -> Expert:
    """Keep `profile` as what `person` says about themselves. It shows nobody anything new.

    Raises StillShown, or ValueError when the biography is too long or nested too deeply, or a
    topic too long.
    """
    html = prose.markdown_to_html(profile.biography)
    expert = _expert_or_new(db, person)
    if expert.state == "shown" and not profile.headline:
        raise StillShown
    expert.headline, expert.ask_me_about = profile.headline, profile.ask_me_about
    expert.biography, expert.biography_html = profile.biography, html
    expert.languages = list(profile.languages)
    expert.topics = topics_named(db, profile.topics)
    if [(one.kind, one.url) for one in expert.networks] != list(profile.networks):
        expert.networks = [Network(kind=kind, url=url) for kind, url in profile.networks]
    audit.record(db, person, "page:edit", expert.slug or person.code)
    db.flush()
    if expert.state == "shown":
        shown_changed.send(person, db=db, shown=True)
    return expert


def draw_another_portrait(db: Session, person: Person) -> None:
    """Give `person` another generated portrait, by chance."""
    person.portrait_seed = codes.code()
    audit.record(db, person, "portrait:redraw", person.code)


def _expert_or_new(db: Session, person: Person) -> Expert:
    if found := expert_of(db, person):
        return found
    try:
        with db.begin_nested():
            db.add(Expert(person_id=person.id))
    except IntegrityError:  # the same form, sent twice at once
        pass
    found = expert_of(db, person)
    assert found is not None
    return found


def topics_named(db: Session, names: Iterable[str]) -> list[Topic]:
    """The topics with these names, made where missing; names with the same slug are one topic.

    Raises ValueError when a name is too long.
    """
    wanted: dict[str, str] = {}
    for name in names:
        plain = " ".join(name.split())
        if len(plain) > TOPIC_LONGEST:
            raise ValueError("the name of a topic is too long")
        if slug := codes.slug(plain, longest=60):
            wanted.setdefault(slug, plain)
    wanted = dict(list(wanted.items())[:MOST_TOPICS])
    found = {topic.slug: topic for topic in _topics(db, wanted)}
    for slug, name in wanted.items():
        if slug not in found:
            try:
                with db.begin_nested():
                    db.add(Topic(slug=slug, name=name))
            except IntegrityError:  # somebody named it in this moment
                continue
    return list(_topics(db, wanted))


def _topics(db: Session, slugs: Iterable[str]) -> Iterable[Topic]:
    return db.scalars(select(Topic).where(Topic.slug.in_(list(slugs))).order_by(Topic.name))
