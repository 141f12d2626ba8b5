"""Searching everything public: what the index finds, as the database says it is now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from careers.base import prose, search
from careers.base.config import Settings
from careers.base.people import Person
from careers.blog import publishing
from careers.blog.models import Article
from careers.home.queries import experts_by_code, open_jobs_by_slug
from careers.jobs.models import Job
from experts.models import Expert
from experts.posts import Post, codes_of_entries, codes_of_posts, posts_by_code
from experts.showing import shown_changed
from feeds.models import Feed
from feeds.polling import entries_changed

JOBS, EXPERTS, POSTS = 12, 12, 12


@dataclass(frozen=True)
class Found:
    """What answers a query, best first in each kind; only what everybody may see now."""

    jobs: list[Job]
    experts: list[Expert]
    posts: list[Post]

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.jobs) + len(self.experts) + len(self.posts)


def found_for(db: Session, settings: Settings, words: str) -> Found:
    """Jobs, experts and posts for `words`. The index may be seconds behind; what it finds is
    looked up again, so that whoever has just left is found no more.
    """

    def keys(kind: str, count: int) -> list[str]:
        return [hit.key for hit in search.find(db, settings, kind, words, count)]

    jobs, experts, posts = keys("job", JOBS), keys("expert", EXPERTS), keys("post", POSTS)
    return Found(
        _in_order(jobs, open_jobs_by_slug(db, jobs)),
        _in_order(experts, experts_by_code(db, experts)),
        posts_by_code(db, posts),
    )


def _in_order(keys: list[str], found: dict[str, Any]) -> list[Any]:
    return [found[key] for key in keys if key in found]


@search.supplies("expert")
def expert_documents(db: Session, codes: Collection[str] | None) -> Iterable[search.Document]:
    """The experts who are shown, as documents to search; keys are the codes of the people."""
    for code, expert in experts_by_code(db, codes).items():
        about = [expert.headline, ", ".join(topic.name for topic in expert.topics)]
        about += [expert.ask_me_about, expert.person.team, expert.person.office]
        about += [expert.person.job_title, prose.plain_text(expert.biography_html)]
        text = " · ".join(filter(None, about))
        yield search.Document("expert", code, expert.person.language, expert.person.name, text)


@search.supplies("post")
def post_documents(db: Session, codes: Collection[str] | None) -> Iterable[search.Document]:
    """What experts publish, here and elsewhere, as documents to search."""
    for post in posts_by_code(db, None if codes is None else list(codes)):
        yield search.Document("post", post.code, post.language[:2], post.title, post.text)


@shown_changed.connect
def follow_expert(person: Person, *, db: Session, **_: Any) -> None:
    """Whoever shows themselves, or no longer does, is found or not, with all that they publish."""
    search.changed(db, "expert", person.code)
    search.changed(db, "post", *codes_of_posts(db, person))


@publishing.published.connect
@publishing.withdrawn.connect
def follow_article(article: Article, *, db: Session, **_: Any) -> None:
    """An article that is published or withdrawn is found or not."""
    search.changed(db, "post", article.code)


@entries_changed.connect
def follow_entries(feed: Feed, *, db: Session, **_: Any) -> None:
    """Entries that are new, edited, hidden or withdrawn are found or not."""
    search.changed(db, "post", *codes_of_entries(db, feed))
