"""What an employee fills in about a feed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from careers.base.forms import Form, options, stripped

RULES = [
    ("everything", _("Show everything that comes")),
    ("one by one", _("Show nothing before I have looked at it")),
]


class AddressForm(Form):
    """Which feed to look at."""

    url = StringField(
        _("Address of the feed, or of a page that has one"),
        [InputRequired(_("Please give an address.")), Length(max=2000)],
        filters=[stripped],
    )


class RuleForm(Form):
    """What of a feed is shown."""

    shows = RadioField(
        _("What do you want to show?"),
        [InputRequired()],
        choices=options(RULES),
        default="everything",
    )


class SubscribeForm(AddressForm, RuleForm):
    """A feed that was looked at, and what of it to show."""
