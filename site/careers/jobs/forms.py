"""What a recruiter fills in: a job, a board, a file."""

from __future__ import annotations

import re
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, get_currency_precision
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from careers.base import prose
from careers.base.forms import Form, options, stripped
from careers.base.languages import LANGUAGES, language
from careers.jobs import fields, sources, words
from careers.jobs.describing import value_of
from careers.jobs.models import CONTRACTS, HOURS, PERIODS, SENIORITIES, WORKPLACES, Job
from careers.jobs.places import MOST_PLACES, NAME_LONGEST, country_code, read_place
from careers.jobs.rewriting import as_markdown

SPOKEN = ("en", "fr", "de", "es", "it", "nl", "pt", "pl")  # languages a text may be written in
_TOO_LONG = _("This text is too long.")
_line = [stripped, lambda value: " ".join((value or "").split())]


def _choices(names: tuple[str, ...], named: Any) -> list[Any]:
    return options([("", gettext("Not said")), *((name, named(name)) for name in names)])


class JobForm(Form):
    """A job as it is edited here. `version` is the one that was being changed."""

    version = HiddenField(default="0")
    title = StringField(
        _("Title"),
        [
            DataRequired(_("Please write a title.")),
            Length(max=fields.TITLE_LONGEST, message=_("Please stay under 200 characters.")),
        ],
        filters=_line,
        description=_("The job alone: no place, no salary, no exclamation mark."),
    )
    language = SelectField(_("Language of the text"))
    description = TextAreaField(
        _("Text"),
        [Length(max=prose.MARKDOWN_LONGEST, message=_TOO_LONG)],
        filters=[stripped],
        description=_("Markdown: ## heading, **bold**, *italic*, lists, links."),
    )
    other_title = StringField(
        _("Title in the site's other language"),
        [Length(max=fields.TITLE_LONGEST, message=_("Please stay under 200 characters."))],
        filters=_line,
    )
    other_description = TextAreaField(
        _("Text in the site's other language"),
        [Length(max=prose.MARKDOWN_LONGEST, message=_TOO_LONG)],
        filters=[stripped],
    )
    team = StringField(_("Team"), [Length(max=fields.TEAM_LONGEST)], filters=_line)
    places = TextAreaField(
        _("Places"),
        [Length(max=5000, message=_TOO_LONG)],
        filters=[stripped],
        description=_("One in each line: “City, Country” or “City, Region, Country”."),
    )
    workplace = SelectField(_("Where one works"))
    remote_countries = StringField(
        _("If from home: from which countries"),
        filters=_line,
        description=_("With commas: France, Belgium."),
    )
    contract = SelectField(_("Contract"))
    hours = SelectField(_("Hours"))
    seniority = SelectField(_("Experience"))
    starts_on = DateField(_("Start"), [Optional()])
    apply_until = DateField(_("Apply until"), [Optional()])
    salary_low = StringField(_("Salary from"), filters=_line)
    salary_high = StringField(_("Salary to"), filters=_line)
    salary_currency = StringField(
        _("Currency"), filters=_line, description=_("Three letters: EUR, GBP.")
    )
    salary_period = SelectField(_("For"))
    salary_note = StringField(
        _("More about pay"),
        [Length(max=500, message=_TOO_LONG)],
        filters=_line,
        description=_("Bonus, shares, allowances."),
    )
    skills = StringField(
        _("Skills"), [Length(max=1000)], filters=_line, description=_("With commas.")
    )
    languages_asked = StringField(
        _("Languages one should speak"),
        filters=_line,
        description=_("With commas: French, English."),
    )
    contact = SelectField(_("Whom to ask"))

    def __init__(self, people: list[Any], **values: Any) -> None:
        """`people` are those who can be asked."""
        super().__init__(**values)
        names = Locale(language()).languages
        self.language.choices = options((code, names[code]) for code in SPOKEN)
        if self.language.data and self.language.data not in SPOKEN:
            code = fields.language_code(self.language.data) or "en"
            self.language.choices = [*self.language.choices, *options([(code, names[code])])]
        self.workplace.choices = _choices(WORKPLACES, words.workplace_name)
        self.contract.choices = _choices(CONTRACTS, words.contract_name)
        self.hours.choices = _choices(HOURS, words.hours_name)
        self.seniority.choices = _choices(SENIORITIES, words.seniority_name)
        self.salary_period.choices = options((p, words.period_name(p)) for p in PERIODS)
        self.contact.choices = options(
            [
                ("", gettext("Nobody in particular")),
                *((one.code, words.ask_name(one)) for one in people),
            ]
        )

    def validate_description(self, field: TextAreaField) -> None:
        """Refuse what cannot be shown."""
        _check_markdown(field)

    def validate_other_description(self, field: TextAreaField) -> None:
        """Refuse what cannot be shown, and a text without its title."""
        _check_markdown(field)
        if bool(field.data) != bool(self.other_title.data):
            raise ValidationError(gettext("A translation needs both its title and its text."))

    def validate_places(self, field: TextAreaField) -> None:
        """Refuse more places, or longer names, than a job has."""
        lines = _lines(field.data)
        if len(lines) > MOST_PLACES:
            raise ValidationError(gettext("A job has at most %(count)s places.", count=MOST_PLACES))
        if any(len(line) > NAME_LONGEST for line in lines):
            raise ValidationError(gettext("A place's name is too long."))

    def validate_remote_countries(self, field: StringField) -> None:
        """Refuse what names no country."""
        _each(field.data, country_code, gettext("This is no country: %(word)s", word="%s"))

    def validate_languages_asked(self, field: StringField) -> None:
        """Refuse what names no language."""
        _each(field.data, fields.language_code, gettext("This is no language: %(word)s", word="%s"))

    def validate_salary_low(self, field: StringField) -> None:
        """Refuse a salary that doesn't hold together."""
        asked = field.data or self.salary_high.data
        if asked and self._salary() is None:
            raise ValidationError(
                gettext(
                    "This salary is not understood: it needs amounts, the smaller one first, and "
                    "a currency of three letters."
                )
            )

    def _salary(self) -> fields.Salary | None:
        low, high = (fields.amount(box.data) for box in (self.salary_low, self.salary_high))
        return fields.salary(low, high, self.salary_currency.data, self.salary_period.data)

    def values(self, job: Job | None) -> dict[str, Any]:
        """What was written, by the names of `describing.FIELDS`. Of `job`, what the form shows
        unchanged stays exactly what it is.
        """
        pay = self._salary()
        kept = {place["name"]: place for place in (job.places if job else [])}
        named = dict.fromkeys(_lines(self.places.data))
        before = _shown(job) if job else {}
        return {
            "title": self.title.data,
            "language": self.language.data,
            "description_html": job.description_html
            if job and _same(self.description.data, before["description"])
            else prose.markdown_to_html(_unix(self.description.data)),
            "translations": self._translations(job, before),
            "team": self.team.data,
            "places": [kept.get(name) or asdict(read_place(name)) for name in named],
            "workplace": self.workplace.data or None,
            "remote_countries": _each(self.remote_countries.data, country_code),
            "contract": self.contract.data or None,
            "hours": self.hours.data or None,
            "seniority": self.seniority.data or None,
            "skills": list(fields.texts(self.skills.data)),
            "languages_asked": _each(self.languages_asked.data, fields.language_code),
            "salary": {"range": pay and asdict(pay), "note": self.salary_note.data},
            "starts_on": self.starts_on.data and self.starts_on.data.isoformat(),
            "apply_until": self.apply_until.data and self.apply_until.data.isoformat(),
        }

    def _translations(self, job: Job | None, before: dict[str, Any]) -> dict[str, Any]:
        """The translations, with that into the site's other language as it was written."""
        other = other_language(self.language.data)
        found = {
            code: wording
            for code, wording in (job.translations if job else {}).items()
            if code not in {other, self.language.data}
        }
        if self.other_title.data and self.other_description.data:
            unchanged = (
                job
                and other in job.translations
                and _same(self.other_description.data, before["other_description"])
            )
            text = (
                job.translations[other]["description_html"]
                if job and unchanged
                else prose.markdown_to_html(_unix(self.other_description.data))
            )
            found[other] = {"title": self.other_title.data, "description_html": text}
        return found

    def read_version(self) -> int:
        """The version that was being changed; nonsense is none."""
        sent = self.version.data or ""
        return int(sent[:9]) if sent.isascii() and sent.isdigit() else 0


