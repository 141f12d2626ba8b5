"""How doubts read in the reader's language: what was seen, and what may be innocent about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import format_percent, gettext, ngettext

from careers.base.people import Person
from careers.base.web import show_moment
from referrals.doubts.inflation import Oddity
from referrals.doubts.models import Doubt
from referrals.doubts.rules import Kind


def kind_name(kind: str) -> str:
    """A kind of doubt in a few words."""
    words = {
        Kind.SELF_REFERRAL: gettext("Self-referral"),
        Kind.EMPLOYEE_MAIL: gettext("An employee’s mailbox"),
        Kind.EMPLOYEE_PHONE: gettext("An employee’s phone number"),
        Kind.EMPLOYEE_CV: gettext("An employee’s CV"),
        Kind.HIRING_CHAIN: gettext("Credit in the hiring chain"),
        Kind.CLICK_INFLATION: gettext("Clicks that look made"),
        Kind.LATE_LINK: gettext("Link made after the application"),
        Kind.ONE_VISITOR: gettext("Many candidates, one visitor"),
        Kind.DISPOSABLE_MAIL: gettext("Throwaway mailbox"),
    }
    return str(words[Kind(kind)])


def innocent(kind: str) -> str:
    """What may be innocent about it."""
    words = {
        Kind.SELF_REFERRAL: gettext(
            "Names are shared by families and by strangers. Who changes jobs inside the company may"
            " have followed their own link."
        ),
        Kind.EMPLOYEE_MAIL: gettext(
            "Somebody who works here may apply for another job; a colleague’s link is then a way"
            " like any other."
        ),
        Kind.EMPLOYEE_PHONE: gettext(
            "People who live together share a number, and some name a colleague’s number for"
            " questions about themselves."
        ),
        Kind.EMPLOYEE_CV: gettext("The same person may have applied before, from another mailbox."),
        Kind.HIRING_CHAIN: gettext(
            "In a small team whoever decides may well know the best candidate. A bonus programme"
            " can leave recruiters and whom candidates ask about the job out."
        ),
        Kind.CLICK_INFLATION: gettext(
            "Some apps and mail scanners open every link and never show the page. Clicks pay"
            " nothing here: they are no reason by themselves to take credit away."
        ),
        Kind.LATE_LINK: gettext(
            "A candidate may name a code later than they heard of it, and a new link may stand for"
            " an old talk."
        ),
        Kind.ONE_VISITOR: gettext(
            "A visitor is a network and a kind of browser, not a person: a classroom, a job centre"
            " or a fair with one computer looks the same."
        ),
        Kind.DISPOSABLE_MAIL: gettext(
            "Some people guard their mailbox against advertising. Ask them for another address."
        ),
    }
    return str(words[Kind(kind)])


def explained(doubt: Doubt, people: Mapping[str, Person]) -> list[str]:
    """What was seen, one sentence for each thing; `people` are those whom it names, by code."""

    def name_of(code: str) -> str:
        return people[code].name if code in people else str(gettext("somebody"))

    kind, facts = Kind(doubt.kind), doubt.facts
    if kind is Kind.DISPOSABLE_MAIL:
        host = doubt.application.email.rpartition("@")[2]
        return [str(gettext("%(host)s is a service of mailboxes to throw away.", host=host))]
    if kind is Kind.ONE_VISITOR:
        return [_of_one_visitor(len(facts["applications"]))]
    if kind is Kind.LATE_LINK:
        return [
            _of_late_link(doubt, name_of(row["person"]), row["made_at"]) for row in facts["links"]
        ]
    if kind is Kind.CLICK_INFLATION:
        return [line for row in facts["links"] for line in _of_clicks(row, name_of(row["person"]))]
    return [_of_person(kind, row["why"], name_of(row["person"])) for row in facts["people"]]


def _of_person(kind: Kind, why: str, name: str) -> str:
    if kind is Kind.SELF_REFERRAL:
        words = {
            "mail": gettext(
                "The application comes from the mailbox of %(name)s, who is also said to have"
                " brought the candidate.",
                name=name,
            ),
            "name": gettext(
                "The candidate has the same name as %(name)s, who is said to have brought them.",
                name=name,
            ),
            "phone": gettext(
                "A phone number in the message stands in an application of %(name)s’s own too, and"
                " %(name)s is said to have brought the candidate.",
                name=name,
            ),
            "cv": gettext(
                "The CV is the very file that %(name)s once applied with, and %(name)s is said to"
                " have brought the candidate.",
                name=name,
            ),
        }
        return str(words[why])
    words = {
        "mail": gettext(
            "The application comes from the mailbox of %(name)s, who works here.", name=name
        ),
        "phone": gettext(
            "A phone number in the message stands in an application of %(name)s’s own too, who"
            " works here.",
            name=name,
        ),
        "cv": gettext(
            "The CV is the very file that %(name)s, who works here, once applied with.", name=name
        ),
        "asked": gettext(
            "%(name)s has credit, and is whom candidates ask about this job.", name=name
        ),
        "seat": gettext("%(name)s has credit, and has a part in hiring for this job.", name=name),
        "moved": gettext(
            "%(name)s has credit, and moved this application from stage to stage.", name=name
        ),
    }
    return str(words[why])


def _of_one_visitor(others: int) -> str:
    return str(
        ngettext(
            "One visitor opened the same link within a day for this application and %(num)s other,"
            " from another mailbox.",
            "One visitor opened the same link within a day for this application and %(num)s others,"
            " each from another mailbox.",
            others,
        )
    )


def _of_late_link(doubt: Doubt, name: str, made_at: str) -> str:
    return str(
        gettext(
            "%(name)s made the link on %(made)s, after the candidate had applied on %(applied)s.",
            name=name,
            made=show_moment(datetime.fromisoformat(made_at)),
            applied=show_moment(doubt.application.created_at),
        )
    )


def _of_clicks(row: Mapping[str, int | float | list[str]], name: str) -> list[str]:
    usual = row["usual"]
    words = {
        Oddity.UNSEEN: gettext(
            "Of %(people)s visitors of %(name)s’s link %(confirmed)s saw the page, while %(usual)s"
            " of visitors usually do.",
            people=row["people"],
            name=name,
            confirmed=row["confirmed"],
            usual=format_percent(usual, "#,##0%") if isinstance(usual, float | int) else "–",
        ),
        Oddity.REPEATS: gettext(
            "%(name)s’s link has %(repeats)s repeated clicks beside %(human)s that count.",
            name=name,
            repeats=row["repeat"],
            human=row["human"],
        ),
        Oddity.BOTS: gettext(
            "Machines opened %(name)s’s link %(bots)s times, people %(human)s times.",
            name=name,
            bots=row["bot"],
            human=row["human"],
        ),
    }
    odd = row["odd"]
    assert isinstance(odd, list)
    return [str(words[Oddity(one)]) for one in odd]


def state_words(state: str) -> str:
    """A state in a few words."""
    words = {
        "open": gettext("open"),
        "dismissed": gettext("nothing wrong"),
        "corrected": gettext("credit corrected"),
        "gone": gettext("no longer so"),
    }
    return str(words[state])


def reason_to_carry(kinds: list[str]) -> str:
    """What a correction of the credit begins its reason with. The employee reads it: neither
    candidates nor colleagues are named."""
    return str(
        gettext("After a review: %(kinds)s.", kinds=", ".join(kind_name(one) for one in kinds))
    )
