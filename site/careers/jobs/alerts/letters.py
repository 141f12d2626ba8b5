"""The mail to a follower: what is new for what they follow, and whether they still want it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask_babel import force_locale, gettext, ngettext

from careers.base import mail
from careers.base.config import Settings
from careers.base.languages import address_in, locale_of
from careers.base.mail import Mail
from careers.jobs import words
from careers.jobs.alerts.following import token_of
from careers.jobs.alerts.models import Follower
from careers.jobs.models import Job
from careers.jobs.queries import Wanted

SHOWN = 10  # jobs of one search; the others are counted


@dataclass(frozen=True)
class News:
    """What is new for one follower: by search, the ids of the jobs that no earlier one has."""

    follower: Follower
    found: Sequence[tuple[Wanted, Sequence[int]]]
    days_left: int | None  # to say that they still want it, if they are asked

    @property
    def shown(self) -> list[int]:
        """The jobs that the mail names."""
        return [number for _, ids in self.found for number in ids[:SHOWN]]


def letter_for(news: News, jobs: Mapping[int, Job], company: str, settings: Settings) -> Mail:
    """The mail, in the follower's language."""
    follower = news.follower
    own = _Addresses(follower, settings)
    count = sum(len(ids) for _, ids in news.found)
    with force_locale(locale_of(follower.language)):
        parts = [_part(wanted, ids, jobs, own) for wanted, ids in news.found]
        subject = ngettext(
            "%(num)s new job at %(company)s", "%(num)s new jobs at %(company)s", count,
            company=company,
        )  # fmt: skip
        if news.days_left is not None:
            parts.append(
                ngettext(
                    "You said a year ago that you want these mails. Do you still? Say so by "
                    "tomorrow, or else we write no more and erase your address:\n%(page)s",
                    "You said a year ago that you want these mails. Do you still? Say so within "
                    "%(num)s days, or else we write no more and erase your address:\n%(page)s",
                    news.days_left,
                    page=own.page,
                )
            )
        if not count:
            subject = gettext("Do you still want to hear of new jobs at %(company)s?",
                              company=company)  # fmt: skip
        text = gettext(
            "Hello,\n\n%(parts)s\n\n-- \nSee, change, pause or end what you follow, or have it all "
            "erased: %(page)s\nNo more mail: %(off)s\n",
            parts="\n\n".join(parts),
            page=own.page,
            off=own.off,
        )
    return mail.letter(follower.email, subject, text, own.off, is_kept=False)


def _part(wanted: Wanted, ids: Sequence[int], jobs: Mapping[int, Job], own: _Addresses) -> str:
    """What is new for one search."""
    searched = words.search_in_words(wanted)
    is_all = not wanted.is_narrowed
    lines = [gettext("New jobs:") if is_all else gettext("New for %(search)s:", search=searched)]
    lines += [own.lines_of(jobs[number]) for number in ids[:SHOWN] if number in jobs]
    more = len(ids) - SHOWN
    if more > 0:
        lines.append(
            ngettext(
                "And %(num)s more: %(address)s", "And %(num)s more: %(address)s", more,
                address=own.list_of(wanted),
            )
        )  # fmt: skip
    return "\n\n".join(lines)


class _Addresses:
    """Where a follower's mail leads, in their language. None of it says who they are to anybody
    but us, and none carries through whose link they once came."""

    def __init__(self, follower: Follower, settings: Settings) -> None:
        token = token_of(follower, settings)
        self.language, self.site = follower.language, settings.base_url
        self.page, self.off = self._in(f"/alerts/{token}"), self._in(f"/alerts/off/{token}")

    def _in(self, path: str) -> str:
        return self.site + address_in(self.language, path)

    def list_of(self, wanted: Wanted) -> str:
        """The list that a search is on the site, newest first."""
        query = {**wanted.query, "sort": "newest"} if wanted.words else wanted.query
        return self._in("/jobs") + (f"?{urlencode(query, doseq=True)}" if query else "")

    def lines_of(self, job: Job) -> str:
        """A job: what it is called, what matters first, where it is read."""
        title = words.title_in(self.language, job)
        facts = [job.team, words.where(job), words.contract_name(job.contract), words.pay(job)]
        said = [" ".join(part.split()) for part in (title, " · ".join(filter(None, facts)))]
        return "\n  ".join(["• " + said[0], *said[1:], self._in(f"/jobs/{job.slug}")])
