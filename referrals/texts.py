"""Texts to share a link with, in the language of what it leads to."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from referrals.targets import Target


def ready_text(target: Target, language: str, address: str) -> str:
    """A text to share `target` with, in `language`, ending with `address`."""
    with force_locale(language):
        place = ", ".join(target.places[:2])
        if place:
            words = gettext(
                "We are looking for someone: %(title)s, %(place)s. I work there, so ask me "
                "anything.",
                title=target.title,
                place=place,
            )
        else:
            words = gettext(
                "We are looking for someone: %(title)s. I work there, so ask me anything.",
                title=target.title,
            )
    return f"{words} {address}"
