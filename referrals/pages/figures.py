"""The figures as pages show them: their order, their names, what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_decimal, format_percent, gettext

from referrals.pages.blueprint import blueprint
from referrals.standing import UNIT
from referrals.totals import FIGURES, Figures

# As a reader wants them: what came of it first, then people, then all that is no person.
ORDER = (
    "hires", "applications", "credit", "started", "confirmed", "people", "human", "repeat",
    "preview", "prefetch", "bot",
)  # fmt: skip
assert set(ORDER) == set(FIGURES)
RESULTS = ("hires", "applications", "credit", "started")


@dataclass(frozen=True, slots=True)
class Column:
    """One figure: its field in `Figures`, its heading, and what it means in a sentence."""

    name: str
    head: str
    meaning: str


@blueprint.app_template_global()
def figure_columns(clicks_only: bool = False) -> list[Column]:
    """All figures in the order in which they are shown; `clicks_only` leaves results out."""
    words = {
        "hires": (gettext("Hires"), gettext("How many of those applications led to a hire since.")),
        "applications": (
            gettext("Applications"),
            gettext(
                "Applications of the period that are credited to the person who shared. One that "
                "two people share counts for both, and once in all."
            ),
        ),
        "credit": (
            gettext("Credit"),
            gettext(
                "Their shares of those applications, added up: one is the whole credit for one "
                "application. What was corrected by hand counts as corrected."
            ),
        ),
        "started": (
            gettext("Began"),
            gettext(
                "Those of the confirmed who began to fill in an application form: something was "
                "typed into it, or it was sent. Counted by the day of their click."
            ),
        ),
        "confirmed": (
            gettext("Confirmed"),
            gettext("Those of the people whose browser really showed our page."),
        ),
        "people": (
            gettext("People"),
            gettext(
                "Different visitors of a link on a day. The next day, or on another link, the same "
                "person counts anew: we cannot know them again, and do not want to."
            ),
        ),
        "human": (
            gettext("Visits"),
            gettext("Times that people opened a link; within half an hour they count once."),
        ),
        "repeat": (
            gettext("Again"),
            gettext("Openings by the same visitor within that half hour, left out of the visits."),
        ),
        "preview": (
            gettext("Previews"),
            gettext("Networks that fetched a preview because somebody posted the link."),
        ),
        "prefetch": (
            gettext("Prefetched"),
            gettext("Browsers that loaded the page beforehand, without anybody opening it."),
        ),
        "bot": (gettext("Robots"), gettext("Crawlers, link scanners and other programs.")),
    }
    return [Column(name, *words[name]) for name in ORDER if not (clicks_only and name in RESULTS)]


@blueprint.app_template_filter("grouped")
def grouped(number: int) -> str:
    """A count as the reader's language writes it: 12,345."""
    return str(format_decimal(number))


@blueprint.app_template_filter("credits")
def credits(applications: float) -> str:
    """Credit, in applications, with two decimals: 12.50."""
    return str(format_decimal(applications, "#,##0.00"))


@blueprint.app_template_filter("figure")
def figure(figures: Figures, name: str) -> str:
    """One of the figures as the reader's language writes it."""
    return credits(figures.credit / UNIT) if name == "credit" else grouped(getattr(figures, name))


@blueprint.app_template_filter("gains")
def gains(applications: float) -> str:
    """A difference of credit with its sign: +1.50, −0.25, ±0.00."""
    sign = "+" if applications >= 0.005 else "−" if applications <= -0.005 else "±"
    return sign + credits(abs(applications))


@blueprint.app_template_filter("percents")
def percents(part: float) -> str:
    """A part of one, from 0 to 1, in per cent with one decimal: 12.5%."""
    return str(format_percent(part, "#,##0.0%"))


def numbers(figures: Figures) -> list[int | float]:
    """All figures in the order in which they are shown, credit in applications."""
    return [
        round(figures.credit / UNIT, 2) if name == "credit" else getattr(figures, name)
        for name in ORDER
    ]
