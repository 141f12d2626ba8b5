"""What an employee writes about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, codes, prose
from careers.base.database import ChangedMeanwhile, rows_changed
from careers.base.people import Person
from careers.base.topics import Topic, topic_merged, topics_named
from experts import showing
from experts.models import Expert, Network, Talk, expert_topic
from experts.queries import expert_of
from experts.showing import shown_changed

BIOGRAPHY_LONGEST = 10_000
EARLIEST = 1950  # nobody who works today began before
ON_FORM = (showing.NETWORKS, showing.TALKS)  # what everybody may see of it, item by item


@dataclass(frozen=True)
class Said:
    """A talk or a publication; `event` is where, or who published it."""

    title: str
    day: date
    event: str = ""
    kind: str = "talk"
    url: str = ""
    slides_url: str = ""
    video_url: str = ""


@dataclass(frozen=True)
class Profile:
    """What a person says about themselves; `topics` are names, `networks` (kind, address).

    `name` is what they go by, "" for what the personnel system says. `shows` is what of it
    everybody may see while the page is shown.
    """

    headline: str
    biography: str = ""
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ask_me_about: str = ""
    networks: tuple[tuple[str, str], ...] = ()
    name: str = ""
    pronouns: str = ""
    here_since: int | None = None
    talks: tuple[Said, ...] = ()
    shows: frozenset[str] = frozenset(ON_FORM)


class StillShown(Exception):
    """A page that is shown cannot lose its headline."""


def profile_of(expert: Expert) -> Profile:
    """What is kept."""
    return Profile(
        headline=expert.headline,
        biography=expert.biography,
        topics=tuple(topic.name for topic in expert.topics),
        languages=tuple(expert.languages),
        ask_me_about=expert.ask_me_about,
        networks=tuple((one.kind, one.url) for one in expert.networks),
        name=expert.person.name if expert.person.official_name else "",
        pronouns=expert.pronouns,
        here_since=expert.here_since,
        talks=tuple(
            Said(
                one.title, one.held_at.date(), one.event, one.kind,
                one.url, one.slides_url, one.video_url,
            )
            for one in expert.talks
        ),
        shows=frozenset(item for item in ON_FORM if expert.agrees_to(item)),
    )  # fmt: skip


def differing(profile: Profile, kept: Profile) -> list[str]:
    """The names of what `profile` says otherwise than `kept`."""
    other = {name: getattr(kept, name) for name in Profile.__dataclass_fields__}
    mine = {name: getattr(profile, name) for name in other}
    for said in (mine, other):
        said["topics"] = sorted(codes.slug(name) for name in said["topics"])
    return [name for name in mine if mine[name] != other[name]]


def write_profile(db: Session, person: Person, profile: Profile, seen: int | None = None) -> Expert:
    """Keep `profile` as what `person` says about themselves. It shows nobody anything new.

    `seen` is the version that was changed; who sends the same again changes nothing. Raises
    ChangedMeanwhile, StillShown, or ValueError when the biography is too long or nested too deeply,
    or a topic too long.
    """
    html = prose.markdown_to_html(profile.biography)
    expert = _expert_or_new(db, person)
    if expert.state == "shown" and not profile.headline:
        raise StillShown
    if not _is_next(db, expert, seen):
        db.refresh(expert)
        if differing(profile, profile_of(expert)):
            raise ChangedMeanwhile
        return expert
    expert.headline, expert.ask_me_about = profile.headline, profile.ask_me_about
    expert.biography, expert.biography_html = profile.biography, html
    expert.languages = list(profile.languages)
    expert.topics = topics_named(db, profile.topics)
    expert.pronouns, expert.here_since = profile.pronouns, profile.here_since
    person.go_by(profile.name)
    kept = profile_of(expert)
    if kept.networks != profile.networks:
        # What stays is still verified.
        known = {(one.kind, one.url): one for one in expert.networks}
        expert.networks = [
            known.get((kind, url)) or Network(kind=kind, url=url) for kind, url in profile.networks
        ]
    if kept.talks != profile.talks:
        expert.talks = [_talk(said) for said in profile.talks]
    for item in ON_FORM:
        (showing.agree if item in profile.shows else showing.withdraw)(db, person, item)
    audit.record(db, person, "page:edit", expert.slug or person.code)
    db.flush()
    if expert.state == "shown":
        shown_changed.send(person, db=db, shown=True)
    return expert


def _is_next(db: Session, expert: Expert, seen: int | None) -> bool:
    """Whether nobody kept anything since `seen`; what is kept now is the next version."""
    seen = expert.version if seen is None else seen
    taken = db.execute(
        update(Expert)
        .where(Expert.id == expert.id, Expert.version == seen)
        .values(version=seen + 1)
    )
    return rows_changed(taken) == 1


def _talk(said: Said) -> Talk:
    noon = datetime.combine(said.day, time(12), UTC)
    return Talk(
        title=said.title, event=said.event, held_at=noon, kind=said.kind,
        url=said.url, slides_url=said.slides_url, video_url=said.video_url,
    )  # fmt: skip


def draw_another_portrait(db: Session, person: Person) -> None:
    """Give `person` another generated portrait, by chance."""
    person.portrait_seed = codes.code()
    audit.record(db, person, "portrait:redraw", person.code)


def show_initials(db: Session, person: Person) -> None:
    """Have the initials of `person` stand for them, as at first."""
    person.portrait_seed = ""
    audit.record(db, person, "portrait:initials", person.code)


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
