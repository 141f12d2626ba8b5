"""What an author hears from the editors by mail, in their own language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale, format_date, gettext
from sqlalchemy.orm import Session

from careers.base import mail
from careers.base.languages import address_in, locale_of
from careers.base.people import Person
from careers.base.prose import excerpt
from careers.blog.models import Article, Comment


def tell_published(db: Session, article: Article) -> None:
    """Tell its authors that everybody can read it now."""
    for author in _who_hear(article):
        with force_locale(locale_of(author.language)):
            subject = gettext("Published: %(title)s", title=article.title)
            text = gettext(
                "Hello %(name)s,\n\nyour article “%(title)s” is published:\n%(address)s\n",
                name=author.first_name,
                title=article.title,
                address=_address(article.language, f"/blog/{article.slug}"),
            )
        mail.write(db, author.email, subject, text)


def tell_scheduled(db: Session, article: Article) -> None:
    """Tell its authors when everybody will be able to read it."""
    if article.publish_at is None:
        return
    for author in _who_hear(article):
        with force_locale(locale_of(author.language)):
            subject = gettext("To be published: %(title)s", title=article.title)
            text = gettext(
                "Hello %(name)s,\n\nyour article “%(title)s” will be published by itself on"
                " %(when)s.\n\nUntil then you can take it back:\n%(address)s\n",
                name=author.first_name,
                title=article.title,
                when=_in_zone_of(author, article.publish_at),
                address=_own_page(author, article),
            )
        mail.write(db, author.email, subject, text)


def tell_returned(
    db: Session, article: Article, editor: Person, comments: Sequence[Comment] = ()
) -> None:
    """Tell its authors what the editor asks for: as a whole, and of its passages."""
    for author in _who_hear(article):
        with force_locale(locale_of(author.language)):
            subject = gettext("About your article: %(title)s", title=article.title)
            text = gettext(
                "Hello %(name)s,\n\n%(editor)s has read “%(title)s”, gives it back to you and says:"
                "\n\n%(comment)s\n\nYou can change it and hand it in again:\n%(address)s\n",
                name=author.first_name,
                editor=editor.name,
                title=article.title,
                comment="\n\n".join(filter(None, [article.editor_comment, *map(_said, comments)])),
                address=_own_page(author, article),
            )
        mail.write(db, author.email, subject, text)


def tell_invited(db: Session, article: Article, author: Person, person: Person) -> None:
    """Ask `person` whether they want to be another author of it."""
    with force_locale(locale_of(person.language)):
        subject = gettext(
            "%(author)s asks you to be an author of “%(title)s”",
            author=author.name, title=article.title or gettext("Without a title"),
        )  # fmt: skip
        text = gettext(
            "Hello %(name)s,\n\n%(author)s asks you to be an author of this article, too. Read it"
            " and decide; your name stands under it only once you agree:\n%(address)s\n",
            name=person.first_name,
            author=author.name,
            address=_address(person.language, f"/me/articles/{article.code}/invitation"),
        )
    mail.write(db, person.email, subject, text)


def tell_joined(db: Session, article: Article, person: Person) -> None:
    """Tell the first author of it that `person` is another one now."""
    author = article.author
    if not author.is_active:
        return
    with force_locale(locale_of(author.language)):
        subject = gettext(
            "%(name)s is an author of “%(title)s” now", name=person.name, title=article.title
        )
        text = gettext(
            "Hello %(name)s,\n\n%(other)s agreed to be an author of your article:\n%(address)s\n",
            name=author.first_name,
            other=person.name,
            address=_own_page(author, article),
        )
    mail.write(db, author.email, subject, text)


def _who_hear(article: Article) -> list[Person]:
    return [person for person in article.writers if person.is_active]


def _own_page(author: Person, article: Article) -> str:
    return _address(author.language, f"/me/articles/{article.code}")


def _in_zone_of(author: Person, moment: datetime) -> str:
    zone = ZoneInfo(author.time_zone or str(current_app.extensions["settings"].time_zone))
    there = moment.astimezone(zone)
    return f"{format_date(there.date(), 'long')}, {there:%H:%M}"


def _said(comment: Comment) -> str:
    passage = excerpt(comment.passage, 120)
    return str(gettext("About “%(passage)s”:\n%(words)s", passage=passage, words=comment.words))


def _address(language: str, path: str) -> str:
    settings = current_app.extensions["settings"]
    return f"{settings.base_url}{address_in(language, path)}"
