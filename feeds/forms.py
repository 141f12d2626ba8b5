"""What an employee fills in about a feed, and an editor about what they show."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from careers.base.forms import Form, options, stripped
from careers.base.languages import LANGUAGES, named

RULES = [
    ("everything", _("Show everything that comes")),
    ("with words", _("Show only what has one of these tags or words")),
    ("one by one", _("Show nothing before I have looked at it")),
]
MOST_WORDS = 20


class AddressForm(Form):
    """Which feed to look at."""

    url = StringField(
        _("Address of the feed, of a page that has one, or of your page elsewhere"),
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
    words = StringField(
        _("Tags or words"),
        [Length(max=600)],
        filters=[stripped],
        description=_("Separated by commas: energy, open source"),
    )

    def validate_words(self, field: StringField) -> None:
        """Whoever wants only what has words must say which."""
        if self.shows.data == "with words" and not self.chosen_words():
            raise ValidationError(gettext("Please give at least one tag or word."))

    def chosen_words(self) -> list[str]:
        """The words, each once."""
        found = (word.strip().lstrip("#").strip() for word in (self.words.data or "").split(","))
        return list(dict.fromkeys(word[:60] for word in found if word))[:MOST_WORDS]


class LanguageForm(Form):
    """What language a feed is in."""

    language = SelectField(
        _("Language"),
        default="",
        description=_("Whoever reads in this language sees it before others."),
    )

    def __init__(self, declared: str = "", **values: Any) -> None:
        """`declared` is the code of the language that the feed says, "" for none."""
        super().__init__(**values)
        as_said = gettext("As the feed says: %(language)s", language=named(declared))
        rest = "", as_said if declared else gettext("Another language")
        self.language.choices = options([*LANGUAGES.items(), rest])

    def chosen_language(self) -> str | None:
        """The code of the language, None for what the feed says."""
        return self.language.data or None


class SubscribeForm(AddressForm, RuleForm, LanguageForm):
    """A feed that was looked at, what of it to show, and what language it is in."""


class ReasonForm(Form):
    """Why an editor takes something of somebody's out of sight; they read it."""

    why = TextAreaField(
        _("Why? They read it."),
        [DataRequired(_("Please tell them why.")), Length(max=300)],
        filters=[stripped],
        render_kw={"rows": 2},
    )
