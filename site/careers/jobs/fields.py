"""Parts of a board's row: each takes whatever a board may have written, and gives what is sure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision, list_currencies

from careers.base.prose import plain_text, safe_html
from careers.jobs.models import PERIODS

TITLE_LONGEST, TEAM_LONGEST, ID_LONGEST, ADDRESS_LONGEST = 200, 120, 100, 500
NOTE_LONGEST = 2000
MOST_SKILLS = 40
_HIGHEST = 10**15  # minor units; beyond is a mistake


class RowRefused(ValueError):
    """One row of the answer is of no use."""


@dataclass(frozen=True)
class Salary:
    """A range in minor units of an ISO 4217 currency, for one period."""

    low: int
    high: int
    currency: str
    period: str


def source_id(value: Any) -> str:
    """The board's id of a job, as text. Raises RowRefused."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise RowRefused("The row has no id.")
    found = clean(str(value)) if isinstance(value, str) or abs(value) < 10**30 else ""
    if not found or len(found) > ID_LONGEST:
        raise RowRefused("The row has no id.")
    return found


def title(value: Any) -> str:
    """A job's title, plain. Raises RowRefused."""
    if not isinstance(value, str) or not clean(value):
        raise RowRefused("The row has no title.")
    found = clean(html.unescape(value))
    if len(found) > TITLE_LONGEST:
        raise RowRefused(f"The title is longer than {TITLE_LONGEST} characters.")
    return found


def description(value: Any, may_be_empty: bool = False) -> str:
    """A job's text as safe HTML; "" for none where a source may leave it out. Raises RowRefused."""
    if may_be_empty and not value:
        return ""
    if not isinstance(value, str):
        raise RowRefused("The row has no description.")
    try:
        safe = safe_html(_storable(value)).strip()
    except ValueError as reason:
        raise RowRefused(f"The description cannot be used: {reason}.") from None
    if not plain_text(safe):
        raise RowRefused("The row has no description.")
    return safe


def unescaped(value: Any) -> Any:
    """HTML that was escaped once or twice, as HTML. Text that is no HTML stays what it is."""
    if not isinstance(value, str):
        return value
    for _ in range(2):
        if re.search(r"<[a-zA-Z/!]", value) or "&" not in value:
            break
        value = html.unescape(value)
    return value


def clean(value: str) -> str:
    """`value` on one line, without control characters."""
    return " ".join(_storable(value).split())


def _storable(value: str) -> str:
    """Without what a database refuses: control characters, halves of characters."""
    return _CONTROLS.sub("", value).encode("utf-8", "ignore").decode()


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def text(value: Any, longest: int) -> str:
    """`value` when it is text that is not too long, else "" ."""
    found = clean(value) if isinstance(value, str) else ""
    return found if len(found) <= longest else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none when it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inside(value: Any, *names: str) -> Any:
    """What lies in objects within objects at `names`; None when a step is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def said(value: Any) -> str:
    """`value` when it is text, else ""."""
    return value if isinstance(value, str) else ""


def cut(value: Any) -> str:
    """A title for a report, however long or strange it is."""
    return clean(value)[:TITLE_LONGEST] if isinstance(value, str) else ""


def plain(value: Any) -> str:
    """The words of a piece of HTML or text, not too many."""
    if not isinstance(value, str):
        return ""
    return clean(plain_text(unescaped(value[: 10 * NOTE_LONGEST])))[:NOTE_LONGEST]


def address(value: Any) -> str:
    """A page on the web, else ""."""
    found = text(value, ADDRESS_LONGEST)
    return found if re.match(r"https?://[^\s\"<>]+$", found) else ""


def texts(values: Any, longest: int = 60) -> tuple[str, ...]:
    """The texts in a list, or in one text with commas, each once."""
    if isinstance(values, str):
        values = re.split(r"[,;]", values)
    found = (text(one, longest) for one in values) if isinstance(values, list) else ()
    return tuple(dict.fromkeys(one for one in found if one))[:MOST_SKILLS]


def moment(value: Any) -> datetime | None:
    """An ISO 8601 time with a zone, or milliseconds since 1970; None for anything else."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def day(value: Any) -> date | None:
    """The day of an ISO 8601 date or time, as its writer saw it; None for anything else."""
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


_WORKPLACES = (
    ("hybrid", r"hybrid"),
    ("remote", r"\bremote\b|t[ée]l[ée]travail|home.?office"),
    ("on-site", r"on.?site|in.?office|sur site|pr[ée]sentiel"),
)


def workplace_of(words: str) -> str | None:
    """Where one works, from a few words of a board."""
    for name, pattern in _WORKPLACES:
        if re.search(pattern, words, re.IGNORECASE):
            return name
    return None


