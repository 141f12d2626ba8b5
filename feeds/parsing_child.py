"""The process that opens what strangers send: bytes on stdin, JSON on stdout, nothing else.

It may be killed at any time, and is given little: five seconds of processor and half a gigabyte.
`feeds.parsing` starts it and reads what it says.
"""

from __future__ import annotations

import calendar
import hashlib
import io
import json
import re
import resource
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from careers.base import prose

CPU_SECONDS, MEMORY = 5, 512 * 1024 * 1024
MOST_ENTRIES, MOST_LINKS = 100, 20
MOST_OWN = 200
HTML_LONGEST, TITLE_LONGEST, WORDS_LONGEST, EXCERPT_LONGEST = 32_768, 300, 120, 600
URL_LONGEST = 2_000
HEAD_LONGEST = 200_000  # where a page says which feeds it has
FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
JSON_FEED = re.compile(r"https?://(www\.)?jsonfeed\.org/version/1")

_PROLOG = re.compile(rb"<[A-Za-z_]")  # where the root element begins
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ENDS = {b"rss": (b"</item>", b"</channel></rss>"), b"feed": (b"</entry>", b"</feed>"),
         b"rdf:RDF": (b"</item>", b"</rdf:RDF>")}  # fmt: skip


class Refused(Exception):
    """What was sent is not read; the argument is a code that `feeds.parsing` has words for."""


