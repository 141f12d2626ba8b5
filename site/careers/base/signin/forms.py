"""The forms of signing in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext, lazy_gettext
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from careers.base.forms import Form, options, stripped
from careers.base.languages import LANGUAGES
from careers.base.people import plain_email
from careers.base.signin import passwords

_ = lazy_gettext


def refuse_weak(password: str, context: Iterable[str]) -> None:
    """Raise ValidationError, in the reader's language, when `password` is weak."""
    reason = passwords.weakness(password, context)
    if reason is None:
        return
    raise ValidationError(
        {
            "short": gettext("This is too short: a password has at least 8 characters."),
            "long": gettext("This is too long: a password has at most 200 characters."),
            "common": gettext("This is one of the passwords that are tried first."),
            "personal": gettext(
                "This is little more than your name, your address or the company's name."
            ),
        }[reason]
    )


def valid_email(_form: Any, field: StringField) -> None:
    """A validator: an address as it is stored, put into the field."""
    try:
        field.data = plain_email(field.data or "")
    except ValueError:
        raise ValidationError(gettext("This is not an e-mail address.")) from None


class SignInForm(Form):
    """Address and password."""

    email = StringField(_("E-mail"), [DataRequired(), Length(max=254)], filters=[stripped])
    password = PasswordField(_("Password"), [InputRequired(), Length(max=1000)])


class ForgotForm(Form):
    """The address to which a link to set a password is sent."""

    email = StringField(_("E-mail"), [DataRequired(), Length(max=254)], filters=[stripped])


class _NewPassword(Form):
    """A form with a new password; `context` are words it must not consist of."""

    new_password = PasswordField(
        _("New password"),
        [InputRequired()],
        description=_("At least 8 characters, better 15 or more. A few words make a good one."),
    )

    def __init__(self, context: Iterable[str] = (), **values: Any) -> None:
        self.context = list(context)
        super().__init__(**values)

    def validate_new_password(self, field: PasswordField) -> None:
        """Refuse a weak one."""
        refuse_weak(field.data or "", self.context)


class SetPasswordForm(_NewPassword):
    """A first or another password, by a link."""


class ChangePasswordForm(_NewPassword):
    """Another password, by whoever knows the present one."""

    old_password = PasswordField(_("Present password"), [InputRequired(), Length(max=1000)])


class LinkForm(Form):
    """The password once more, before an account is linked to single sign-on."""

    password = PasswordField(_("Password"), [InputRequired(), Length(max=1000)])


class PreferencesForm(Form):
    """The language of mail, and the zone in which times are shown."""

    language = SelectField(
        _("Language of mail"),
        choices=options(LANGUAGES.items()),
    )
    time_zone = SelectField(_("Time zone"), filters=[lambda value: value or ""])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        names = [(name, name.replace("_", " ")) for name in zones()]
        self.time_zone.choices = options([("", gettext("As the company")), *names])


class SetupForm(Form):
    """The company and the first administrator."""

    company = StringField(_("Company name"), [DataRequired(), Length(max=80)], filters=[stripped])
    name = StringField(_("Your name"), [DataRequired(), Length(max=120)], filters=[stripped])
    email = StringField(
        _("Your e-mail"), [DataRequired(), Length(max=254), valid_email], filters=[stripped]
    )
    password = PasswordField(
        _("Password"),
        [InputRequired()],
        description=_("At least 8 characters, better 15 or more. A few words make a good one."),
    )

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a weak one."""
        context = [self.company.data, self.name.data, *(self.email.data or "").split("@")]
        refuse_weak(field.data or "", [text or "" for text in context])


@cache
def zones() -> list[str]:
    """The names of time zones that people would choose."""
    return sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/", "US/"))
    )
