"""The form with which recruiters write the questions of a job."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from careers.base.forms import Form, options, stripped
from careers.hiring.asking import MOST_CHOICES, Asked
from careers.hiring.models import Asks
from careers.hiring.pay_history import asks_past_pay

_ = lazy_gettext


class QuestionForm(Form):
    """A question of a job, as a recruiter writes it."""

    words = StringField(
        _("Question"),
        [
            InputRequired(_("Please write the question.")),
            Length(max=300, message=_("Please keep it under 300 characters.")),
        ],
        filters=[stripped],
        render_kw={"maxlength": 300, "autocomplete": "off"},
    )
    asks = RadioField(
        _("How it is answered"),
        [InputRequired(_("Please choose how it is answered."))],
        choices=options(
            [
                (Asks.TEXT.value, _("In their own words")),
                (Asks.YES_NO.value, _("Yes or no")),
                (Asks.CHOICE.value, _("One of several answers")),
            ]
        ),
        default=Asks.TEXT.value,
    )
    choices = TextAreaField(
        _("The answers to choose from"),
        [Optional()],
        description=_("One on each line; only where one of several is chosen."),
        filters=[stripped],
        render_kw={"rows": 4},
    )
    is_required = BooleanField(_("Nobody can apply without answering it"))
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def validate_words(self, field: StringField) -> None:
        """Nobody is asked what they earned before, nor without words."""
        field.data = " ".join((field.data or "").split())
        if not field.data:
            raise ValidationError(gettext("Please write the question."))
        if asks_past_pay(f"{field.data}\n{self.choices.data or ''}"):
            raise ValidationError(
                gettext(
                    "This asks what somebody earned before. Employers in the EU may not ask that "
                    "(directive 2023/970, article 5). You may ask what they would like to earn."
                )
            )

    def validate_choices(self, field: TextAreaField) -> None:
        """Two different answers at least, where one is to be chosen."""
        if self.asks.data != Asks.CHOICE.value:
            return
        found = self.chosen_from()
        if not 2 <= len(found) <= MOST_CHOICES:
            raise ValidationError(
                gettext("Please write 2 to %(most)s answers, one on each line.", most=MOST_CHOICES)
            )
        if any(len(one) > 120 for one in found):
            raise ValidationError(gettext("Please keep each answer under 120 characters."))

    def chosen_from(self) -> tuple[str, ...]:
        """The answers to choose from, each once."""
        lines = (" ".join(line.split()) for line in (self.choices.data or "").split("\n"))
        return tuple(dict.fromkeys(line for line in lines if line))

    def asked(self) -> Asked:
        """The question, once it holds."""
        return Asked(
            self.words.data or "",
            Asks(self.asks.data),
            self.chosen_from(),
            bool(self.is_required.data),
        )
