"""The form with which people apply, and those for letters to them."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import gettext, lazy_gettext
from wtforms import (
    EmailField,
    Field,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from careers.base.forms import AnonymousForm, Form, stripped
from careers.base.people import plain_email
from careers.hiring.cvs import ACCEPT
from careers.hiring.models import SharerSees
from careers.hiring.pipeline.letters import PLACES, SUBJECT_LONGEST, TEXT_LONGEST, unknown_places

_ = lazy_gettext
MESSAGE_LONGEST = 5_000
CODE_LONGEST = 40
NAME_LONGEST = 120
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
    email = EmailField(
        _("Your e-mail address"),
        [InputRequired(_("Please tell us where we can write to you."))],
        filters=[stripped],
        render_kw={"autocomplete": "email", "maxlength": 254},
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

    def validate_email(self, field: EmailField) -> None:
        """An address that mail can be sent to."""
        try:
            field.data = plain_email(field.data or "")
        except ValueError:
            raise ValidationError(
                str(_("This does not look like an e-mail address, like name@example.com."))
            ) from None


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
