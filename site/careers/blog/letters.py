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
    """Tell the author that everybody can read it now."""
    author = article.author
    if not author.is_active:
        return
    with force_locale(author.language):
        subject = gettext("Published: %(title)s", title=article.title)
        text = gettext(
            "Hello %(name)s,\n\nyour article “%(title)s” is published:\n%(address)s\n",
            name=author.first_name,
            title=article.title,
            address=_address(article.language, f"/blog/{article.slug}"),
        )
    mail.write(db, author.email, subject, text)


def tell_scheduled(db: Session, article: Article) -> None:
    """Tell the author when everybody will be able to read it."""
    author = article.author
    if not author.is_active or article.publish_at is None:
        return
    with force_locale(locale_of(author.language)):
        subject = gettext("To be published: %(title)s", title=article.title)
        text = gettext(
            "Hello %(name)s,\n\nyour article “%(title)s” will be published by itself on %(when)s."
            "\n\nUntil then you can take it back:\n%(address)s\n",
            name=author.first_name,
            title=article.title,
            when=_in_zone_of(author, article.publish_at),
            address=_address(author.language, f"/me/articles/{article.code}"),
        )
    mail.write(db, author.email, subject, text)


def _in_zone_of(author: Person, moment: datetime) -> str:
    zone = ZoneInfo(author.time_zone or str(current_app.extensions["settings"].time_zone))
    there = moment.astimezone(zone)
    return f"{format_date(there.date(), 'long')}, {there:%H:%M}"


def tell_returned(
    db: Session, article: Article, editor: Person, comments: Sequence[Comment] = ()
) -> None:
    """Tell the author what the editor asks for: as a whole, and of its passages."""
    author = article.author
    if not author.is_active:
        return
    with force_locale(author.language):
        subject = gettext("About your article: %(title)s", title=article.title)
        text = gettext(
            "Hello %(name)s,\n\n%(editor)s has read “%(title)s”, gives it back to you and says:"
            "\n\n%(comment)s\n\nYou can change it and hand it in again:\n%(address)s\n",
            name=author.first_name,
            editor=editor.name,
            title=article.title,
            comment="\n\n".join(filter(None, [article.editor_comment, *map(_said, comments)])),
            address=_address(author.language, f"/me/articles/{article.code}"),
        )
    mail.write(db, author.email, subject, text)


def _said(comment: Comment) -> str:
    passage = excerpt(comment.passage, 120)
    return str(gettext("About “%(passage)s”:\n%(words)s", passage=passage, words=comment.words))


def _address(language: str, path: str) -> str:
    settings = current_app.extensions["settings"]
    return f"{settings.base_url}{address_in(language, path)}"