def main() -> None:
    """Read stdin, write the result, whatever it is."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    url, content_type = sys.argv[1], sys.argv[2]
    body = sys.stdin.buffer.read()
    try:
        result = read(body, url, content_type)
    except Refused as refusal:
        result = {"refused": str(refusal)}
    except (MemoryError, RecursionError):
        result = {"refused": "too much"}
    sys.stdout.write(json.dumps(result))


def read(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    """The feed in `body`, or the feeds that a page names. Raises Refused."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return _json_feed(body, url)
    if start != b"<" and body[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        raise Refused("not a feed")
    if _is_page(body):
        return {"alternates": _alternates(body, url), "own_pages": _own_pages(body, url)}
    if _declares_a_type(body):
        raise Refused("doctype")
    return _xml_feed(_first_entries(body), url, content_type)


# -- XML -------------------------------------------------------------------------------------


def _is_page(body: bytes) -> bool:
    start = body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html")) or b"<html" in start[:1_000]


def _declares_a_type(body: bytes) -> bool:
    """Whether a DOCTYPE stands before the root element, in whatever width of characters."""
    narrow = body.replace(b"\x00", b"") if b"\x00" in body[:64] else body
    root = _PROLOG.search(narrow)
    prolog = narrow[: root.start()] if root else narrow
    return b"<!DOCTYPE" in prolog.upper() or b"<!ENTITY" in prolog.upper()


def _first_entries(body: bytes) -> bytes:
    """`body` cut after its hundredth entry: 100,000 of them cost 14 seconds otherwise."""
    root = _PROLOG.search(body)
    name = re.match(rb"<([A-Za-z:]+)", body[root.start() : root.start() + 20]) if root else None
    if name is None or name[1] not in _ENDS:
        return body
    closing, end = _ENDS[name[1]]
    at = 0
    for _ in range(MOST_ENTRIES):
        found = body.find(closing, at)
        if found < 0:
            return body
        at = found + len(closing)
    return body[:at] + end if closing in body[at:] else body


def _xml_feed(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    found = feedparser.parse(
        io.BytesIO(body),  # never a string: feedparser would open it as an address or a file
        response_headers={"content-location": url, "content-type": content_type},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not found.get("version"):
        raise Refused("not a feed")
    entries = found.entries[:MOST_ENTRIES]
    return {
        "title": _title(found.feed.get("title", "")),
        "language": _language(found.feed.get("language", "")),
        "generator": _plain(str(found.feed.get("generator", "")))[:100],
        **_kept(_xml_entry(entry, url) for entry in entries),
    }


def _xml_entry(entry: Mapping[str, Any], url: str) -> dict[str, Any] | None:
    links = [link.get("href", "") for link in entry.get("links", [])[:MOST_LINKS]
             if link.get("rel", "alternate") == "alternate"]  # fmt: skip
    contents = [part.get("value", "") for part in entry.get("content", [])[:1]]
    text = entry.get("summary") or (contents[0] if contents else "")
    return _entry(
        identity=str(entry.get("id", "")),
        links=[entry.get("link", ""), *links],
        base=url,
        title=str(entry.get("title", "")),
        html=str(text),
        published=_moment(entry.get("published_parsed") or entry.get("updated_parsed")),
    )


def _moment(parsed: Any) -> str | None:
    try:
        seconds = calendar.timegm(parsed)
        return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


# -- JSON Feed 1.1 ---------------------------------------------------------------------------


def _json_feed(body: bytes, url: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        raise Refused("not a feed") from None
    if not isinstance(found, dict) or not JSON_FEED.match(str(found.get("version", ""))):
        raise Refused("not a feed")
    items = found.get("items")
    items = items[:MOST_ENTRIES] if isinstance(items, list) else []
    return {
        "title": _title(_string(found, "title")),
        "language": _language(_string(found, "language")),
        "generator": "",
        **_kept(_json_entry(item, url) for item in items if isinstance(item, dict)),
    }


def _json_entry(item: dict[str, Any], url: str) -> dict[str, Any] | None:
    text = _string(item, "content_text")
    return _entry(
        identity=_string(item, "id"),
        links=[_string(item, "url"), _string(item, "external_url")],
        base=url,
        title=_escape(_string(item, "title")),
        html=_escape(_string(item, "summary")) or _string(item, "content_html") or _escape(text),
        published=_iso(_string(item, "date_published") or _string(item, "date_modified")),
    )


def _string(found: dict[str, Any], name: str) -> str:
    value = found.get(name, "")
    return str(value) if isinstance(value, str | int) else ""


def _escape(text: str) -> str:
    return text[:HTML_LONGEST].replace("&", "&amp;").replace("<", "&lt;")


def _iso(text: str) -> str | None:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC).isoformat() if found.year >= 1970 else None
    except OverflowError:
        return None


# -- what both have in common ----------------------------------------------------------------


def _kept(entries: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
    """The entries that can be shown, once each, and how many could not."""
    kept: dict[str, dict[str, Any]] = {}
    dropped = 0
    for entry in entries:
        if entry is None:
            dropped += 1
        else:
            kept.setdefault(entry["key"], entry)
    return {"entries": list(kept.values()), "dropped": dropped}


def _entry(
    *, identity: str, links: list[str], base: str, title: str, html: str, published: str | None
) -> dict[str, Any] | None:
    """One entry as it is kept; None without a link to its original, or without any words."""
    link = next((found for found in (_link(base, one) for one in links) if found), None)
    excerpt = prose.excerpt(_plain(html), EXCERPT_LONGEST)
    plain_title = _title(title)
    if link is None or not (plain_title or excerpt):
        return None
    has_title = bool(plain_title)
    shown = plain_title if has_title else prose.excerpt(excerpt, WORDS_LONGEST)
    content = "\n".join((link, shown, excerpt))
    return {
        "key": _hash(identity or link or content),
        "url": link,
        "title": shown,
        "has_title": has_title,
        "excerpt": excerpt,
        "published": published,
        "content_hash": _hash(content),
    }


def _link(base: str, link: str) -> str | None:
    """`link` as a whole http(s) address, None when it is anything else."""
    if not str(link).strip():
        return None
    try:
        found = urljoin(base, str(link).strip())
        parts = urlsplit(found)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(found) > URL_LONGEST:
        return None
    if found == base:  # what "" and "//" lead to: the feed itself
        return None
    if parts.username is not None or any(sign <= " " or sign in '\\"<>\x7f' for sign in found):
        return None
    return found


def _title(html: str) -> str:
    return prose.excerpt(_plain(html[:2_000]), TITLE_LONGEST)


def _plain(html: str) -> str:
    """The words of `html`; none when it nests more deeply than any honest text."""
    try:
        words = prose.plain_text(prose.safe_html(html[:HTML_LONGEST]))
    except ValueError:
        return ""
    return _CONTROL.sub("", words)


def _language(text: str) -> str:
    text = str(text).strip()
    return text if len(text) <= 16 and _LANGUAGE.fullmatch(text) else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# -- a page that names its feeds ---------------------------------------------------------------


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        rels = (found.get("rel") or "").lower().split()
        if tag == "link" and "alternate" in rels and found.get("type") in FEED_TYPES:
            self.links.append(found.get("href") or "")


class _Own(HTMLParser):
    """Gathers what a page says to be of the same person (XFN, rel="me")."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in {"a", "link"} and "me" in (found.get("rel") or "").lower().split():
            self.links.append(found.get("href") or "")


def _own_pages(body: bytes, url: str) -> list[str]:
    reader = _Own()
    reader.feed(body.decode("utf-8", "replace"))
    found = [_link(url, link) for link in reader.links[:MOST_OWN]]
    return list(dict.fromkeys(link for link in found if link))


def _alternates(body: bytes, url: str) -> list[str]:
    reader = _Head()
    reader.feed(body[:HEAD_LONGEST].decode("utf-8", "replace"))
    found = [_link(url, link) for link in reader.links[:MOST_LINKS]]
    return list(dict.fromkeys(link for link in found if link))


if __name__ == "__main__":
    main()
