"""Phone numbers as people write them, and as they are kept: E.164 (ITU-T), `+33612345678`."""

from __future__ import annotations

from babel.core import get_global
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    parse,
)


def plain_phone(text: str, region: str | None) -> str:
    """`text` as E.164; `region` (ISO 3166) is where numbers are meant that don't begin with a
    country. Raises ValueError for what can't be called: too short, too long, no digits. Whether a
    number is given out is not asked: new ones are, every month."""
    try:
        number = parse(text, region)
    except NumberParseException as error:
        raise ValueError(str(error)) from None
    if not is_possible_number(number):
        raise ValueError("too short or too long")
    return format_number(number, PhoneNumberFormat.E164)


def shown_phone(phone: str) -> str:
    """A number as it is kept, spaced for people: `+33 6 12 34 56 78`."""
    return format_number(parse(phone), PhoneNumberFormat.INTERNATIONAL) if phone else ""


def region_of(zone: str) -> str | None:
    """The country (ISO 3166) of a time zone such as `Europe/Paris`."""
    found: str | None = get_global("zone_territories").get(zone)
    return found
