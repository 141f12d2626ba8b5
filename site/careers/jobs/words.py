"""How a job's facts read in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask_babel import get_locale, gettext, lazy_gettext, ngettext

from careers.base.people import Person
from careers.jobs.models import Job
from careers.jobs.queries import Wanted

_ = lazy_gettext
CONTRACTS = {
    "permanent": _("Permanent"),
    "fixed-term": _("Fixed-term"),
    "internship": _("Internship"),
    "apprenticeship": _("Apprenticeship"),
    "temporary": _("Temporary"),
    "freelance": _("Freelance"),
}
WORKPLACES = {"on-site": _("On site"), "hybrid": _("Partly at home"), "remote": _("Remote")}
HOURS = {"full-time": _("Full-time"), "part-time": _("Part-time")}
LEVELS = {
    "entry": _("Starting out"),
    "experienced": _("Some years of experience"),
    "senior": _("Very experienced"),
    "manager": _("Leads people"),
    "executive": _("Leads the company"),
}
FACETS = {
    "team": _("Team"),
    "place": _("Place"),
    "contract": _("Contract"),
    "workplace": _("Remote work"),
    "level": _("Experience"),
    "hours": _("Hours"),
    "language": _("Language"),
    "salary": _("Salary"),
}
PERIODS = {
    "hour": _("an hour"),
    "day": _("a day"),
    "week": _("a week"),
    "month": _("a month"),
    "year": _("a year"),
}
PAY_FOR = {
    "hour": _("%(pay)s an hour"),
    "day": _("%(pay)s a day"),
    "week": _("%(pay)s a week"),
    "month": _("%(pay)s a month"),
    "year": _("%(pay)s a year"),
}
FIELDS = {
    "title": _("Title"),
    "description_html": _("Text"),
    "language": _("Language of the text"),
    "translations": _("Translation"),
    "team": _("Team"),
    "places": _("Places"),
    "workplace": _("Where one works"),
    "remote_countries": _("Countries"),
    "contract": _("Contract"),
    "hours": _("Hours"),
    "seniority": _("Experience"),
    "skills": _("Skills"),
    "languages_asked": _("Languages"),
    "salary": _("Salary"),
    "starts_on": _("Start"),
    "apply_until": _("Apply until"),
    "contact": _("Whom to ask"),
}


def contract_name(contract: str | None) -> str:
    """A kind of contract in words; "" when it isn't known."""
    return str(CONTRACTS.get(contract or "", ""))


def workplace_name(workplace: str | None) -> str:
    """Where one works in words; "" when it isn't known."""
    return str(WORKPLACES.get(workplace or "", ""))


def hours_name(hours: str | None) -> str:
    """Full-time or part-time in words; "" when it isn't known."""
    return str(HOURS.get(hours or "", ""))


def seniority_name(seniority: str | None) -> str:
    """How experienced somebody should be, in words; "" when it isn't known."""
    return str(LEVELS.get(seniority or "", ""))


def facet_name(facet: str) -> str:
    """What a list of jobs is narrowed by, in words."""
    return str(FACETS[facet])


def choice_name(facet: str, value: str) -> str:
    """One value of a facet in words; team and place speak for themselves."""
    names = {
        "contract": contract_name,
        "workplace": workplace_name,
        "level": seniority_name,
        "hours": hours_name,
    }
    if facet == "language":
        return languages_named([value]).capitalize()
    if facet == "salary":
        return str(gettext("The pay is stated"))
    return names[facet](value) if facet in names else value


def search_in_words(wanted: Wanted) -> str:
    """What somebody looks for, in one line: “data” · Lyon or Paris · Permanent."""
    parts = [gettext("“%(words)s”", words=wanted.words)] if wanted.words else []
    for facet, values in wanted.chosen.items():
        if values:
            either = gettext(" or ")
            parts.append(either.join(choice_name(facet, value) for value in values))
    return " · ".join(parts) or str(gettext("All new jobs"))


def period_name(period: str) -> str:
    """What a salary is for."""
    return str(PERIODS[period])


def every(hours: int) -> str:
    """How often something happens."""
    if hours == 24:
        return str(gettext("Every day"))
    return str(ngettext("Every hour", "Every %(num)s hours", hours))


def field_name(name: str) -> str:
    """A field of a job, as its form calls it."""
    return str(FIELDS.get(name, name))


def countries_named(codes: list[str]) -> str:
    """Countries in the reader's language."""
    territories = (get_locale() or Locale("en")).territories
    return ", ".join(territories.get(code, code) for code in codes)


def languages_named(codes: list[str]) -> str:
    """Languages in the reader's language."""
    names = (get_locale() or Locale("en")).languages
    return ", ".join(names.get(code, code) for code in codes)


@dataclass(frozen=True)
class Wording:
    """A job's title and text as they are shown, and in which language they are."""

    title: str
    description_html: str
    language: str


def wording(job: Job, language: str) -> Wording:
    """What `job` says in `language` if it is translated into it, else in its own."""
    told = job.translations.get(language)
    if told and job.language != language:
        return Wording(told["title"], told["description_html"], language)
    return Wording(job.title, job.description_html, job.language)


def title_in(language: str, job: Job) -> str:
    """How `job` is called in `language` if it is translated into it, else in its own."""
    told = job.translations.get(language)
    return str(told["title"]) if told and job.language != language else job.title


# French names the country with the pound ("£GB"), which no job advertisement does.
NARROW = {"GBP": "£"}


def pay(job: Job) -> str:
    """The salary in the reader's language, with its period; "" when there is none."""
    if job.salary_low is None or job.salary_high is None or job.salary_currency is None:
        return ""
    amount = amounts(
        job.salary_low, job.salary_high, job.salary_currency, get_locale() or Locale("en")
    )
    return str(PAY_FOR[job.salary_period or "year"]) % {"pay": amount}


@lru_cache(maxsize=4096)
def amounts(low: int, high: int, currency: str, locale: Locale) -> str:
    """A range of minor units, the currency once, where the language puts it.

    >>> amounts(5_800_000, 7_000_000, "EUR", Locale("en"))
    '€58,000–70,000'
    """
    digits = get_currency_precision(currency)
    units = [Decimal(amount).scaleb(-digits) for amount in (low, high)]
    whole = units[1] >= 1000 or all(unit == unit.to_integral_value() for unit in units)
    places = "" if whole else "." + "0" * digits
    pattern = str(locale.currency_formats["standard"].pattern).split(";")[0].replace(".00", places)
    leads = pattern.startswith("¤")
    pattern = pattern.replace("¤", NARROW.get(currency, "¤"))
    shown = [
        format_currency(unit, currency, pattern, locale=locale, currency_digits=False)
        for unit in units
    ]
    if low == high:
        return shown[0]
    bare = [format_decimal(unit, f"#,##0{places}", locale=locale) for unit in units]
    return f"{shown[0]}–{bare[1]}" if leads else f"{bare[0]}–{shown[1]}"


def where(job: Job) -> str:
    """The places of a job and how one works there, in one line."""
    few = job.locations[:3]
    more = len(job.locations) - len(few)
    words = [*few, *([gettext("%(count)s more places", count=more)] if more > 0 else [])]
    return " · ".join([*words, *filter(None, [workplace_name(job.workplace)])])


def ask_name(person: Person) -> str:
    """Somebody who can be asked, as recruiters choose them."""
    if person.page:
        return str(gettext("%(name)s (expert)", name=person.name))
    return person.name


def whom_to_ask(job: Job) -> Person | None:
    """The contact of a job while they work here."""
    return job.contact if job.contact and job.contact.is_active else None