_CONTRACTS = (
    ("apprenticeship", r"apprenti|alternan|contrat pro"),
    ("internship", r"\bintern(s|ship)?\b|\bstage\b|stagiaire|working student|praktik"),
    ("fixed-term", r"fixed.?term|\bcdd\b|d[ée]termin[ée]|limited.?term|befrist"),
    ("temporary", r"temporary|\btemp\b|int[ée]rim|seasonal|saisonn"),
    ("permanent", r"permanent|\bcdi\b|regular|unbefrist"),
    ("freelance", r"freelanc|contractor|ind[ée]pendant|\b1099\b|^contract$"),
)


def contract_of(words: str) -> str | None:
    """The kind of contract, from a few words of a board; hours alone ("Full-time") say none."""
    if re.search(r"ind[ée]termin[ée]", words, re.IGNORECASE):
        return "permanent"
    for name, pattern in _CONTRACTS:
        if re.search(pattern, words.strip(), re.IGNORECASE):
            return name
    return None


def hours_of(words: str) -> str | None:
    """Full-time or part-time, from a few words of a board; None when they say neither, or both."""
    found = [
        name
        for name, pattern in (
            ("full-time", r"full.?time|temps.?(plein|complet)|vollzeit"),
            ("part-time", r"part.?time|temps.?partiel|teilzeit|minijob"),
        )
        if re.search(pattern, words, re.IGNORECASE)
    ]
    return found[0] if len(found) == 1 else None


_SENIORITIES = (
    ("executive", r"executive|director|c.?level|dirigeant|directeur|directrice"),
    ("manager", r"manager|head of|responsable"),
    ("entry", r"entry|junior|d[ée]butant|student|intern|graduate"),
    ("senior", r"senior|\blead\b|principal|\bstaff\b|confirm[ée]"),
    ("experienced", r"experienced|mid.?level|associate|exp[ée]riment[ée]|professional"),
)


def seniority_of(words: str) -> str | None:
    """How experienced somebody should be, from a few words of a board."""
    for name, pattern in _SENIORITIES:
        if re.search(pattern, words.replace("_", "-"), re.IGNORECASE):
            return name
    return None


_SMALL_WORDS = {
    "fr": "le la les des une du et est vous nous dans pour avec sur votre notre vos nos aux qui",
    "en": "the and of to in you we with our your for is are will that this as be have team role",
    "de": "der die das und wir mit für von ist sie dich deine unser bei zu ein eine im auf",
}


def language_of(declared: Any, safe: str) -> str:
    """The language that a board declares (ISO 639-1), else that of most small words."""
    if code := language_code(declared):
        return code
    words = re.findall(r"\w+", plain_text(safe[:8_000]).lower())
    small = {code: set(listed.split()) for code, listed in _SMALL_WORDS.items()}
    counts = {code: sum(map(listed.__contains__, words)) for code, listed in small.items()}
    return max(("en", "fr", "de"), key=lambda code: counts[code])


def language_code(value: Any) -> str:
    """The ISO 639-1 code in `value` ("fr", "fr-FR", "French"), else ""."""
    found = value.strip().lower() if isinstance(value, str) else ""
    if re.fullmatch(r"[a-z]{2}([-_].{1,20})?", found):
        return found[:2] if found[:2] in Locale("en").languages else ""
    return _language_names().get(found, "")


@cache
def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for spoken in ("en", "fr", "de"):
        for code, name in Locale(spoken).languages.items():
            if len(code) == 2:
                names.setdefault(name.lower(), code)
    return names


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def salary(
    low: Any, high: Any, currency: Any, period: str | None, digits: int = 0
) -> Salary | None:
    """A salary of whole units with `digits` decimal places in `low` and `high` (2 for cents).

    None when a part is missing or absurd: a wrong salary is worse than none.
    """
    code = currency.strip().upper() if isinstance(currency, str) else ""
    if code not in _currencies() or period not in PERIODS:
        return None
    low, high = (low if high is None else high, high) if low is None else (low, high)
    high = low if high is None else high
    amounts = [_minor(amount, code, digits) for amount in (low, high)]
    if amounts[0] is None or amounts[1] is None or not 0 < amounts[0] <= amounts[1] <= _HIGHEST:
        return None
    return Salary(amounts[0], amounts[1], code, period)


def _minor(amount: Any, currency: str, digits: int) -> int | None:
    if isinstance(amount, bool) or not isinstance(amount, (int, float, str)):
        return None
    try:
        units = Decimal(str(amount)).scaleb(-digits)
        return int(units.scaleb(get_currency_precision(currency)).to_integral_value())
    except (InvalidOperation, ValueError, OverflowError):
        return None


def amount(value: Any) -> Any:
    """A number, also as "45 000,50" or "45,000.50"."""
    if not isinstance(value, str):
        return value
    text = re.sub(r"[\s\u00a0\u202f']", "", value)
    if re.fullmatch(r"\d+(,\d{1,2})?", text):
        text = text.replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    return text or None
