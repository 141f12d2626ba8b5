"""Searching everything public: what the index finds, as the database says it is now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy.orm import Session

from careers.base import prose, search
from careers.base.company import Company, facts_changed, the_company
from careers.base.config import Settings
from careers.base.people import Person
from careers.base.topics import Topic, topic_merged
from careers.blog import publishing
from careers.blog.models import Article
from careers.home.queries import experts_by_code, names_shown, open_jobs_by_slug
from careers.jobs.catalogue import catalogue_of
from careers.jobs.models import Job
from experts.models import Expert
from experts.posts import (
    Post,
    bodies_of_posts,
    codes_of_entries,
    codes_of_posts,
    posts_by_code,
)
from experts.queries import codes_on, codes_shown, topics_shown
from experts.showing import shown_changed
from feeds.models import Feed
from feeds.storing import entries_changed

SHOWN = 12  # of each kind
POSTS_AT_ONCE = 100  # whose whole texts are in memory
LOOKED_UP = 200  # of each kind: the index may hold some that are no longer to be seen


@dataclass(frozen=True)
class Found:
    """What answers a query, best first in each kind; only what everybody may see now.

    The lists have at most `SHOWN`; `job_count` and the others say how many there are. `instead` is
    what may have been meant. Unless `every`, nothing has all of the words. Unless `is_ready`, the
    index is being made.
    """

    jobs: list[Job]
    experts: list[Expert]
    posts: list[Post]
    job_count: int
    expert_count: int
    post_count: int
    every: bool
    instead: str
    is_ready: bool

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.job_count + self.expert_count + self.post_count


def found_for(db: Session, settings: Settings, words: str) -> Found:
    """Jobs, experts and posts for `words`. The index may be seconds behind; what it finds is
    looked up again, so that whoever has just left is found no more.

    Where any kind has everything that was asked for, what has half of it is left out.
    """
    found = {kind: search.find(db, settings, kind, words) for kind in ("job", "expert", "post")}
    every = any(one.every and one.keys for one in found.values())
    keys = {kind: one.keys if one.every or not every else [] for kind, one in found.items()}
    jobs, experts, posts = keys["job"], keys["expert"], keys["post"]
    some_experts = _in_order(experts, experts_by_code(db, experts[:LOOKED_UP]))
    some_posts = posts_by_code(db, posts[:LOOKED_UP])
    return Found(
        jobs=_in_order(jobs, open_jobs_by_slug(db, jobs[: SHOWN * 2]))[:SHOWN],
        experts=some_experts[:SHOWN],
        posts=some_posts[:SHOWN],
        job_count=catalogue_of(db).count(jobs),
        expert_count=len(some_experts) + len(experts[LOOKED_UP:]),
        post_count=len(some_posts) + len(posts[LOOKED_UP:]),
        every=every or not any(keys.values()),
        instead="" if every else next((one.instead for one in found.values() if one.instead), ""),
        is_ready=all(one.is_ready for one in found.values()),
    )


def suggestions_for(db: Session, typed: str, most: int = 8) -> list[str]:
    """People and topics, then titles, teams and places, in which words begin as those `typed`."""
    words = search.spaced(typed).split()
    if not words or len(typed) < 2:
        return []
    found = [
        name
        for name in [*names_shown(db), *(topic.name for topic in topics_shown(db))]
        if all(f" {word}" in search.spaced(name) for word in words)
    ]
    jobs = catalogue_of(db).suggestions(typed, most)
    return list(dict.fromkeys([*found[: most // 2], *jobs, *found]))[:most]


def _in_order(keys: list[str], found: dict[str, Any]) -> list[Any]:
    return [found[key] for key in keys if key in found]


@search.supplies("expert")
def expert_documents(db: Session, codes: Collection[str] | None) -> Iterable[search.Document]:
    """The experts who are shown, as documents to search; keys are the codes of the people."""
    company = the_company(db)
    for code, expert in experts_by_code(db, codes).items():
        person = expert.person
        facts = [topic.name for topic in expert.topics]
        facts += astuple(company.facts_of(person))
        about = [expert.headline, expert.ask_me_about, prose.plain_text(expert.biography_html)]
        text, facts_said = (" · ".join(filter(None, some)) for some in (about, facts))
        yield search.Document("expert", code, person.language, person.name, text, facts_said)


@search.supplies("post")
def post_documents(db: Session, codes: Collection[str] | None) -> Iterable[search.Document]:
    """What experts publish, here and elsewhere, as documents to search: all that is read here, and
    the excerpts of the rest."""
    posts = posts_by_code(db, None if codes is None else list(codes))
    for at in range(0, len(posts), POSTS_AT_ONCE):
        some = posts[at : at + POSTS_AT_ONCE]
        bodies = bodies_of_posts(db, [post.code for post in some])
        for post in some:
            text = "\n".join([post.text, bodies.get(post.code, "")]).strip()
            yield search.Document("post", post.code, post.language[:2], post.title, text)


@shown_changed.connect
def follow_expert(person: Person, *, db: Session, **_: Any) -> None:
    """Whoever shows themselves, or no longer does, is found or not, with all that they publish."""
    search.changed(db, "expert", person.code)
    search.changed(db, "post", *codes_of_posts(db, person))


@publishing.published.connect
@publishing.withdrawn.connect
@publishing.changed.connect
def follow_article(article: Article, *, db: Session, **_: Any) -> None:
    """An article that is published or withdrawn is found or not, at the address that it has."""
    search.changed(db, "post", article.code)


@entries_changed.connect
def follow_entries(feed: Feed, *, db: Session, **_: Any) -> None:
    """Entries that are new, edited, hidden or withdrawn are found or not."""
    search.changed(db, "post", *codes_of_entries(db, feed))


@topic_merged.connect
def follow_topic(topic: Topic, *, into: Topic, db: Session, **_: Any) -> None:
    """Who knew a word that was merged is found by the other."""
    search.changed(db, "expert", *codes_on(db, into))


@facts_changed.connect
def follow_facts(_company: Company, *, db: Session) -> None:
    """Nobody is found any more by what has become internal."""
    search.changed(db, "expert", *codes_shown(db))
