"""The forms in which the rule of credit is chosen, and in which those who pass a link on say who
they are."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from careers.base.forms import AnonymousForm, Form, address_field, options, stripped
from referrals.passers import NAME_LONGEST
from referrals.previewing import DAYS
from referrals.rules import HALF_LIFE_DAYS, RULES, TIME_DECAY, rule_named
from referrals.terms import MOST_DAYS, Terms

_ = lazy_gettext
RULE_WORDS = {
    "last_touch": _("All of it to whoever came last before the application"),
    "last_non_direct": _("The same, but an address alone counts only where nothing else is"),
    "first_touch": _("All of it to whoever came first"),
    "linear": _("The same to every touch"),
    "time_decay": _("More to what is closer: half as much with each half-life"),
    "position": _("40 % to the first, 40 % to the last, 20 % to all between"),
}
assert RULE_WORDS.keys() == RULES.keys()


class TermsForm(Form):
    """A rule with its numbers, and how much of the past to try it on."""

    rule = RadioField(
        _("Who is credited"), choices=options(RULE_WORDS.items()), validators=[InputRequired()]
    )
    window_days = IntegerField(
        _("Window, in days"),
        [InputRequired(), NumberRange(1, MOST_DAYS)],
        description=_("How long before an application a touch still counts."),
    )
    half_life_days = IntegerField(
        _("Half-life, in days"),
        [Optional(), NumberRange(1, MOST_DAYS)],
        description=_("Only where what is closer counts more."),
    )
    ownership_days = IntegerField(
        _("Ownership, in days"),
        [Optional(), NumberRange(1, MOST_DAYS)],
        description=_(
            "For so long a candidate belongs to whoever brought them first. Empty: nobody owns "
            "a candidate."
        ),
    )
    days = RadioField(
        _("Try it on the applications of the last"),
        choices=options((str(days), words) for days, words in zip(
            DAYS, (_("30 days"), _("90 days"), _("year")), strict=True
        )),
        validators=[InputRequired()],
    )  # fmt: skip

    @property
    def terms(self) -> Terms:
        """What a valid form says."""
        name = str(self.rule.data)
        half_life = {"half_life_days": self.half_life_days.data or HALF_LIFE_DAYS}
        parameters = half_life if name == TIME_DECAY.name else {}
        assert self.window_days.data is not None
        rule = rule_named(name, RULES[name].version, parameters)
        return Terms(rule, self.window_days.data, self.ownership_days.data)


def filled_with(terms: Terms, days: int) -> TermsForm:
    """The form as it stands when `terms` are in force."""
    return TermsForm(
        rule=terms.rule.name,
        window_days=terms.window_days,
        half_life_days=terms.rule.parameters.get("half_life_days"),
        ownership_days=terms.ownership_days,
        days=str(days),
    )


class CorrectionForm(AnonymousForm):
    """How somebody who passed a link on is called, and who may know it."""

    name = StringField(
        _("Your name"),
        [
            InputRequired(_("Please tell us your name.")),
            Length(max=NAME_LONGEST, message=_("Please keep your name under 80 characters.")),
        ],
        filters=[stripped],
        render_kw={"autocomplete": "name", "maxlength": NAME_LONGEST},
    )
    tells_sharer = BooleanField(_("Tell my name to the employee whose link it was"))


class PasserForm(CorrectionForm):
    """The same, with a mailbox that will be asked."""

    email = address_field()
