"""What an employee fills in about themselves."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    FieldList,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from careers.base.fetching import Allow, Unreachable, checked_address
from careers.base.forms import Form, options, stripped
from careers.base.topics import MOST_TOPICS, TOPIC_LONGEST
from experts.editing import BIOGRAPHY_LONGEST, NETWORKS, Profile

_ = lazy_gettext

LANGUAGES_SPOKEN = (
    "fr", "en", "ar", "bg", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "ga", "he", "hi",
    "hr", "hu", "it", "ja", "ko", "lt", "lv", "mt", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl",
    "sv", "tr", "uk", "vi", "zh",
)  # fmt: skip
SPARE_ROWS = 3


class CheckboxesField(SelectMultipleField):
    """Several choices, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class NetworkForm(PlainForm):
    """One link to oneself elsewhere; an empty one is left out."""

    kind = SelectField(_("Network"), choices=[], default="website")
    url = StringField(_("Address"), filters=[stripped])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        words = NETWORKS | {"website": gettext("Website"), "other": gettext("Other")}
        self.kind.choices = options(words.items())

    def validate_url(self, field: StringField) -> None:
        """Take only addresses of pages: they are links for everybody."""
        if not field.data:
            return
        try:
            address = checked_address(field.data, Allow(any_port=True))
        except Unreachable as error:
            raise ValidationError(gettext(error.reason)) from None
        if len(address) > 500:
            raise ValidationError(gettext("This address is too long."))
        field.data = address


class ProfileForm(Form):
    """What a person says about themselves."""

    headline = StringField(
        _("What you do, in one sentence"),
        [Length(max=200, message=_("Please stay under 200 characters."))],
        filters=[stripped],
        description=_("It stands below your name. The page cannot be shown without it."),
    )
    biography = TextAreaField(
        _("About you"),
        [Length(max=BIOGRAPHY_LONGEST, message=_("This text is too long."))],
        filters=[stripped],
        description=_("Markdown: **bold**, *italic*, lists, links."),
    )
    topics = CheckboxesField(_("What you know about"), choices=[])
    new_topics = StringField(
        _("Further topics, with commas between them"),
        [Length(max=600, message=_("This text is too long."))],
        filters=[stripped],
    )
    languages = CheckboxesField(_("Languages you speak"), choices=[])
    ask_me_about = StringField(
        _("Ask me about"),
        [Length(max=200, message=_("Please stay under 200 characters."))],
        filters=[stripped],
        description=_("What a visitor could start a conversation with."),
    )
    networks = FieldList(FormField(NetworkForm), _("Where else you can be found"), max_entries=12)

    def validate_new_topics(self, field: StringField) -> None:
        """Keep the list of topics readable."""
        if len(self._topic_names()) > MOST_TOPICS:
            raise ValidationError(
                gettext("Please choose at most %(count)s topics.", count=MOST_TOPICS)
            )
        for name in self._topic_names():
            if len(name) > TOPIC_LONGEST:
                raise ValidationError(
                    gettext(
                        "A topic has at most %(count)s characters: “%(start)s…” is longer.",
                        count=TOPIC_LONGEST,
                        start=name[:20].rstrip(),
                    )
                )

    def _topic_names(self) -> list[str]:
        written = [" ".join(part.split()) for part in (self.new_topics.data or "").split(",")]
        return [*(self.topics.data or []), *(name for name in written if name)]

    def profile(self) -> Profile:
        """What was filled in."""
        return Profile(
            headline=" ".join((self.headline.data or "").split()),
            biography=self.biography.data or "",
            topics=tuple(self._topic_names()),
            languages=tuple(self.languages.data or ()),
            ask_me_about=" ".join((self.ask_me_about.data or "").split()),
            networks=tuple(
                (row.form.kind.data, row.form.url.data)
                for row in self.networks
                if row.form.url.data
            ),
        )
