"""Addresses of articles: those that one had lead to it for ever, and no other one ever has them.

One table holds all of them, so that the database keeps that promise.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from careers.base import codes
from careers.base.database import inserting, rows_changed
from careers.blog.models import Article, ArticleAddress

LONGEST = 90


class Taken(Exception):
    """Another article has this address, or had it."""


def give_address(db: Session, article: Article) -> None:
    """Give an article without an address one from its title that none has or had."""
    wanted = codes.slug(article.title, longest=LONGEST) or codes.code(8).lower()
    begins = ArticleAddress.slug.startswith(wanted, autoescape=True)
    taken = set(db.scalars(select(ArticleAddress.slug).where(begins)))
    number = 1
    while True:
        slug = wanted if number == 1 else f"{wanted}-{number}"
        number += 1
        if slug in taken:
            continue
        try:
            change_address(db, article, slug)
        except Taken:  # an article of the same title was published in this moment
            continue
        return


def change_address(db: Session, article: Article, slug: str) -> None:
    """Have `article` at `slug` from now on, where none but itself was before. Raises Taken."""
    made = inserting(db, ArticleAddress).values(slug=slug, article_id=article.id)
    db.execute(made.on_conflict_do_nothing(index_elements=["slug"]))
    its_own = select(ArticleAddress.id).where(
        ArticleAddress.slug == slug, ArticleAddress.article_id == article.id
    )
    done = db.execute(
        update(Article)
        .where(Article.id == article.id, its_own.exists())
        .values(slug=slug)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(done):
        raise Taken
    db.refresh(article)


def first_addresses(db: Session, articles: Collection[Article]) -> dict[int, str]:
    """The first address of each of `articles`, by its row: what feed readers know it by."""
    first = (
        select(func.min(ArticleAddress.id))
        .where(ArticleAddress.article_id.in_([article.id for article in articles]))
        .group_by(ArticleAddress.article_id)
    )
    rows = select(ArticleAddress.article_id, ArticleAddress.slug).where(
        ArticleAddress.id.in_(first)
    )
    return {row.article_id: row.slug for row in db.execute(rows)}
