"""The forms of administrators."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, ColorField, FileField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from careers.base.admin.logos import NotALogo, logo
from careers.base.company import FACTS
from careers.base.forms import CheckboxesField, Form, options, stripped

_ = lazy_gettext


class CompanyForm(Form):
    """Name, words, colour and logo of the company."""

    name = StringField(_("Company name"), [DataRequired(), Length(max=80)], filters=[stripped])
    tagline_en = StringField(
        _("One sentence about the company, in English"), [Length(max=200)], filters=[stripped]
    )
    tagline_fr = StringField(
        _("One sentence about the company, in French"), [Length(max=200)], filters=[stripped]
    )
    website = StringField(_("Website"), [Length(max=300)], filters=[stripped])
    colour = ColorField(
        _("Colour"),
        [DataRequired()],
        filters=[stripped],
        description=_("One colour is enough: what is needed for good contrast is computed."),
    )
    logo = FileField(
        _("Logo"), description=_("PNG, JPEG or WebP, at most 5 MB. It is made smaller if need be.")
    )
    no_logo = BooleanField(_("Remove the present logo"))
    internal = CheckboxesField(
        _("What stays internal"),
        choices=[],
        description=_(
            "What the personnel system says of people and nobody else reads: it stands on no page "
            "for everybody, in no feed, card or search, and jobs are not matched by it."
        ),
    )

    made_logo: bytes | None = None  # what was handed in, as it will be kept

    def __init__(self, **values: Any) -> None:
        """With what the personnel system says, in words."""
        super().__init__(**values)
        words = (gettext("Job title"), gettext("Team"), gettext("Office"))
        self.internal.choices = options(zip(FACTS, words, strict=True))

    def validate_website(self, field: StringField) -> None:
        """Only an address that a browser opens."""
        if not field.data:
            return
        try:
            parts = urlsplit(field.data)
        except ValueError:
            raise ValidationError(
                gettext("A website looks like https://www.example.com.")
            ) from None
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise ValidationError(gettext("A website looks like https://www.example.com."))

    def validate_colour(self, field: ColorField) -> None:
        """Only six hexadecimal digits: the value is put into a style sheet."""
        field.data = (field.data or "").lower()
        if not re.fullmatch(r"#[0-9a-f]{6}", field.data):
            raise ValidationError(gettext("A colour looks like #d2371f."))

    def validate_logo(self, field: FileField) -> None:
        """Only a picture; it is made anew at once."""
        sent = field.data
        if not sent or not getattr(sent, "filename", ""):
            return
        try:
            self.made_logo = logo(sent.read())
        except NotALogo as refused:
            raise ValidationError(
                {
                    "large": gettext("This file is larger than 5 MB."),
                    "pixels": gettext("This picture has more than 25 million pixels."),
                    "kind": gettext("This is not a PNG, JPEG or WebP picture."),
                    "broken": gettext("This picture is damaged: it could not be read to its end."),
                }[refused.reason]
            ) from None
