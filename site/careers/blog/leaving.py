"""What becomes of articles when somebody joins their authors, leaves them, or goes altogether."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careers.base.people import Person, employee_left
from careers.blog import authors, publishing
from careers.blog.models import Article, CoAuthor


def settle_articles(db: Session, author: Person) -> None:
    """Do with the articles of `author`, who leaves, what they chose beforehand."""
    authors.forget_invitations(db, author)
    if author.articles_after == "named":
        return
    db.flush()
    authors.hide_name(db, author)
    if author.articles_after == "anonymous":
        _name(db, author, is_anonymous=True)
        return
    theirs = select(Article).where(Article.author_id == author.id)
    with_others = theirs.where(Article.coauthors.any(CoAuthor.accepted_at.is_not(None)))
    for article in db.scalars(with_others).all():
        article.is_anonymous = True
        db.flush()
        authors.hand_over(db, article)
    for article in db.scalars(theirs.where(Article.state == "published")).all():
        publishing.take_away(db, author, article)


def name_again(db: Session, author: Person) -> None:
    """Put the name of `author`, who has come back, under what they wrote."""
    _name(db, author, is_anonymous=False)
    authors.hide_name(db, author, hidden=False)


def leave_to_others(db: Session, person: Person, article: Article) -> None:
    """Be an author of it no longer. Raises Conflict when `person` is its only one."""
    try:
        authors.leave_article(db, person, article)
    except authors.Gone:
        raise publishing.Conflict from None
    if article.state == "published":
        publishing.changed.send(article, db=db)


def join(db: Session, person: Person, article: Article) -> None:
    """Be another author of it. Raises Conflict when nobody asks any more."""
    try:
        authors.accept(db, person, article)
    except authors.Gone:
        raise publishing.Conflict from None
    if article.state == "published":
        publishing.changed.send(article, db=db)


def _name(db: Session, author: Person, is_anonymous: bool) -> None:
    theirs = update(Article).where(Article.author_id == author.id)
    db.execute(
        theirs.where(Article.is_anonymous.is_not(is_anonymous)).values(is_anonymous=is_anonymous)
    )


@employee_left.connect
def settle_on_leaving(person: Person, db: Session) -> None:
    """Whoever leaves the company has chosen beforehand what becomes of their articles."""
    settle_articles(db, person)
