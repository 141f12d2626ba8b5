"""Touches: what an application remembers of how its candidate came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careers.base.config import Settings
from careers.base.people import Person
from careers.blog.models import Article
from careers.hiring.applying import Came, received
from careers.hiring.exporting import tells
from careers.hiring.models import Application
from careers.hiring.moving import erased
from referrals import crediting
from referrals.models import ShareLink, Touch
from referrals.naming import NAME_LONGEST, person_named
from referrals.trails import Read, Trail, Via, trail_from
from referrals.typed_codes import read_typed_code


@dataclass(frozen=True, slots=True)
class Heard:
    """A touch that a form carries, before anything of it is kept."""

    key: str  # names it in the form: a step of the trail, CODE or ANSWER
    touch: Touch  # of no application yet


CODE, ANSWER = "code", "answer"


def links_of(db: Session, trail: Trail) -> dict[str, ShareLink]:
    """The share links on a trail, by code; one that doesn't exist is missing."""
    asked = {via.code for via in trail.links}
    if not asked:
        return {}
    return {
        link.code: link for link in db.scalars(select(ShareLink).where(ShareLink.code.in_(asked)))
    }


def link_typed(db: Session, text: str) -> ShareLink | None:
    """The share link whose typed code somebody meant by `text`."""
    code = read_typed_code(text)
    return db.scalar(select(ShareLink).where(ShareLink.typed_code == code)) if code else None


def carries(link: ShareLink) -> bool:
    """Whether a visit by this link is its owner's: not while it is off, nor once they have left."""
    return not link.is_paused and link.person.is_active


def touches_in(db: Session, came: Came, key: str, at: datetime) -> list[Heard]:
    """The touches that a form carries: its trail, the code and the answer that were typed into it.

    `key` is the one that reads were sealed with, `at` the moment (aware) of the application. What
    names no link, expert or article of ours is passed over; an answer that names nobody is kept.
    """
    trail = trail_from(came.via, key)
    links = links_of(db, trail)
    typed = link_typed(db, came.code)
    if typed is not None and not carries(typed):
        typed = None
    found = []
    for step in trail.steps:
        if isinstance(step, Read):
            found += _of_read(db, step)
        elif step.code in links and not _is_typed_again(step, typed):
            found.append(Heard(step.token, _of_link(links[step.code], step, at)))
    if typed is not None:
        found.append(Heard(CODE, touch_by_code(typed, at)))
    if came.told_by.strip():
        found.append(Heard(ANSWER, touch_by_answer(db, came.told_by, at)))
    return found


def _is_typed_again(step: Via, typed: ShareLink | None) -> bool:
    """Whether a step says no more than the code that was typed into the form."""
    return typed is not None and step.code == typed.code and step.how != "click"


def _of_link(link: ShareLink, via: Via, at: datetime) -> Touch:
    click = via.click if via.how == "click" else None
    return Touch(how=via.how, link=link, person=link.person, click_id=click, carried_at=at)


def _of_read(db: Session, read: Read) -> list[Heard]:
    """The touch of a page that was read; of an article one for each whose name stands under it, all
    at the same moment.
    """
    if read.of == "e":
        person = db.scalar(select(Person).where(Person.code == read.code, Person.page.is_not(None)))
        touch = Touch(how="read", person=person, carried_at=read.at)
        return [Heard(read.token, touch)] if person else []
    article = db.scalar(
        select(Article).where(Article.code == read.code, Article.state == "published")
    )
    return [
        Heard(
            f"{read.token}.{author.code}" if number else read.token,
            Touch(how="read", person=author, article=article, carried_at=read.at),
        )
        for number, author in enumerate(article.authors if article else ())
    ]


def touch_by_code(link: ShareLink, at: datetime) -> Touch:
    """The touch of a code that was typed; `at` is the moment (aware) of the application."""
    return Touch(how="code", link=link, person=link.person, said="", carried_at=at)


def touch_by_answer(db: Session, words: str, at: datetime) -> Touch:
    """The touch of an answer: of a visible colleague's name, else words for the recruiter."""
    words = " ".join(words.replace("\0", "").split())[:NAME_LONGEST]
    person = person_named(db, words)
    return Touch(how="answer", person=person, said="" if person else words, carried_at=at)


@received.connect
def remember_touches(
    application: Application, *, db: Session, settings: Settings, came: Came, **_: Any
) -> None:
    """Keep the touches that an application carries, but for those that the candidate left out, and
    have its credit decided.
    """
    db.flush()
    heard = touches_in(db, came, settings.signing_key, application.created_at)
    keep(db, application, (one.touch for one in heard if one.key not in came.without))
    crediting.queue_credit(db, application)


def keep(db: Session, application: Application, touches: Iterable[Touch]) -> None:
    """Add touches to an application."""
    for touch in touches:
        touch.application_id = application.id
        db.add(touch)


@erased.connect
def forget_words(application: Application, *, db: Session, **_: Any) -> None:
    """What a candidate wrote is erased with everything else that they wrote."""
    answers = update(Touch).where(Touch.application_id == application.id)
    db.execute(answers.values(said=""))


@tells.connect
def tell_touches(application: Application, *, db: Session, **_: Any) -> dict[str, Any]:
    """How they came, as their own page says it, for a candidate's export."""
    touches = crediting.touches_of(db, application)
    return {
        "how_they_came": [
            {
                "how": touch.how,
                "through": touch.person.name if touch.person else None,
                "said": touch.said,
                "at": touch.carried_at.isoformat(),
                "taken_out": touch.taken_out_at is not None,
            }
            for touch in touches
        ]
    }
