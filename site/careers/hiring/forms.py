"""The form with which people apply, and those for letters to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import g
from flask_babel import gettext, lazy_gettext
from wtforms import (
    Field,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from careers.base.forms import AnonymousForm, Form, address_field, options, stripped
from careers.hiring.cvs import ACCEPT
from careers.hiring.models import Asks, Question, SharerSees
from careers.hiring.phones import plain_phone, shown_phone
from careers.hiring.pipeline.letters import PLACES, SUBJECT_LONGEST, TEXT_LONGEST, unknown_places

_ = lazy_gettext
MESSAGE_LONGEST = 5_000
CODE_LONGEST = 40
NAME_LONGEST = 120
LINK_LONGEST = 500
ANSWER_LONGEST = 2_000
SEES = [
    (SharerSees.APPLIED.value, _("that I applied")),
    (SharerSees.STEPS.value, _("that I applied, and each step")),
    (SharerSees.NOTHING.value, _("nothing")),
]


class ApplyForm(AnonymousForm):
    """A name, an address, a CV; no account. The CV is checked by `careers.hiring.cvs`."""

    name = StringField(
        _("Your name"),
        [
            InputRequired(_("Please tell us your name.")),
            Length(max=120, message=_("Please keep your name under 120 characters.")),
        ],
        filters=[stripped],
        render_kw={"autocomplete": "name", "maxlength": 120},
    )
    email = address_field()
    phone = TelField(
        _("Your phone number"),
        [Optional(), Length(max=40, message=_("This is too long for a phone number."))],
        filters=[stripped],
        render_kw={"autocomplete": "tel", "maxlength": 40},
    )
    link = StringField(
        _("A link"),
        [
            Optional(),
            Length(max=LINK_LONGEST, message=_("Please keep this link under 500 characters.")),
        ],
        description=_("Your site, your profile or your work: one address."),
        filters=[stripped],
        render_kw={
            "autocomplete": "url",
            "inputmode": "url",
            "autocapitalize": "none",
            "spellcheck": "false",
            "maxlength": LINK_LONGEST,
        },
    )
    cv = FileField(
        _("Your CV"),
        description=_("PDF, DOCX or ODT."),
        render_kw={"accept": ACCEPT},
    )
    message = TextAreaField(
        _("Anything you want to tell us"),
        [
            Optional(),
            Length(
                max=MESSAGE_LONGEST, message=_("Please keep your message under 5,000 characters.")
            ),
        ],
        filters=[stripped],
        render_kw={"rows": 7},
    )
    code = StringField(
        _("Did somebody give you a code?"),
        [Optional()],
        description=_("Six letters and digits, like K7F 2QX. It says who told you about us."),
        filters=[stripped],
        render_kw={
            "maxlength": CODE_LONGEST,
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
        },
    )
    told_by = StringField(
        _("Who told you about us?"),
        [Optional()],
        description=_(
            "The name of somebody who works here. Names of colleagues with a page are completed."
        ),
        filters=[stripped],
        render_kw={
            "maxlength": NAME_LONGEST,
            "autocomplete": "off",
            "spellcheck": "false",
            "list": "names",
        },
    )
    sharer_sees = RadioField(
        _("What they will see"),
        [Optional()],
        choices=[SelectChoice(value=value, label=label) for value, label in SEES],
    )

    def validate_code(self, field: StringField) -> None:
        """Whoever knows codes has looked at this one before (`g.code_refused`)."""
        if g.get("code_refused"):
            raise ValidationError(
                gettext(
                    "We don't know this code. It has six letters and digits, like K7F 2QX: please "
                    "compare it, or leave it out."
                )
            )

    def validate_name(self, field: StringField) -> None:
        """A name has more in it than spaces."""
        if not " ".join((field.data or "").split()):
            raise ValidationError(str(_("Please tell us your name.")))

    questions: Sequence[Question] = ()
    region: str | None = None  # where phone numbers are meant that name no country (ISO 3166)

    def validate_phone(self, field: TelField) -> None:
        """A number that can be called; it is shown again as people write it."""
        try:
            field.data = shown_phone(plain_phone(field.data or "", self.region))
        except ValueError:
            raise ValidationError(
                gettext(
                    "This does not look like a phone number. Please compare it, or begin with the "
                    "country, like +33."
                )
            ) from None

    def validate_link(self, field: StringField) -> None:
        """An address on the web; without its beginning, it is added."""
        link = field.data or ""
        if "://" not in link:
            link = f"https://{link}"
        if not _is_web_address(link):
            raise ValidationError(
                gettext("This does not look like an address, like https://example.com.")
            )
        field.data = link

    def answers_given(self) -> dict[str, str | None]:
        """What was answered to the questions of the job, by their codes."""
        return {
            name.removeprefix(QUESTION): field.data
            for name, field in self._fields.items()
            if name.startswith(QUESTION)
        }


class CorrectForm(ApplyForm):
    """What a candidate may put right afterwards, by the same rules."""

    email = cv = code = told_by = sharer_sees = None  # type: ignore[assignment]  # none of these


class FindForm(AnonymousForm):
    """The address with which somebody applied."""

    email = address_field()


QUESTION = "question-"


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        parts.scheme in {"http", "https"}
        and parts.username is None
        and has_port
        and "." in host.strip(".")
        and len(link) <= LINK_LONGEST
        and not any(sign.isspace() or sign in '<>"\\' for sign in link)
    )


def apply_form(questions: Sequence[Question], region: str | None, **values: Any) -> ApplyForm:
    """The form of a job that asks `questions`; `values` fill it when it is first shown."""
    asked = {f"{QUESTION}{question.code}": _field(question) for question in questions}
    made: ApplyForm = type("AskingForm", (ApplyForm,), asked)(**values)
    made.region, made.questions = region, questions
    return made


def _field(question: Question) -> Field:
    required = InputRequired(_("Please answer this question."))
    answered = [required if question.is_required else Optional()]
    if question.asks == Asks.TEXT:
        longest = Length(max=ANSWER_LONGEST, message=_("Please keep it under 2,000 characters."))
        return TextAreaField(
            question.words,
            [*answered, longest],
            filters=[stripped],
            render_kw={"rows": 3, "maxlength": ANSWER_LONGEST},
        )
    choices = [(choice, choice) for choice in question.choices]
    if question.asks == Asks.YES_NO:
        choices = [("yes", _("Yes")), ("no", _("No"))]
    return RadioField(question.words, answered, choices=options(choices))


# -- letters -------------------------------------------------------------------------------------


def _places_known(_form: Form, field: Field) -> None:
    wrong = unknown_places(field.data or "")
    if wrong:
        raise ValidationError(
            gettext(
                "%(wrong)s can’t be filled in. What can: %(places)s.",
                wrong=", ".join(dict.fromkeys(wrong)),
                places=", ".join(f"{{{place}}}" for place in PLACES),
            )
        )


def _subject(label: str, *more: Any) -> StringField:
    return StringField(
        label,
        [
            InputRequired(_("A letter needs a subject.")),
            Length(max=SUBJECT_LONGEST, message=_("Please keep it under 200 characters.")),
            *more,
        ],
        filters=[stripped],
        render_kw={"maxlength": SUBJECT_LONGEST},
    )


def _text(label: str, *more: Any) -> TextAreaField:
    return TextAreaField(
        label,
        [
            InputRequired(_("There is nothing in this letter yet.")),
            Length(max=TEXT_LONGEST, message=_("Please keep it under 10,000 characters.")),
            *more,
        ],
        filters=[stripped],
        render_kw={"rows": 12},
    )


class LetterForm(Form):
    """A letter to one candidate, its places filled in already."""

    subject = _subject(_("Subject"))
    text = _text(_("Letter"))
    key = HiddenField(validators=[InputRequired(), Length(max=100)])


class TemplateForm(Form):
    """Words for letters, in both languages."""

    name = StringField(
        _("What it is for"),
        [
            InputRequired(_("Please name it, so that it can be found.")),
            Length(max=80, message=_("Please keep it under 80 characters.")),
        ],
        filters=[stripped],
        render_kw={"maxlength": 80},
    )
    subject_en = _subject(_("Subject in English"), _places_known)
    text_en = _text(_("Letter in English"), _places_known)
    subject_fr = _subject(_("Subject in French"), _places_known)
    text_fr = _text(_("Letter in French"), _places_known)
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def values(self) -> dict[str, str]:
        """What is kept of it."""
        return {name: text for name, text in self.data.items() if name != "version"}
