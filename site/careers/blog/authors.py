"""Several authors of an article: asked by who writes it, named once they agree, free to go."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, codes
from careers.base.company import the_company
from careers.base.database import inserting, rows_changed
from careers.base.people import Person
from careers.blog import letters
from careers.blog.models import Article, CoAuthor

MOST = 8


class NotNamed(Exception):
    """Nobody who shows themselves has this name, or several have."""


class TooMany(Exception):
    """An article has no more authors than that."""


class Gone(Exception):
    """There is no such invitation any more, or no other author to leave the article to."""


def written_by(person: Person) -> ColumnElement[bool]:
    """Of an article: that `person` may change it."""
    agreed = exists().where(
        CoAuthor.article_id == Article.id,
        CoAuthor.person_id == person.id,
        CoAuthor.accepted_at.is_not(None),
    )
    return or_(Article.author_id == person.id, agreed)


def signed_by(people: Sequence[int]) -> tuple[Select[int], Select[int]]:
    """The articles, by their row, as whose author the public reads one of these people, by theirs:
    as the first one, and as another one.
    """
    first = select(Article.id).where(Article.author_id.in_(people), Article.is_anonymous.is_(False))
    named = select(CoAuthor.article_id).where(
        CoAuthor.person_id.in_(people),
        CoAuthor.accepted_at.is_not(None),
        CoAuthor.is_anonymous.is_(False),
    )
    return first, named


def expert_named(db: Session, words: str) -> Person:
    """The one who shows themselves and has this name, or this page. Raises NotNamed.

    That somebody works here and does not take part is told to nobody.
    """
    asked = words.strip().rstrip("/").rpartition("/")[2]
    key, name = codes.slug(asked), codes.slug(asked.partition(",")[0])
    if not name:
        raise NotNamed
    alike = or_(Person.page.startswith(name, autoescape=True), Person.name == asked)
    shown = select(Person).where(Person.page.is_not(None), Person.status == "active", alike)
    found = db.scalars(shown.limit(50)).all()
    at_page = [one for one in found if one.page == key and "/" in words]
    of_name = [one for one in found if codes.slug(one.name) == key]
    company = the_company(db)
    told_apart = [one for one in found if codes.slug(company.told_apart(one)) == key]
    for some in (at_page, of_name, told_apart):
        if len(some) == 1:
            return some[0]
    raise NotNamed


def invite(db: Session, author: Person, article: Article, person: Person) -> None:
    """Ask `person` to be another author of an article that `author` writes; nothing changes when
    they are one, or were asked. Raises TooMany.
    """
    if len(article.coauthors) >= MOST:
        raise TooMany
    if person.id == article.author_id:
        return
    made = inserting(db, CoAuthor).values(
        article_id=article.id, person_id=person.id, invited_at=clock.now(), is_anonymous=False
    )
    if not rows_changed(db.execute(made.on_conflict_do_nothing())):
        return
    audit.record(db, author, "article:invite", article.code)
    letters.tell_invited(db, article, author, person)
    db.expire(article, ["coauthors"])


def invitations_of(db: Session, person: Person) -> Sequence[Article]:
    """The articles of which `person` is asked to be another author."""
    asked = select(CoAuthor.article_id).where(
        CoAuthor.person_id == person.id, CoAuthor.accepted_at.is_(None)
    )
    return db.scalars(select(Article).where(Article.id.in_(asked)).order_by(Article.id)).all()


def invitation_of(db: Session, person: Person, code: str) -> Article | None:
    """The article with this code, if `person` is asked to be another author of it."""
    asked = select(CoAuthor.article_id).where(
        CoAuthor.person_id == person.id, CoAuthor.accepted_at.is_(None)
    )
    return db.scalar(select(Article).where(Article.code == code, Article.id.in_(asked)))


def accept(db: Session, person: Person, article: Article) -> None:
    """Be another author from now on. Raises Gone when nobody asks any more, or who is asked does
    not show their page.
    """
    db.flush()
    shows_page = exists().where(Person.id == person.id, Person.page.is_not(None))
    done = db.execute(
        update(CoAuthor)
        .where(*_asked(person, article), shows_page)
        .values(accepted_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(done):
        raise Gone
    db.expire(article, ["coauthors"])
    audit.record(db, person, "article:join", article.code)
    letters.tell_joined(db, article, person)


def decline(db: Session, person: Person, article: Article) -> None:
    """Not be another author of it; also to take back that `person` was asked."""
    db.execute(delete(CoAuthor).where(*_asked(person, article)))
    db.expire(article, ["coauthors"])


def _asked(person: Person, article: Article) -> tuple[ColumnElement[bool], ...]:
    return (
        CoAuthor.article_id == article.id, CoAuthor.person_id == person.id,
        CoAuthor.accepted_at.is_(None),
    )  # fmt: skip


def leave_article(db: Session, person: Person, article: Article) -> None:
    """Be an author of it no longer; the first author leaves it to the next one.

    Raises Gone when `person` is its only author.
    """
    db.refresh(article, with_for_update=True)
    if article.author_id == person.id and not hand_over(db, article):
        raise Gone
    theirs = CoAuthor.article_id == article.id, CoAuthor.person_id == person.id
    if not rows_changed(db.execute(delete(CoAuthor).where(*theirs))):
        raise Gone
    db.expire(article, ["coauthors"])
    audit.record(db, person, "article:leave", article.code)


def hand_over(db: Session, article: Article) -> bool:
    """Make the next author who works here the first one, and the first one the next; False when
    there is none.
    """
    was = article.author
    heir = next((one for one in article.writers if one.is_active and one.id != was.id), None)
    if heir is None:
        return False
    to = CoAuthor.article_id == article.id, CoAuthor.person_id == heir.id
    hidden = next(one.is_anonymous for one in article.coauthors if one.person_id == heir.id)
    db.execute(
        update(CoAuthor)
        .where(*to)
        .values(person_id=was.id, is_anonymous=article.is_anonymous)
        .execution_options(synchronize_session=False)
    )
    db.execute(
        update(Article)
        .where(Article.id == article.id)
        .values(author_id=heir.id, is_anonymous=hidden)
        .execution_options(synchronize_session=False)
    )
    db.expire_all()
    return True


def hide_name(db: Session, person: Person, *, hidden: bool = True) -> None:
    """Have the name of `person` under nothing that they wrote with others, or under it again."""
    theirs = update(CoAuthor).where(
        CoAuthor.person_id == person.id, CoAuthor.is_anonymous.is_not(hidden)
    )
    db.execute(theirs.values(is_anonymous=hidden).execution_options(synchronize_session="fetch"))


def forget_invitations(db: Session, person: Person) -> None:
    """Nobody asks `person` any more, who leaves."""
    asked = delete(CoAuthor).where(CoAuthor.person_id == person.id, CoAuthor.accepted_at.is_(None))
    db.execute(asked.execution_options(synchronize_session="fetch"))
