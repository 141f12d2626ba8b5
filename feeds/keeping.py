"""What is kept of one item of a feed, whatever it was written in: the same for every reader.

Runs in the process that may be killed (`feeds.parsing_child`), for what comes here is not yet safe.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from careers.base import prose

MOST_ENTRIES, MOST_LINKS, MOST_TAGS = 100, 20, 20
HTML_LONGEST, TITLE_LONGEST, WORDS_LONGEST, EXCERPT_LONGEST = 32_768, 300, 120, 600
URL_LONGEST, TAG_LONGEST = 2_000, 60
MOST_SHARE = 2  # entries that show one picture
ATTACHED = (
    "picture_url", "picture_alt", "media_url", "media_type", "media_seconds", "media_bytes",
)  # fmt: skip

# Signs that nobody sees, that turn the direction of what follows, or that are no characters at all.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Picture:
    """A picture where it lies, and the words for who cannot see it; "" for none."""

    url: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Media:
    """Something to hear or to watch where it lies: its type, how long and how large it says it is;
    0 where it doesn't."""

    url: str = ""
    type: str = ""
    seconds: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Whole:
    """All that an item says, as HTML, and the address that links in it are meant from ("" for that
    of the item)."""

    html: str = ""
    base: str = ""


def kept(entries: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
    """The entries that can be shown, once each, and how many could not.

    A picture that many of them share is the mark of their feed, and no picture of any of them.
    """
    found: dict[str, dict[str, Any]] = {}
    dropped = 0
    for entry in entries:
        if entry is None:
            dropped += 1
        else:
            found.setdefault(entry["key"], entry)
    shared = Counter(entry["picture_url"] for entry in found.values())
    for entry in found.values():
        if shared[entry["picture_url"]] > MOST_SHARE:
            entry["picture_url"] = entry["picture_alt"] = ""
        entry["content_hash"] = _hash("\n".join(_content(entry)))
    return {"entries": list(found.values()), "dropped": dropped}


def _content(entry: dict[str, Any]) -> list[str]:
    """What makes an entry another one than before. Without a picture or anything to hear it is its
    words alone: as it was before there were any."""
    words = [entry["url"], entry["title"], entry["excerpt"], *entry["tags"]]
    attached = [str(entry[name]) for name in ATTACHED]
    return words + attached if any(entry[name] for name in ATTACHED) else words


def entry(
    *,
    identity: str,
    links: Sequence[str],
    base: str,
    title: str,
    html: str,
    published: str | None,
    tags: Iterable[str] = (),
    picture: Picture = Picture(),
    media: Media = Media(),
    whole: Whole = Whole(),
) -> dict[str, Any] | None:
    """One entry as it is kept; None without a link to its original, or without any words."""
    link = next((found for found in (whole_link(base, one) for one in links) if found), None)
    excerpt = prose.excerpt(plain(html), EXCERPT_LONGEST)
    plain_title = short_title(title)
    if link is None or not (plain_title or excerpt):
        return None
    has_title = bool(plain_title)
    shown = plain_title if has_title else prose.excerpt(excerpt, WORDS_LONGEST)
    said = _tags(tags)
    return {
        "key": _hash(identity or link),
        "url": link,
        "title": shown,
        "has_title": has_title,
        "excerpt": excerpt,
        "published": published,
        "tags": said,
        "picture_url": picture.url,
        "picture_alt": picture.alt,
        "media_url": media.url,
        "media_type": media.type,
        "media_seconds": media.seconds,
        "media_bytes": media.bytes,
        "whole": whole,
    }


def whole_text(entry: Mapping[str, Any]) -> str:
    """All that `entry` says, as safe HTML; "" where its excerpt says as much, or it is too long or
    too nested to be shown."""
    said, link = entry["whole"], entry["url"]
    base = whole_link(link, said.base) or link
    html = without_controls(said.html[: prose.HTML_LONGEST + 1])
    try:
        text = prose.text_from_elsewhere(html, lambda address: _address(base, address))
    except ValueError:
        return ""
    text = without_controls(text)  # references to them are signs by now
    return text if len(prose.plain_text(text)) > len(entry["excerpt"]) else ""


def whole_link(base: str, link: str) -> str | None:
    """`link` as a whole http(s) address, None when it is anything else, or `base` itself."""
    found = _address(base, link)
    return None if found == base else found  # what "" and "//" lead to: the feed itself


def _address(base: str, link: str) -> str | None:
    if not str(link).strip():
        return None
    try:
        found = urljoin(base, str(link).strip())
        parts = urlsplit(found)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(found) > URL_LONGEST:
        return None
    if parts.username is not None or any(sign <= " " or sign in '\\"<>\x7f' for sign in found):
        return None
    return None if _CONTROL.search(found) else found


def short_title(html: str) -> str:
    """The words of a title."""
    return prose.excerpt(plain(html[:2_000]), TITLE_LONGEST)


def plain(html: str) -> str:
    """The words of `html`; none when it nests more deeply than any honest text."""
    try:
        words = prose.plain_text(prose.safe_html(without_controls(html[:HTML_LONGEST])))
    except ValueError:
        return ""
    return without_controls(words)


def without_controls(text: str) -> str:
    """`text` without signs that nobody sees, or that turn the direction of what follows."""
    return _CONTROL.sub("", text)


def escaped(text: str) -> str:
    """Plain `text` as HTML that says the same."""
    return text[:HTML_LONGEST].replace("&", "&amp;").replace("<", "&lt;")


def _tags(names: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in names:
        tag = prose.excerpt(plain(str(name)[:500]).lstrip("#").strip(), TAG_LONGEST)
        if tag:
            found.setdefault(tag.casefold(), tag)
        if len(found) == MOST_TAGS:
            break
    return list(found.values())


def language(text: str) -> str:
    """The code of a language, "" for what is none."""
    text = str(text).strip()
    return text if len(text) <= 16 and _LANGUAGE.fullmatch(text) else ""


def moment(text: str) -> str | None:
    """An ISO 8601 moment in UTC; without a zone it is taken for that. None for what is none."""
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC).isoformat() if found.year >= 1970 else None
    except OverflowError:
        return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
