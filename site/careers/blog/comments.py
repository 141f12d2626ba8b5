"""What editors say about passages of an article, and what its author makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.database import rows_changed
from careers.base.people import Person
from careers.blog import passages
from careers.blog.models import Answer, Article, Comment
from careers.blog.passages import Flat, Place

MOST = 200  # of one article


class NotThere(Exception):
    """The words that somebody comments on don't stand in the article."""


class TooMany(Exception):
    """The article has a great many comments already."""


class Gone(Exception):
    """The comment, or the article that it is about, is no longer where it was."""


@dataclass(frozen=True)
class Shown:
    """A comment beside its passage: as it stands now, with a little around it."""

    number: int
    comment: Comment
    place: Place | None  # None: it is gone
    before: str = ""
    words: str = ""
    after: str = ""


@dataclass(frozen=True)
class Read:
    """An article with its comments, as a page shows it; the HTML has the passages marked."""

    title_html: str
    summary_html: str
    body_html: str
    comments: list[Shown]

    @property
    def open(self) -> list[Shown]:
        """What is still to be done."""
        return [one for one in self.comments if one.comment.done_at is None]

    @property
    def done(self) -> list[Shown]:
        """What its author says is done."""
        return [one for one in self.comments if one.comment.done_at is not None]


def comments_of(db: Session, article: Article, *, sent: bool = True) -> Sequence[Comment]:
    """What was said about passages of `article`, oldest first; with `sent` only what its author
    was told.
    """
    of_it = select(Comment).where(Comment.article_id == article.id)
    if sent:
        of_it = of_it.where(Comment.sent_at.is_not(None))
    return db.scalars(of_it.order_by(Comment.id)).all()


def comment_of(db: Session, article: Article, code: str) -> Comment | None:
    """The comment with this code, if it is about `article`."""
    return db.scalar(select(Comment).where(Comment.code == code, Comment.article_id == article.id))


def read_with(article: Article, comments: Sequence[Comment], body_html: str | None = None) -> Read:
    """`article` with `comments`, numbered as they stand in the text; what is gone comes last.

    `body_html` is given where it is not yet the article's.
    """
    body = article.body_html if body_html is None else body_html
    sources = (escape(article.title), escape(article.summary), body)
    if not comments:
        return Read(*sources, comments=[])
    flats = [passages.flat(source) for source in sources]
    found = [(_find(flats, comment), comment) for comment in comments]
    last = len(flats), 0
    found.sort(key=lambda one: ((one[0][0], one[0][1].start) if one[0] else last, one[1].id))
    shown: list[Shown] = []
    places: list[list[tuple[int, Place]]] = [[] for _ in flats]
    for number, (where, comment) in enumerate(found, 1):
        if where is None:
            shown.append(Shown(number, comment, None, words=comment.passage))
            continue
        part, place = where
        shown.append(Shown(number, comment, place, *passages.in_context(flats[part].words, place)))
        if comment.done_at is None:
            places[part].append((number, place))
    title, summary, text = map(passages.marked, sources, flats, places)
    return Read(title, summary, text, shown)


def _find(flats: Sequence[Flat], comment: Comment) -> tuple[int, Place] | None:
    """In which of the parts, and where: where its words are the same, else where they were."""
    passage = passages.Passage(comment.passage, comment.before, comment.after)
    places = [(part, passages.find(flat.words, passage)) for part, flat in enumerate(flats)]
    found = [(part, place) for part, place in places if place is not None]
    return min(found, key=lambda one: not one[1].is_same, default=None)


def comment_on(
    db: Session, editor: Person, article: Article, words: str, about: str, block: int | None = None
) -> Comment:
    """Say something about the passage `about` of a submitted article; its author hears of it when
    they are given the article back. `block` says in which paragraph it stands, where it is known.

    Raises NotThere, TooMany, or Gone when the article no longer waits for an editor.
    """
    _hold(db, article)
    if article.state != "submitted":
        raise Gone
    if _count(db, article) >= MOST:
        raise TooMany
    passage = _passage(article, about, block)
    if passage is None:
        raise NotThere
    made = Comment(
        article_id=article.id, editor=editor, passage=passage.words, before=passage.before,
        after=passage.after, words=words,
    )  # fmt: skip
    db.add(made)
    db.flush()
    audit.record(db, editor, "article:comment", article.code)
    return made


def _passage(article: Article, about: str, block: int | None) -> passages.Passage | None:
    texts = [passages.flat(escape(article.title)).words]
    texts.append(passages.flat(escape(article.summary)).words)
    body = passages.flat(article.body_html).words
    if block is not None:
        place = 0
        for words in passages.blocks_of(article.body_html)[:block]:
            place = max(body.find(words, place), place) + len(words)
        return passages.passage_at(body, about, place)
    found = (passages.passage_at(text, about) for text in (body, *texts))
    return next((one for one in found if one), None)


def _count(db: Session, article: Article) -> int:
    asked = select(func.count(Comment.id)).where(Comment.article_id == article.id)
    return db.scalar(asked) or 0


def take_back_comment(db: Session, editor: Person, article: Article, comment: Comment) -> None:
    """Delete what `editor` said and its author has not heard. Raises Gone."""
    gone = db.execute(
        delete(Comment).where(
            Comment.id == comment.id, Comment.editor_id == editor.id, Comment.sent_at.is_(None)
        )
    )
    if not rows_changed(gone):
        raise Gone
    audit.record(db, editor, "article:take-back-comment", article.code)


def send_comments(db: Session, article: Article) -> Sequence[Comment]:
    """Tell the author of `article` what was said about its passages; what is told now."""
    told = comments_of(db, article, sent=False)
    told = [comment for comment in told if comment.sent_at is None]
    for comment in told:
        comment.sent_at = clock.now()
    db.flush()
    return told


def drop_unsent(db: Session, article: Article) -> None:
    """Forget what was said about an article that is published as it is."""
    unsent = Comment.article_id == article.id, Comment.sent_at.is_(None)
    db.execute(delete(Comment).where(*unsent))


def answer(db: Session, person: Person, comment: Comment, words: str) -> None:
    """Answer a comment that its author has heard. Raises Gone, or TooMany."""
    if comment.sent_at is None:
        raise Gone
    if len(comment.answers) >= MOST:
        raise TooMany
    db.add(Answer(comment_id=comment.id, person=person, words=words))
    db.flush()


def settle(db: Session, comment: Comment, *, done: bool) -> bool:
    """Mark a comment done, or not done after all; False when it is so already."""
    is_so = Comment.done_at.is_not(None) if done else Comment.done_at.is_(None)
    changed = db.execute(
        update(Comment)
        .where(Comment.id == comment.id, Comment.sent_at.is_not(None), ~is_so)
        .values(done_at=clock.now() if done else None)
    )
    return bool(rows_changed(changed))


def _hold(db: Session, article: Article) -> None:
    """Have whoever else takes a step with `article` wait until this one is taken."""
    db.refresh(article, with_for_update=True)
