"""What every board's adapter gives: jobs as values, and the rows it had to refuse with the reason.

Adapters are pure: the answer's bytes in, values out.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision, list_currencies

from careers.base.prose import plain_text, safe_html
from careers.jobs.models import PERIODS

LARGEST = 32 * 1024 * 1024  # bytes of an answer
MOST_JOBS = 20_000
TITLE_LONGEST, PLACE_LONGEST, TEAM_LONGEST, ID_LONGEST = 200, 120, 120, 100
MOST_PLACES = 30
SANITISER = "1"  # part of what is compared: when the rules for HTML change, count this up
_HIGHEST = 10**15  # minor units; beyond is a mistake


class InvalidAnswer(ValueError):
    """The answer as a whole is of no use; nothing is concluded from it."""


class RowRefused(ValueError):
    """One row of the answer is of no use."""


@dataclass(frozen=True)
class Salary:
    """A range in minor units of an ISO 4217 currency, for one period."""

    low: int
    high: int
    currency: str
    period: str


@dataclass(frozen=True)
class ImportedJob:
    """A job as a board describes it. `description_html` is safe."""

    source_id: str
    title: str
    description_html: str
    team: str
    locations: tuple[str, ...]
    country: str | None
    workplace: str | None
    contract: str | None
    salary: Salary | None
    language: str
    opened_at: datetime | None
    apply_until: date | None

    @property
    def content_hash(self) -> str:
        """What changes when, and only when, something of the job changes."""
        canonical = json.dumps(
            [SANITISER, asdict(self)], default=str, sort_keys=True, ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class RefusedRow:
    """A row that was left out; `id` is empty when it had none."""

    id: str
    title: str
    why: str


@dataclass(frozen=True)
class Answer:
    """What a board said: its jobs, and what of it had to be refused."""

    jobs: tuple[ImportedJob, ...]
    refused: tuple[RefusedRow, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids that are on the board, refused rows included: those jobs are not gone."""
        return frozenset({job.source_id for job in self.jobs} | {row.id for row in self.refused})

    @property
    def names_all(self) -> bool:
        """Whether every row says which job it is; otherwise any job may still be on the board."""
        return all(row.id for row in self.refused)


def decoded(answer: bytes | str | Any) -> Any:
    """`answer` as parsed JSON; it may be parsed already. Raises InvalidAnswer."""
    if isinstance(answer, (bytes, str)):
        if len(answer) > LARGEST:
            raise InvalidAnswer(f"The answer is larger than {LARGEST // 1024**2} MB.")
        if not answer.strip():
            raise InvalidAnswer("The answer is empty.")
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise InvalidAnswer("The answer is not JSON.") from None
    return answer


def answer_of(rows: list[Any], read: Callable[[dict[str, Any]], ImportedJob]) -> Answer:
    """`rows` read one by one; a row that cannot be read is refused and the others go on."""
    if len(rows) > MOST_JOBS:
        raise InvalidAnswer(f"The answer has more than {MOST_JOBS} jobs.")
    jobs: dict[str, ImportedJob] = {}
    refused = []
    for row in rows:
        try:
            if not isinstance(row, dict):
                raise RowRefused("The row is not an object.")
            job = read(row)
            if job.source_id in jobs:
                raise RowRefused("The same id stands in this answer twice; the first was taken.")
            jobs[job.source_id] = job
        except RowRefused as reason:
            refused.append(RefusedRow(_id_of(row), _title_of(row), str(reason)))
    return Answer(tuple(jobs.values()), tuple(refused))


def _id_of(row: Any) -> str:
    try:
        return source_id(row.get("id")) if isinstance(row, dict) else ""
    except RowRefused:
        return ""


def _title_of(row: Any) -> str:
    title = row.get("title") or row.get("text") if isinstance(row, dict) else None
    return clean(title)[:TITLE_LONGEST] if isinstance(title, str) else ""


# -- parts of a row ------------------------------------------------------------------------------


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


def description(value: Any) -> str:
    """A job's text as safe HTML. Raises RowRefused."""
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
    kept = "".join(s for s in value if s >= " " or s in "\n\t\r")
    return kept.encode("utf-8", "ignore").decode()


def text(value: Any, longest: int) -> str:
    """`value` when it is text that is not too long, else "" ."""
    found = clean(value) if isinstance(value, str) else ""
    return found if len(found) <= longest else ""


def places(values: Iterable[Any]) -> tuple[str, ...]:
    """The places named, each once, in their order."""
    found = (text(value, PLACE_LONGEST) for value in values)
    return tuple(dict.fromkeys(place for place in found if place))[:MOST_PLACES]


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


def country_code(value: Any) -> str | None:
    """`value` when it is an ISO 3166 code of two letters."""
    found = value.strip().upper() if isinstance(value, str) else ""
    return found if re.fullmatch("[A-Z]{2}", found) and found in Locale("en").territories else None


@cache
def _country_names() -> dict[str, str]:
    names = {"uk": "GB", "usa": "US", "u.s.": "US", "u.s.a.": "US", "uae": "AE", "us": "US"}
    for language in ("en", "fr", "de"):
        for code, name in Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code):
                names.setdefault(name.lower(), code)
    del names["georgia"]  # more often the state
    return names


def country_of(place: str) -> str | None:
    """The country that `place` names ("London, UK", "Remote - France"); None when it names none."""
    for part in reversed(re.split(r"[,;|/()]|\s[-–—]\s|\b(?:Remote|Télétravail)\b", place)):
        if found := _country_names().get(part.strip(" -–—:").lower()):
            return found
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


_SMALL_WORDS = {
    "fr": r"le|la|les|des|une|du|et|est|vous|nous|dans|pour|avec|sur|votre|notre|vos|nos|aux|qui",
    "en": r"the|and|of|to|in|you|we|with|our|your|for|is|are|will|that|this|as|be|have|team|role",
}


def language_of(declared: Any, safe: str) -> str:
    """The language a board declares if it is one of ours, else that of most small words."""
    if isinstance(declared, str) and declared[:2].lower() in {"en", "fr"}:
        return declared[:2].lower()
    words = plain_text(safe).lower()[:20_000]
    counts = {code: len(re.findall(rf"\b(?:{w})\b", words)) for code, w in _SMALL_WORDS.items()}
    return "fr" if counts["fr"] > counts["en"] else "en"


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


def with_country(job: ImportedJob, others: Iterable[str] = ()) -> ImportedJob:
    """`job` with the country that its places, or else `others`, name."""
    if job.country:
        return job
    named = (country_of(place) for place in (*job.locations, *others))
    return replace(job, country=next((code for code in named if code), None))