def job_form(people: list[Any], job: Job) -> JobForm:
    """The form of `job`, as it is now, unless something was sent."""
    return JobForm(people, version=str(job.version), **_shown(job))


def _shown(job: Job) -> dict[str, Any]:
    """What the form shows of `job`."""
    other = job.translations.get(other_language(job.language), {})
    names = Locale(language())
    return {
        "title": job.title,
        "language": job.language,
        "description": as_markdown(job.description_html),
        "other_title": other.get("title", ""),
        "other_description": as_markdown(other.get("description_html", "")),
        "team": job.team,
        "places": "\n".join(job.locations),
        "workplace": job.workplace or "",
        "remote_countries": ", ".join(names.territories.get(c, c) for c in job.remote_countries),
        "contract": job.contract or "",
        "hours": job.hours or "",
        "seniority": job.seniority or "",
        "starts_on": job.starts_on,
        "apply_until": job.apply_until,
        "salary_low": _amount(job, job.salary_low),
        "salary_high": _amount(job, job.salary_high),
        "salary_currency": job.salary_currency or "",
        "salary_period": job.salary_period or "year",
        "salary_note": value_of(job, "salary")["note"],
        "skills": ", ".join(job.skills),
        "languages_asked": ", ".join(names.languages.get(c, c) for c in job.languages_asked),
        "contact": job.contact.code if job.contact else "",
    }


