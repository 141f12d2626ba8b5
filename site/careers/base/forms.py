"""What every form is: values kept, errors in the reader's language, and a trap for robots."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import CombinedMultiDict
from wtforms import EmailField, SelectMultipleField, StringField
from wtforms import Form as _Form
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from careers.base.languages import language
from careers.base.people import plain_email
from careers.base.topics import MOST_TOPICS, TOPIC_LONGEST

_ = lazy_gettext


class Form(_Form):
    """A form filled from the request, or from keyword arguments when nothing was sent.

    The token against forged requests is checked for every unsafe request in `careers.base.web`.
    """

    def __init__(self, **values: Any) -> None:
        """`values` fill the fields when the page is first shown."""
        handed_in: list[Any] = [request.files, request.form]
        sent = CombinedMultiDict(handed_in) if request.method == "POST" else None
        values = {"formdata": sent, "meta": {"locales": [language()]}} | values
        super().__init__(**values)

    def sent_and_valid(self) -> bool:
        """Whether the form was sent and holds."""
        return request.method == "POST" and self.validate()


class AnonymousForm(Form):
    """A form that needs no account, with a field that people don't see and robots fill in."""

    website = StringField(_("Leave this empty"))

    def validate_website(self, field: StringField) -> None:
        """Refuse whoever fills what people cannot see."""
        if field.data:
            raise ValidationError(gettext("This looks like it was sent by a robot."))


class CheckboxesField(SelectMultipleField):
    """Several choices, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TopicsField(StringField):
    """Topics, with commas between them."""

    def names(self) -> tuple[str, ...]:
        """What was typed, in its order, each name once."""
        written = (" ".join(name.split()) for name in (self.data or "").split(","))
        return tuple(dict.fromkeys(name for name in written if name))

    def pre_validate(self, form: Any) -> None:
        """Keep the list of topics readable."""
        if len(self.names()) > MOST_TOPICS:
            raise ValidationError(
                gettext("Please choose at most %(count)s topics.", count=MOST_TOPICS)
            )
        for name in self.names():
            if len(name) > TOPIC_LONGEST:
                raise ValidationError(
                    gettext(
                        "A topic has at most %(count)s characters: “%(start)s…” is longer.",
                        count=TOPIC_LONGEST,
                        start=name[:20].rstrip(),
                    )
                )


def options(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    """What a select or radio field offers, from (value, words)."""
    return [SelectChoice(value, words) for value, words in pairs]


def stripped(value: str | None) -> str:
    """A filter for text fields: without spaces around, and without control characters."""
    kept = (sign for sign in value or "" if sign >= " " or sign in "\n\t")
    return "".join(kept).strip()


def address_field() -> Any:
    """A field for the address of whoever has no account: one that mail can be sent to."""
    return EmailField(
        _("Your e-mail address"),
        [InputRequired(_("Please tell us where we can write to you.")), _is_address],
        filters=[stripped],
        render_kw={"autocomplete": "email", "maxlength": 254},
    )


def _is_address(_form: _Form, field: EmailField) -> None:
    try:
        field.data = plain_email(field.data or "")
    except ValueError:
        raise ValidationError(
            str(_("This does not look like an e-mail address, like name@example.com."))
        ) from None
