"""The two mails: something moved, and what a week brought. Neither names a candidate, for mail
stays when a candidate has their data erased."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale, format_date, gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import clock, mail, outbox
from careers.base.config import Settings
from careers.base.languages import address_in, locale_of
from careers.base.people import Person
from careers.hiring.pages import stage_name
from referrals.bonuses.words import instalment_words, money
from referrals.models import LinkDay, ShareLink
from referrals.news.choosing import address_off, footing, wants
from referrals.news.happened import Story, moved_bonuses, stories
from referrals.news.models import NewsChoice


@outbox.handles("news")
def tell_moves(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Tell `payload["person"]` what moved since they began to wait: as it stands now, and as far
    as each candidate allows now. Nothing is told twice."""
    key = payload["person"]
    choice = db.get(NewsChoice, key, with_for_update=True)
    if choice is None or choice.waiting_since is None:
        return
    since, choice.waiting_since = choice.waiting_since, None
    db.flush()
    person = db.get_one(Person, key)
    if not wants(db, person, "moves"):
        return
    found = stories(db, person, since, clock.now())
    if not found:
        return
    with force_locale(locale_of(person.language)):
        lines = [line for story in found for line in story_lines(story)]
        subject = ngettext(
            "News of somebody who came through you",
            "News of those who came through you",
            len(found),
        )
        text = gettext(
            "Hello %(name)s,\n\n%(lines)s\n\nAll of it, as far as candidates let you see it:\n"
            "%(address)s\n",
            name=person.first_name,
            lines=_listed(lines),
            address=settings.base_url + address_in(person.language, "/me/links"),
        ) + footing(person, "moves")
    mail.write(db, person.email, subject, text, address_off(person, "moves"))


@outbox.handles("week")
def tell_week(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Tell `payload["person"]` of the week that ended before the Monday `payload["monday"]` of
    their own zone; nothing when nothing happened."""
    person = db.get_one(Person, payload["person"])
    if not wants(db, person, "weekly"):
        return
    monday = date.fromisoformat(payload["monday"])
    since, until = week_before(monday, zone_of(person, settings))
    confirmed = _confirmed(db, person, monday)
    told = stories(db, person, since, until)
    bonuses = moved_bonuses(db, person, since, until)
    if not (confirmed or told or bonuses):
        return
    with force_locale(locale_of(person.language)):
        parts = [_figures(confirmed, told)]
        if told:
            parts.append(_listed([line for story in told for line in story_lines(story)]))
        if bonuses:
            lines = [
                f"{money(one.amount, bonus.currency)} · {instalment_words(one)}"
                for bonus, moved in bonuses
                for one in moved
            ]
            parts.append(gettext("Your bonuses:") + "\n" + _listed(lines))
        last = monday - timedelta(days=1)
        subject = gettext(
            "Your week: %(first)s to %(last)s",
            first=format_date(monday - timedelta(days=7), "d MMMM"),
            last=format_date(last, "d MMMM"),
        )
        text = gettext(
            "Hello %(name)s,\n\n%(week)s\n\nYour links: %(links)s\nYour bonuses: %(bonuses)s\n",
            name=person.first_name,
            week="\n\n".join(parts),
            links=settings.base_url + address_in(person.language, "/me/links"),
            bonuses=settings.base_url + address_in(person.language, "/me/bonuses"),
        ) + footing(person, "weekly")
    mail.write(db, person.email, subject, text, address_off(person, "weekly"))


def zone_of(person: Person, settings: Settings) -> ZoneInfo:
    """The zone of `person`: their own where set, else the company's."""
    return ZoneInfo(person.time_zone or settings.time_zone)


def week_before(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the beginning of the Monday before to that of `monday`, in `zone`."""
    first, last = (
        datetime.combine(day, time.min, zone).astimezone(UTC)
        for day in (monday - timedelta(days=7), monday)
    )
    return first, last


def story_lines(story: Story) -> list[str]:
    """What happened with one application, a sentence each, in the language that is in force."""
    job, lines = story.job_title, []
    share = str(story.share)
    if story.is_decided and story.is_first:
        if story.share == 1:
            line = gettext("Somebody who came through you applied for “%(job)s”.", job=job)
        elif story.share:
            line = gettext(
                "Somebody who came through you and others applied for “%(job)s”. Your share of the"
                " credit: %(share)s.",
                job=job,
                share=share,
            )
        elif story.is_read:
            line = gettext(
                "Somebody who had read your page or article applied for “%(job)s”.", job=job
            )
        else:
            line = gettext(
                "An application for “%(job)s” carried your link, but isn’t credited to you. Why is"
                " told beside your bonuses.",
                job=job,
            )
        lines.append(str(line))
    elif story.is_decided and story.share != story.was:
        lines.append(
            str(
                gettext(
                    "The credit for an application for “%(job)s” was decided anew. Your share is"
                    " now %(share)s; it was %(was)s.",
                    job=job,
                    share=share,
                    was=str(story.was),
                )
            )
        )
    if story.stage is not None:
        lines.append(
            str(
                gettext(
                    "An application for “%(job)s” moved: %(stage)s.",
                    job=job,
                    stage=stage_name(story.stage),
                )
            )
        )
    return lines


def _figures(confirmed: int, told: list[Story]) -> str:
    came = sum(story.came for story in told)
    lines = []
    if confirmed:
        lines.append(
            ngettext(
                "%(num)s person who opened your links saw our pages.",
                "%(num)s people who opened your links saw our pages.",
                confirmed,
            )
        )
    if came:
        lines.append(
            ngettext(
                "%(num)s application came through you.",
                "%(num)s applications came through you.",
                came,
            )
        )
    return _listed(lines) if lines else gettext("This moved:")


def _confirmed(db: Session, person: Person, monday: date) -> int:
    """People confirmed on the links of `person` in the seven days (UTC) before `monday`."""
    asked = (
        select(func.coalesce(func.sum(LinkDay.confirmed), 0))
        .join(ShareLink, ShareLink.id == LinkDay.link_id)
        .where(
            ShareLink.person_id == person.id,
            LinkDay.day >= monday - timedelta(days=7),
            LinkDay.day < monday,
        )
    )
    return int(db.scalar(asked) or 0)


def _listed(lines: list[str]) -> str:
    return "\n".join(f"• {line}" for line in lines)
