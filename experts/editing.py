"""What an employee writes about themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, codes, prose
from careers.base.people import Person
from careers.base.topics import Topic, topic_merged, topics_named
from experts.models import Expert, Network, expert_topic
from experts.queries import expert_of
from experts.showing import shown_changed

BIOGRAPHY_LONGEST = 10_000
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


@topic_merged.connect
def know_the_other(topic: Topic, into: Topic, db: Session) -> None:
    """Whoever knows a topic that is merged into another knows that one."""
    mine, theirs = expert_topic.c.topic_id == topic.id, expert_topic.c.topic_id == into.id
    knows_both = select(expert_topic.c.expert_id).where(theirs)
    db.execute(
        update(expert_topic)
        .where(mine, expert_topic.c.expert_id.not_in(knows_both))
        .values(topic_id=into.id)
    )
    db.execute(delete(expert_topic).where(mine))
