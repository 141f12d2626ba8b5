"""Where a job is done: a place as it was given, and what of it is known for certain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale

NAME_LONGEST = 120
MOST_PLACES = 30


@dataclass(frozen=True)
class Place:
    """A place as it was given (`name`) and what is known of it; "" where that isn't known."""

    name: str
    city: str = ""
    region: str = ""  # a state, a county, as it was given
    country: str = ""  # ISO 3166, two letters
    street: str = ""
    postal_code: str = ""


def country_code(value: Any) -> str:
    """`value` when it is an ISO 3166 code of two letters, or names a country; else ""."""
    found = value.strip() if isinstance(value, str) else ""
    if re.fullmatch("[A-Za-z]{2}", found) and found.upper() in Locale("en").territories:
        return found.upper()
    return _country_names().get(found.lower(), "")


@cache
def _country_names() -> dict[str, str]:
    names = {"uk": "GB", "usa": "US", "u.s.": "US", "u.s.a.": "US", "uae": "AE", "us": "US"}
    for language in ("en", "fr", "de"):
        for code, name in Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code):
                names.setdefault(name.lower(), code)
    del names["georgia"]  # more often the state
    return names


def country_of(name: str) -> str:
    """The country that a place's name names ("London, UK", "Remote - France"); else ""."""
    for part in reversed(re.split(r"[,;|/()]|\s[-–—]\s|\b(?:Remote|Télétravail)\b", name)):
        if found := _country_names().get(part.strip(" -–—:").lower()):
            return found
    return ""


_NO_CITY = re.compile(
    r"remote|t[ée]l[ée]travail|anywhere|worldwide|home.?office|europe|\bemea\b|\bapac\b|\bamer|"
    r"\blatam\b|\bdach\b|nationwide|multiple|several|plusieurs|distributed|hybrid|global|various",
    re.IGNORECASE,
)


def read_place(name: str, country: str = "") -> Place:
    """A place of which only the name was given, with its parts where the name is plain.

    >>> read_place("Chicago, IL", "US")
    Place(name='Chicago, IL', city='Chicago', region='IL', country='US', street='', postal_code='')
    """
    parts = [part.strip() for part in name.split(",") if part.strip()]
    known = country_of(name) or country
    if parts and _country_names().get(parts[-1].lower()):
        parts = parts[:-1]
    if not parts or len(parts) > 2 or any(_NO_CITY.search(part) for part in parts):
        return Place(name, country=known)
    return Place(name, city=parts[0], region=parts[1] if len(parts) > 1 else "", country=known)


def each_once(places: Iterable[Place]) -> tuple[Place, ...]:
    """`places` in their order, each name once, no more than a job may have."""
    found: dict[str, Place] = {}
    for place in places:
        if place.name:
            found.setdefault(place.name, place)
    return tuple(found.values())[:MOST_PLACES]


def remote_from(workplace: str | None, places: Iterable[Place]) -> tuple[str, ...]:
    """From which countries one may work at home all the time: those of its places."""
    if workplace != "remote":
        return ()
    return tuple(dict.fromkeys(place.country for place in places if place.country))


def host_of(board: str, domain: str) -> str:
    """The host of a board: its name below the source's domain, or the whole host it was given."""
    return board if "." in board else f"{board}.{domain}"
