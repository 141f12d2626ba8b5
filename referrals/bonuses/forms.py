"""Forms about bonuses: a programme, a reason, an appeal and its answer."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from careers.base.forms import Form, options, stripped
from referrals.bonuses.correcting import share_from
from referrals.bonuses.models import MOST_INSTALMENTS
from referrals.bonuses.words import CURRENCIES, cents

_ = lazy_gettext
LONGEST = 2_000
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
DAYS_MOST = 3_650


class AmountField(StringField):
    """An amount in whole cents; `cents` is None where it isn't one."""

    @property
    def cents(self) -> int | None:
        """What was written, in minor units."""
        return cents(self.data or "")


def _percent(words: str, *, is_first: bool = False) -> IntegerField:
    needed = InputRequired(_("Please write a number.")) if is_first else Optional()
    return IntegerField(
        words,
        [needed, NumberRange(1, 100, _("Please choose from 1 to 100."))],
        render_kw={"min": 1, "max": 100, "inputmode": "numeric"},
    )


def _days(words: str) -> IntegerField:
    return IntegerField(
        words,
        [Optional(), NumberRange(0, DAYS_MOST, _("Please choose from 0 to 3,650."))],
        render_kw={"min": 0, "max": DAYS_MOST, "inputmode": "numeric"},
    )


class ProgrammeForm(Form):
    """What is promised for a hire, for which jobs, and to whom not."""

    name = StringField(
        _("What is it called?"),
        [
            DataRequired(_("Please give it a name.")),
            Length(max=80, message=_("Please keep it under 80 characters.")),
        ],
        filters=[stripped],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
    amount = AmountField(
        _("Amount for a hire"),
        [InputRequired(_("Please write an amount."))],
        filters=[stripped],
        description=_("Before tax. Several who share a credit share it; no more is ever given."),
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": 14},
    )
    currency = SelectField(_("Currency"), choices=options((one, one) for one in CURRENCIES))
    percent_1 = _percent(_("First instalment, percent"), is_first=True)
    days_1 = _days(_("Days after the hire"))
    percent_2 = _percent(_("Second instalment, percent"))
    days_2 = _days(_("Days after the hire"))
    percent_3 = _percent(_("Third instalment, percent"))
    days_3 = _days(_("Days after the hire"))
    scope = RadioField(
        _("For which jobs?"),
        choices=options(
            [("all", _("All jobs")), ("team", _("The jobs of a team")), ("jobs", _("These jobs"))]
        ),
        default="all",
    )
    team = SelectField(_("Team"), default="")
    jobs = SelectMultipleField(
        _("Jobs"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    since = DateField(
        _("For applications from"),
        [InputRequired(_("Please choose a day."))],
        description=_("The day on which the candidate applied counts, not that of the hire."),
    )
    until = DateField(_("Until, this day included"), [Optional()])
    excludes_recruiters = BooleanField(_("Not for recruiters"), default=True)
    excludes_contact = BooleanField(_("Not for whoever candidates ask about the job"), default=True)
    two_people_above = AmountField(
        _("Above this bonus, two people say that it was paid"),
        [InputRequired(_("Please write an amount."))],
        filters=[stripped],
        description=_("0: always two."),
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": 14},
    )

    @property
    def terms(self) -> list[tuple[int, int]]:
        """The instalments as (percent, days after the hire), those that were left empty apart."""
        rows = [
            (self[f"percent_{number}"].data, self[f"days_{number}"].data)
            for number in range(1, MOST_INSTALMENTS + 1)
        ]
        return [(percent, days or 0) for percent, days in rows if percent]

    def validate_amount(self, amount: AmountField) -> None:
        """More than nothing."""
        if not amount.cents:
            raise ValidationError(gettext("Write an amount like 1500 or 1500.50."))

    def validate_two_people_above(self, limit: AmountField) -> None:
        """Nothing or more."""
        if limit.cents is None:
            raise ValidationError(gettext("Write an amount like 1500 or 1500.50."))

    def validate_percent_1(self, _percent: IntegerField) -> None:
        """The instalments are all of it, in the order in which they come."""
        if sum(percent for percent, _days in self.terms) != 100:
            raise ValidationError(gettext("The instalments must come to 100 percent."))
        days = [days for _percent, days in self.terms]
        if days != sorted(days):
            raise ValidationError(gettext("Write the instalments in the order in which they come."))

    def validate_team(self, team: SelectField) -> None:
        """A team, where it is for one."""
        if self.scope.data == "team" and not team.data:
            raise ValidationError(gettext("Choose a team."))

    def validate_jobs(self, jobs: SelectMultipleField) -> None:
        """At least one, where it is for some."""
        if self.scope.data == "jobs" and not jobs.data:
            raise ValidationError(gettext("Choose at least one job."))

    def validate_since(self, since: DateField) -> None:
        """A day that calendars have."""
        if since.data and not EARLIEST <= since.data <= LATEST:
            raise ValidationError(gettext("Please choose a day from 2000 on."))

    def validate_until(self, until: DateField) -> None:
        """Not before it begins."""
        if until.data is None:
            return
        if until.data > LATEST or (self.since.data and until.data < self.since.data):
            raise ValidationError(gettext("It can’t end before it begins."))


def _text(words: str, required: str, hint: str = "") -> TextAreaField:
    return TextAreaField(
        words,
        [
            DataRequired(required),
            Length(max=LONGEST, message=_("Please keep it under 2,000 characters.")),
        ],
        filters=[stripped],
        description=hint,
        render_kw={"rows": 4, "maxlength": LONGEST},
    )


class RefusalForm(Form):
    """Why a bonus is refused by hand."""

    why = _text(
        _("Why is it refused?"),
        _("Please give a reason."),
        _("The employee reads this, and can appeal."),
    )


class UnpaidForm(Form):
    """Why a mark of paid is taken back."""

    why = _text(
        _("Why is it taken back?"),
        _("Please give a reason."),
        _("It stands in the history of each bonus."),
    )


class AppealForm(Form):
    """What an employee says against a decision."""

    text = _text(
        _("What should be seen differently?"),
        _("Please say what should be seen differently."),
        _("Who reads this hasn’t decided before, and answers you with a reason."),
    )


class CorrectionForm(Form):
    """Why a credit is corrected, and who else has a share; the others' shares stand beside."""

    email = StringField(
        _("Somebody else: their e-mail address"),
        [Length(max=254)],
        filters=[stripped],
        render_kw={"autocomplete": "off", "maxlength": 254, "inputmode": "email"},
    )
    share = StringField(
        _("Their share"),
        filters=[stripped],
        description=_("1, or a fraction like 1/2."),
        render_kw={"autocomplete": "off", "maxlength": 37},
    )
    why = _text(
        _("Why is it corrected?"),
        _("Please give a reason."),
        _("It stands on the receipt, for recruiters and for those who are credited."),
    )

    def validate_email(self, email: StringField) -> None:
        """Somebody, where a share is written."""
        if self.share.data and not email.data:
            raise ValidationError(gettext("Write whose share it is."))

    def validate_share(self, share: StringField) -> None:
        """Something, where somebody is written."""
        if self.email.data and not share_from(share.data or ""):
            raise ValidationError(gettext("Write their share as 1 or as a fraction like 1/2."))


class AnswerForm(Form):
    """How an appeal is decided, and why."""

    outcome = RadioField(
        _("Your decision"),
        [InputRequired(_("Please decide."))],
        choices=options([("granted", _("Grant the appeal")), ("refused", _("Refuse it"))]),
    )
    answer = _text(_("Your reason"), _("Please give a reason."), _("The employee gets it by mail."))
