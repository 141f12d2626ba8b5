"""What became of an article: who opened links to it, by channel, and what followed. Sums alone;
nothing here tells one visitor from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from careers.blog.models import Article
from careers.hiring.models import Application, SharerSees
from referrals.models import Click, LinkDay, ShareLink, Touch
from referrals.starting import starts


@dataclass(frozen=True, slots=True)
class Opened:
    """People who came to an article by share links: of one channel, or of all."""

    people: int = 0
    confirmed: int = 0  # saw the article
    began: int = 0  # then began to fill in an application form

    def __add__(self, other: Opened) -> Opened:
        return Opened(
            self.people + other.people,
            self.confirmed + other.confirmed,
            self.began + other.began,
        )


@dataclass(frozen=True, slots=True)
class ArticleFigures:
    """All of it; `inspired` counts applications whose candidates had read the article and let those
    they name see it, `jobs` for how many different jobs.
    """

    channels: dict[str, Opened]  # the most people first
    inspired: int
    jobs: int

    @property
    def total(self) -> Opened:
        """Over all channels."""
        return sum(self.channels.values(), Opened())


def figures_of_article(db: Session, article: Article) -> ArticleFigures:
    """What became of `article`, whoever shared it."""
    return ArticleFigures(_opened(db, article), *_inspired(db, article))


def _opened(db: Session, article: Article) -> dict[str, Opened]:
    links = ShareLink.article_id == article.id
    people, confirmed = _sum(LinkDay.people), _sum(LinkDay.confirmed)
    asked = (
        select(ShareLink.channel, people, confirmed)
        .join(LinkDay, LinkDay.link_id == ShareLink.id)
        .where(links)
        .group_by(ShareLink.channel)
    )
    clicks = {row[0]: (row[1], row[2]) for row in db.execute(asked)}
    each = starts(Click.link_id.in_(select(ShareLink.id).where(links)))
    began: dict[str, int] = {
        row[0]: row[1]
        for row in db.execute(
            select(ShareLink.channel, func.count())
            .join(each, each.c.link_id == ShareLink.id)
            .group_by(ShareLink.channel)
        )
    }
    found = {name: Opened(*clicks[name], began.get(name, 0)) for name in clicks}
    return dict(sorted(found.items(), key=lambda one: (-one[1].people, one[0])))


def _sum(column: Any) -> Any:
    return cast(func.coalesce(func.sum(column), 0), Integer)


def _inspired(db: Session, article: Article) -> tuple[int, int]:
    """Applications whose candidates let those they name see it, and their jobs."""
    writers = [person.id for person in article.writers]
    row = db.execute(
        select(
            func.count(Touch.application_id.distinct()),
            func.count(Application.job_id.distinct()),
        )
        .join(Application, Application.id == Touch.application_id)
        .where(
            Touch.person_id.in_(writers),
            Touch.article_id == article.id,
            Touch.taken_out_at.is_(None),
            Application.sharer_sees != SharerSees.NOTHING.value,
            Application.erased_at.is_(None),
        )
    ).one()
    return row[0], row[1]
