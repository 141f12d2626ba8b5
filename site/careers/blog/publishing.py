"""An article's way from a draft to everybody, and back. Every step is settled by its condition:
of two people at once, one does it and the other is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blinker import Signal
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, clock, codes, outbox, prose
from careers.base.config import Settings
from careers.base.people import Person, person_by_code
from careers.base.topics import Topic, topic_merged, topics_named
from careers.blog import addresses, comments, history, letters, pictures
from careers.blog.authors import written_by
from careers.blog.models import Article, Revision, article_topic

EDITABLE = ("draft", "returned")

published = Signal()
"""Sent as `published.send(article, db=session)` in the transaction in which an article is
published, or put back."""
withdrawn = Signal()
"""Sent as `withdrawn.send(article, db=session)` in the transaction in which one is withdrawn."""
changed = Signal()
"""Sent as `changed.send(article, db=session)` in the transaction in which a published one has
another address, or other authors."""


class Conflict(Exception):
    """Somebody else changed the article, or took the same step, since it was looked at."""


class NotReady(Exception):
    """An article without a title or without a text is not submitted."""


@dataclass(frozen=True)
class Text:
    """What an author writes."""

    title: str
    summary: str
    body: str
    language: str
    cover: str = ""  # the code of one of its pictures
    topics: tuple[str, ...] = ()  # names
    canonical: str = ""  # the address where it was published first
    translation: str = ""  # the code of an article of the same author's in the other language


@dataclass(frozen=True)
class Tab:
    """Where something is written: a tab of a browser, and how often it has sent what is there."""

    key: str = ""
    turn: int = 0


def start_article(
    db: Session, author: Person, text: Text, code: str | None = None, tab: Tab = Tab()
) -> Article:
    """A new draft, with the code that its page was given.

    Raises Conflict when an article has that code, ValueError when the body is too long or nested
    too deeply.
    """
    article = Article(
        code=code or codes.code(), author_id=author.id, tab=tab.key, turn=tab.turn,
        translation_id=_translation(db, author, text), **_stored(text),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(article)
    except IntegrityError:
        raise Conflict from None
    audit.record(db, author, "article:start", article.code)
    return article


def write_article(
    db: Session, author: Person, article: Article, text: Text, version: int, tab: Tab = Tab()
) -> None:
    """Keep `text`, written upon `version` of a draft or a returned article, or in the tab that kept
    it last.

    Raises Conflict when another tab has kept something meanwhile or it is out of the author's
    hands, ValueError when the body is too long or nested too deeply.
    """
    in_this_tab = and_(Article.tab != "", Article.tab == tab.key, Article.turn < tab.turn)
    show = pictures.shown_in_text(pictures.pictures_of(db, article))
    if history.is_worth_remembering(db, article, tab.key):
        history.remember(db, article)
    _step(
        db, article, written_by(author), Article.state.in_(EDITABLE),
        or_(Article.version == version, in_this_tab),
        version=Article.version + 1, tab=tab.key, turn=tab.turn, changed_at=clock.now(),
        translation_id=_translation(db, author, text), **_stored(text, show),
    )  # fmt: skip
    pictures.choose_cover(db, article, text.cover)


def _laid_out(body: str, show: prose.ShowPicture | None = None) -> dict[str, Any]:
    html = prose.markdown_to_html(body, show or pictures.shown_in_text(()))
    minutes = prose.reading_minutes(prose.plain_text(html))
    return {"body": body, "body_html": html, "minutes": minutes}


def _stored(text: Text, show: prose.ShowPicture | None = None) -> dict[str, Any]:
    return {
        "title": text.title,
        "summary": text.summary,
        "language": text.language,
        **_laid_out(text.body, show),
        "topic_names": list(text.topics),
        "canonical_url": text.canonical,
    }


def _translation(db: Session, author: Person, text: Text) -> int | None:
    """The row number of the article that `text` says what it is in another language."""
    if not text.translation:
        return None
    return db.scalar(select(Article.id).where(Article.code == text.translation, written_by(author)))


def delete_article(db: Session, author: Person, article: Article) -> None:
    """Delete a draft or a returned article for ever: its first author alone can. Raises Conflict
    when it is neither.
    """
    pictures.forget_pictures(db, article)
    gone = db.execute(
        delete(Article)
        .where(
            Article.id == article.id, Article.author_id == author.id, Article.state.in_(EDITABLE)
        )
        .execution_options(synchronize_session=False)
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise Conflict
    audit.record(db, author, "article:delete", article.code)
    db.expunge(article)


def submit(db: Session, author: Person, article: Article) -> None:
    """Hand an article to the editors. Raises NotReady, or Conflict when it is there already."""
    if not article.title.strip() or not article.body.strip():
        raise NotReady
    _step(
        db, article, written_by(author), Article.state.in_(EDITABLE),
        Article.version == article.version, state="submitted", submitted_at=clock.now(),
    )  # fmt: skip
    history.remember(db, article, handed_in=True)
    audit.record(db, author, "article:submit", article.code)


def restore_revision(
    db: Session, author: Person, article: Article, revision: Revision, version: int
) -> None:
    """Make a draft or a returned article say again what it said; what it says now is remembered.

    Raises Conflict when it no longer is at `version`, or out of the author's hands.
    """
    history.remember(db, article)
    show = pictures.shown_in_text(pictures.pictures_of(db, article))
    _step(
        db, article, written_by(author), Article.state.in_(EDITABLE),
        Article.version == version, version=version + 1, tab="", turn=0, changed_at=clock.now(),
        title=revision.title, summary=revision.summary, **_laid_out(revision.body, show),
    )  # fmt: skip


def take_back(db: Session, author: Person, article: Article) -> None:
    """Take a submitted article, or one that is to be published some day, back into one's own
    hands. Raises Conflict.
    """
    waits = Article.state.in_(("submitted", "scheduled"))
    _step(db, article, written_by(author), waits, state="draft", publish_at=None)
    audit.record(db, author, "article:take-back", article.code)


def publish(db: Session, editor: Person, article: Article, version: int) -> None:
    """Publish the `version` of an article that the editor has read, whether it was submitted or is
    to be published some day. Raises Conflict.
    """
    if article.slug is None:
        addresses.give_address(db, article)
    _step(
        db, article, Article.state.in_(("submitted", "scheduled")), Article.version == version,
        state="published", published_at=clock.now(), publish_at=None, editor_comment="",
    )  # fmt: skip
    comments.drop_unsent(db, article)
    article.topics = topics_named(db, article.topic_names)
    audit.record(db, editor, "article:publish", article.code, slug=article.slug)
    letters.tell_published(db, article)
    published.send(article, db=db)


def schedule(db: Session, editor: Person, article: Article, version: int, at: datetime) -> None:
    """Have the `version` of a submitted article that the editor has read published `at` some day.

    Raises Conflict.
    """
    _step(
        db, article, Article.state == "submitted", Article.version == version,
        state="scheduled", publish_at=at, editor_comment="",
    )  # fmt: skip
    payload = {"article": article.code, "at": at.isoformat(), "editor": editor.code}
    outbox.add(db, "publish_article", payload, at)
    audit.record(db, editor, "article:schedule", article.code, at=at.isoformat())
    letters.tell_scheduled(db, article)


@outbox.handles("publish_article")
def publish_scheduled(db: Session, payload: dict[str, Any], _settings: Settings) -> None:
    """Publish an article whose day has come, unless somebody has changed their mind; what its
    author can no longer answer for waits for an editor instead.
    """
    article = db.scalar(select(Article).where(Article.code == payload["article"]))
    editor = person_by_code(db, payload["editor"])
    if article is None or editor is None or article.publish_at is None:
        return
    if article.publish_at != datetime.fromisoformat(payload["at"]):
        return  # it has another day
    if any(writer.is_active for writer in article.writers):
        publish(db, editor, article, article.version)
    else:
        unschedule(db, editor, article)


def unschedule(db: Session, editor: Person, article: Article) -> None:
    """Have an article that was to be published some day wait for an editor again. Raises
    Conflict.
    """
    _step(db, article, Article.state == "scheduled", state="submitted", publish_at=None)
    audit.record(db, editor, "article:unschedule", article.code)


def return_article(
    db: Session, editor: Person, article: Article, version: int, comment: str
) -> None:
    """Give a submitted article back to its author with a comment, and with those on its passages.

    Raises Conflict.
    """
    _step(
        db, article, Article.state == "submitted", Article.version == version,
        state="returned", editor_comment=comment,
    )  # fmt: skip
    audit.record(db, editor, "article:return", article.code)
    told = comments.send_comments(db, article)
    letters.tell_returned(db, article, editor, told)


def withdraw(db: Session, editor: Person, article: Article) -> None:
    """Take a published article away from everybody. Raises Conflict."""
    _step(db, article, Article.state == "published", state="withdrawn")
    audit.record(db, editor, "article:withdraw", article.code, slug=article.slug)
    withdrawn.send(article, db=db)


def put_back(db: Session, editor: Person, article: Article) -> None:
    """Show a withdrawn article again, at its address and with its date. Raises Conflict.

    What its author removed is theirs to show again; and of who has left and wanted it removed
    nobody shows it.
    """
    author = article.author
    if not author.is_active and author.articles_after == "removed":
        raise Conflict
    _show_again(db, editor, article, Article.is_removed.is_(False))


def remove(db: Session, author: Person, article: Article) -> None:
    """Take one's own published article away from everybody, for good unless one shows it again.

    Raises Conflict, also while others have written it as well: one leaves it to them instead.
    """
    if any(writer.is_active for writer in article.writers if writer.id != author.id):
        raise Conflict
    take_away(db, author, article)


def take_away(db: Session, author: Person, article: Article) -> None:
    """The same, whoever else has written it. Raises Conflict."""
    its_author = Article.author_id == author.id
    _step(
        db, article, its_author, Article.state == "published", state="withdrawn", is_removed=True
    )  # fmt: skip
    audit.record(db, author, "article:remove", article.code, slug=article.slug)
    withdrawn.send(article, db=db)


def restore(db: Session, author: Person, article: Article) -> None:
    """Show again what one had removed. Raises Conflict."""
    removed = Article.is_removed.is_(True) & (Article.author_id == author.id)
    _show_again(db, author, article, removed)


def _show_again(
    db: Session, person: Person, article: Article, condition: ColumnElement[bool]
) -> None:
    withdrawn_now = Article.state == "withdrawn"
    _step(db, article, withdrawn_now, condition, state="published", is_removed=False)
    audit.record(db, person, "article:put-back", article.code, slug=article.slug)
    published.send(article, db=db)


def move(db: Session, editor: Person, article: Article, slug: str) -> None:
    """Give a published article another address; all that it had lead there. Raises Taken."""
    before = article.slug
    addresses.change_address(db, article, slug)
    if article.slug != before:
        audit.record(db, editor, "article:move", article.code, slug=article.slug, was=before)
        changed.send(article, db=db)


@topic_merged.connect
def be_about_the_other(topic: Topic, into: Topic, db: Session) -> None:
    """An article about a topic that is merged into another is about that one."""
    theirs = article_topic.c.topic_id == topic.id
    about_both = select(article_topic.c.article_id).where(article_topic.c.topic_id == into.id)
    db.execute(
        update(article_topic)
        .where(theirs, article_topic.c.article_id.not_in(about_both))
        .values(topic_id=into.id)
    )
    db.execute(delete(article_topic).where(theirs))


def _step(db: Session, article: Article, *conditions: ColumnElement[bool], **changes: Any) -> None:
    done = db.execute(
        update(Article)
        .where(Article.id == article.id, *conditions)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Conflict
    db.refresh(article)