def other_language(spoken: str | None) -> str:
    """The language of the site that a text in `spoken` can be translated into."""
    return next(code for code in LANGUAGES if code != spoken)


def _amount(job: Job, minor: int | None) -> str:
    if minor is None:
        return ""
    digits = get_currency_precision(job.salary_currency or "EUR")
    return str(format_decimal(Decimal(minor).scaleb(-digits), "0.##", locale="en"))


def _check_markdown(field: TextAreaField) -> None:
    try:
        prose.markdown_to_html(_unix(field.data))
    except ValueError:
        raise ValidationError(
            gettext("This text cannot be shown: its parts are too nested.")
        ) from None


def _unix(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n")


def _same(one: str | None, other: str | None) -> bool:
    return _unix(one).strip() == _unix(other).strip()


def _lines(value: str | None) -> list[str]:
    return [found for line in (value or "").splitlines() if (found := " ".join(line.split()))]


def _each(value: str | None, read: Any, refusal: str = "") -> list[str]:
    """The codes of what is written with commas. Raises ValidationError, with `refusal` if given."""
    found = []
    for word in (part.strip() for part in re.split("[,;]", value or "")):
        if code := read(word):
            found.append(code)
        elif word and refusal:
            raise ValidationError(refusal % word)
    return list(dict.fromkeys(found))


class BoardForm(Form):
    """A board that jobs shall come from."""

    source = SelectField(_("Recruiting software"))
    name = StringField(
        _("Name of the board"),
        [DataRequired(_("Please write the name of the board."))],
        filters=_line,
        description=_(
            "The part of the board's address that names your company, as in "
            "boards.greenhouse.io/NAME. For Personio, Recruitee and Teamtailor also the whole "
            "host, as in jobs.example.com."
        ),
    )
    every_hours = SelectField(_("How often"), default="6")

    def __init__(self, **values: Any) -> None:
        """`values` fill the fields when the page is first shown."""
        super().__init__(**values)
        self.source.choices = options((key, one.name) for key, one in sources.SOURCES.items())
        self.every_hours.choices = options((str(hours), words.every(hours)) for hours in EVERY)

    def validate_name(self, field: StringField) -> None:
        """Refuse what cannot be a board of the source."""
        if not sources.is_board(self.source.data or "", field.data or ""):
            raise ValidationError(
                gettext("This is not the name of a board: letters, digits, dots and dashes.")
            )


EVERY = (1, 3, 6, 12, 24)


class FileForm(Form):
    """A file of jobs, and which of its columns holds what."""

    name = StringField(
        _("What to call it"),
        [DataRequired(_("Please give it a name."))],
        filters=_line,
        description=_(
            "Jobs are known again by this name and their id: use the same for the next file."
        ),
    )
    content = FileField(_("CSV or JSON file"))
    mapping = TextAreaField(
        _("Which column holds what"),
        [Length(max=10_000, message=_TOO_LONG)],
        filters=[stripped],
        description=_("A line for each: title = Job title. Columns named as our fields need none."),
    )

    def validate_name(self, field: StringField) -> None:
        """Refuse what cannot be a name."""
        if not sources.is_board(sources.FILE, field.data or ""):
            raise ValidationError(gettext("Letters, digits, dots and dashes only."))
