"""What pages read of articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from careers.base.people import Person
from careers.blog.models import Article, Picture

ARTICLES_AT_A_TIME = 20
_WITHOUT_TEXT = (defer(Article.body), defer(Article.body_html))


@dataclass(frozen=True)
class ArticleList:
    """One page of articles, and how many pages there are."""

    articles: Sequence[Article]
    pages: int


def published_articles(db: Session, page: int = 1) -> ArticleList:
    """What everybody can read, newest first."""
    return _listed(db, "published", page)


def withdrawn_articles(db: Session, page: int = 1) -> ArticleList:
    """What was published and taken away, newest first."""
    return _listed(db, "withdrawn", page)


def _listed(db: Session, state: str, page: int) -> ArticleList:
    count = db.scalar(select(func.count(Article.id)).where(Article.state == state)) or 0
    articles = db.scalars(
        select(Article)
        .where(Article.state == state)
        .options(*_WITHOUT_TEXT)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(ARTICLES_AT_A_TIME)
        .offset((page - 1) * ARTICLES_AT_A_TIME)
    ).all()
    return ArticleList(articles, -(-count // ARTICLES_AT_A_TIME))


def article_by_slug(db: Session, slug: str) -> Article | None:
    """The article at this address, published or withdrawn."""
    return db.scalar(
        select(Article).where(Article.slug == slug, Article.state.in_(("published", "withdrawn")))
    )


def article_by_code(db: Session, code: str) -> Article | None:
    """The article with this code, whoever has it in hand."""
    return db.scalar(select(Article).where(Article.code == code))


def picture_by_code(db: Session, code: str) -> Picture | None:
    """The picture with this code, whoever may see it."""
    return db.scalar(select(Picture).where(Picture.code == code))


def article_of(db: Session, author: Person, code: str) -> Article | None:
    """The article with this code, if `author` wrote it."""
    return db.scalar(select(Article).where(Article.code == code, Article.author_id == author.id))


def articles_of(db: Session, author: Person) -> Sequence[Article]:
    """Everything `author` has written here, last changed first."""
    return db.scalars(
        select(Article)
        .where(Article.author_id == author.id)
        .options(*_WITHOUT_TEXT)
        .order_by(Article.changed_at.desc(), Article.id.desc())
        .limit(200)
    ).all()


def submitted_articles(db: Session) -> Sequence[Article]:
    """What waits for an editor, longest waiting first."""
    return db.scalars(
        select(Article)
        .where(Article.state == "submitted")
        .options(*_WITHOUT_TEXT)
        .order_by(Article.submitted_at, Article.id)
        .limit(200)
    ).all()
