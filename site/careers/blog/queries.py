"""What pages read of articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union, union_all
from sqlalchemy.orm import Session, defer, joinedload, lazyload, selectinload

from careers.base.people import Person
from careers.base.topics import Topic
from careers.blog.authors import signed_by, written_by
from careers.blog.models import Article, ArticleAddress, CoAuthor, Picture, article_topic

ARTICLES_AT_A_TIME = 20
_WITHOUT_TEXT = (defer(Article.body), defer(Article.body_html))
# What the public reads of its authors says nothing of their roles.
_READ = (
    joinedload(Article.author).lazyload(Person.granted),
    selectinload(Article.coauthors).joinedload(CoAuthor.person).lazyload(Person.granted),
)


@dataclass(frozen=True)
class ArticleList:
    """One page of articles, and how many pages there are."""

    articles: Sequence[Article]
    pages: int


def published_articles(db: Session, page: int = 1, topic: str = "") -> ArticleList:
    """What everybody can read, newest first; only what is about the topic with this slug."""
    return _listed(db, "published", page, topic)


def withdrawn_articles(db: Session, page: int = 1) -> ArticleList:
    """What was published and taken away, newest first."""
    return _listed(db, "withdrawn", page)


def _listed(db: Session, state: str, page: int, topic: str = "") -> ArticleList:
    wanted = [Article.state == state]
    if topic:
        about = select(article_topic.c.article_id).join(Topic).where(Topic.slug == topic)
        wanted.append(Article.id.in_(about))
    count = db.scalar(select(func.count(Article.id)).where(*wanted)) or 0
    articles = db.scalars(
        select(Article)
        .where(*wanted)
        .options(*_WITHOUT_TEXT, *_READ)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(ARTICLES_AT_A_TIME)
        .offset((page - 1) * ARTICLES_AT_A_TIME)
    ).all()
    return ArticleList(articles, -(-count // ARTICLES_AT_A_TIME))


def newest_articles(db: Session, count: int) -> Sequence[Article]:
    """What everybody can read, newest first, with its whole text and its topics: for a feed."""
    return db.scalars(
        select(Article)
        .where(Article.state == "published")
        .options(selectinload(Article.topics))
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(count)
    ).all()


def topics_written_about(db: Session, most: int = 8) -> list[Topic]:
    """What published articles are about, the most frequent first."""
    # Few were withdrawn: they are left out of all that an index counts in its order.
    others = select(Article.id).where(Article.state != "published")
    counted = (
        select(article_topic.c.topic_id, func.count().label("articles"))
        .where(article_topic.c.article_id.not_in(others))
        .group_by(article_topic.c.topic_id)
        .subquery()
    )
    rows = select(Topic).join(counted, counted.c.topic_id == Topic.id)
    return list(db.scalars(rows.order_by(counted.c.articles.desc(), Topic.slug).limit(most)))


def translation_of(db: Session, article: Article) -> Article | None:
    """What `article` is in the other language, if everybody can read that."""
    is_it, names_it = Article.id == article.translation_id, Article.translation_id == article.id
    linked = union(*(select(Article.id).where(link) for link in (is_it, names_it))).subquery()
    return db.scalar(
        select(Article)
        .join(linked, linked.c.id == Article.id)
        .where(Article.state == "published", Article.language != article.language)
        .options(*_WITHOUT_TEXT, lazyload(Article.author), lazyload(Article.coauthors))
        .order_by(Article.id)
        .limit(1)
    )


def related_articles(db: Session, article: Article, most: int = 3) -> Sequence[Article]:
    """What else one may read: about the most of the same topics, the newest first, and by the same
    author if both say so; never what `article` itself is in another language.
    """
    same_topic = select(article_topic.c.article_id.label("id"), literal(1).label("topics")).where(
        article_topic.c.topic_id.in_([topic.id for topic in article.topics])
    )
    signed = signed_by([person.id for person in article.authors])
    near = union_all(same_topic, *(one.add_columns(literal(0)) for one in signed)).subquery()
    found = (
        select(near.c.id, func.sum(near.c.topics).label("topics")).group_by(near.c.id).subquery()
    )
    itself = [Article.id != article.id, Article.id.is_distinct_from(article.translation_id)]
    itself.append(Article.translation_id.is_distinct_from(article.id))
    return db.scalars(
        select(Article)
        .join(found, found.c.id == Article.id)
        .where(Article.state == "published", *itself)
        .options(*_WITHOUT_TEXT, *_READ)
        .order_by(found.c.topics.desc(), Article.published_at.desc())
        .limit(most)
    ).all()


def article_by_slug(db: Session, slug: str) -> Article | None:
    """The article that is at this address or was, published or withdrawn."""
    seen = select(Article).where(Article.state.in_(("published", "withdrawn"))).options(*_READ)
    was_there = seen.join(ArticleAddress, ArticleAddress.article_id == Article.id)
    return db.scalar(seen.where(Article.slug == slug)) or db.scalar(
        was_there.where(ArticleAddress.slug == slug)
    )


def article_by_code(db: Session, code: str) -> Article | None:
    """The article with this code, whoever has it in hand."""
    return db.scalar(select(Article).where(Article.code == code))


def picture_by_code(db: Session, code: str) -> Picture | None:
    """The picture with this code, whoever may see it."""
    return db.scalar(select(Picture).where(Picture.code == code))


def article_of(db: Session, author: Person, code: str) -> Article | None:
    """The article with this code, if `author` wrote it, alone or with others."""
    return db.scalar(select(Article).where(Article.code == code, written_by(author)))


def scheduled_articles(db: Session) -> Sequence[Article]:
    """What will be published by itself, the next one first."""
    return db.scalars(
        select(Article)
        .where(Article.state == "scheduled")
        .options(*_WITHOUT_TEXT)
        .order_by(Article.publish_at, Article.id)
        .limit(200)
    ).all()


def articles_of(db: Session, author: Person) -> Sequence[Article]:
    """Everything `author` has written here, alone or with others, last changed first."""
    return db.scalars(
        select(Article)
        .where(written_by(author))
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
