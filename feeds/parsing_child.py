"""The process that opens what strangers send: bytes on stdin, JSON on stdout, nothing else.

It may be killed at any time, and is given little: five seconds of processor and a quarter of a
gigabyte. `feeds.parsing` starts it and reads what it says.
"""

from __future__ import annotations

import calendar
import io
import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser
from feedparser import api
from feedparser.namespaces import mediarss

from careers.base import prose
from feeds import attached, json_answers, keeping, outside_pages
from feeds.attached import Heard, Seen
from feeds.keeping import MOST_ENTRIES, MOST_LINKS

CPU_SECONDS, MEMORY = 5, 256 * 1024 * 1024
DEEPEST = 500  # elements of XML inside one another

_PROLOG = re.compile(rb"<[A-Za-z_]")  # where the root element begins
_ENDS = {b"rss": (b"</item>", b"</channel></rss>"), b"feed": (b"</entry>", b"</feed>"),
         b"rdf:RDF": (b"</item>", b"</rdf:RDF>")}  # fmt: skip
_REFERENCE = re.compile(rb"&#(x[0-9A-Fa-f]{1,12}|[0-9]{1,12});")
_TEXT_ONLY = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
_TAG = re.compile(rb"<(/?)([A-Za-z_][^\s<>/]*)(?:[^<>]*?(/?))>")
_UNCLOSED = {b"br", b"img", b"hr", b"p", b"li", b"meta", b"input"}  # of HTML that isn't escaped


class Refused(Exception):
    """What was sent is not read; the argument is a code that `feeds.parsing` has words for."""


def main() -> None:
    """Read stdin, write the result, whatever it is."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    url, content_type, keeps_texts = sys.argv[1], sys.argv[2], sys.argv[3] == "texts"
    body = sys.stdin.buffer.read()
    try:
        result = with_texts(read(body, url, content_type), keeps_texts)
    except Refused as refusal:
        result = {"refused": str(refusal)}
    except (MemoryError, RecursionError):
        result = {"refused": "too much"}
    except Exception:  # a reader that stumbles over what nobody foresaw
        result = {"refused": "broken"}
    sys.stdout.write(json.dumps(result))


def with_texts(found: dict[str, Any], wanted: bool) -> dict[str, Any]:
    """What `read` found, with the whole text of each entry where that is wanted, else ""."""
    for entry in found.get("entries", ()):
        entry["text"] = keeping.whole_text(entry) if wanted else ""
        del entry["whole"]
    return found


def read(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    """The feed in `body`, or the feeds that a page names. Raises Refused."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        raise Refused("nothing")
    if start == b"{":
        found = json_answers.read(body, url)
        if found is None:
            raise Refused("not a feed")
        return found
    if start != b"<" and body[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        raise Refused("not a feed")
    if outside_pages.is_page(body):
        return {
            "alternates": outside_pages.alternates(body, url),
            "own_pages": outside_pages.own_pages(body, url),
        }
    if _declares_a_type(body):
        raise Refused("doctype")
    body = _first_entries(body)
    if _is_too_deep(body):
        raise Refused("too much")
    return _xml_feed(_REFERENCE.sub(_real, body), url, content_type)


def _real(reference: re.Match[bytes]) -> bytes:
    """A reference to a character, nothing for one that is none: feedparser fails on some."""
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    is_one = 0 < number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return reference[0] if is_one else b""


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


def _is_too_deep(body: bytes) -> bool:
    """Whether elements nest more deeply than in any feed: a parser would need seconds to tell."""
    depth = 0
    for tag in _TAG.finditer(_TEXT_ONLY.sub(b"", body)):
        if tag[3] or tag[2].lower() in _UNCLOSED:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False


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
        "title": keeping.short_title(str(found.feed.get("title", ""))),
        "language": keeping.language(found.feed.get("language", "")),
        "generator": keeping.plain(str(found.feed.get("generator", "")))[:100],
        "home": keeping.whole_link(url, str(found.feed.get("link", ""))) or "",
        "minutes": _minutes(str(found.feed.get("ttl", ""))),
        **keeping.kept(_xml_entry(entry, url) for entry in entries),
    }


def _minutes(ttl: str) -> int:
    """For how many minutes a feed asks not to be read again; 0 when it doesn't."""
    ttl = ttl.strip()
    return int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 7 else 0


def _xml_entry(entry: Mapping[str, Any], url: str) -> dict[str, Any] | None:
    given = [link for link in entry.get("links", [])[:MOST_LINKS] if isinstance(link, Mapping)]
    links = [link.get("href", "") for link in given if link.get("rel", "alternate") == "alternate"]
    heard = [link.get("href", "") for link in given if link.get("rel") == "enclosure"]
    contents = [part.get("value", "") for part in entry.get("content", [])[:1]]
    text = str(entry.get("summary") or (contents[0] if contents else ""))
    picture = attached.picture(url, list(_pictures(entry, [text, *map(str, contents)])))
    return keeping.entry(
        identity=str(entry.get("id", "")),
        links=[str(entry.get("link", "")), *links, *heard],
        base=url,
        title=str(entry.get("title", "")),
        html=text or keeping.escaped(picture.alt),
        published=_moment(entry.get("published_parsed") or entry.get("updated_parsed")),
        tags=[
            str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags", [])[:100]
        ],
        picture=picture,
        media=attached.media(url, _heard(entry)),
        whole=_whole(entry, url),
    )


def _whole(entry: Mapping[str, Any], url: str) -> keeping.Whole:
    """The first text of an entry that is HTML, else its first text, else its summary."""
    contents = sorted(_parts(entry, "content"), key=lambda one: one.get("type") == "text/plain")
    said = contents[0] if contents else dict(entry.get("summary_detail") or {})
    html, base = str(said.get("value", "")), str(said.get("base") or "")
    if said.get("type") == "text/plain":
        html = prose.paragraphs(html)
    return keeping.Whole(html, "" if base == url else base)


# -- what comes with an entry ----------------------------------------------------------------


def _pictures(entry: Mapping[str, Any], texts: Iterable[str]) -> Iterator[Seen]:
    """Every picture that an entry names, the likeliest first; none of what isn't for everybody."""
    if "adult" in dict(entry.get("media_rating") or {}).values():
        return
    for one in _parts(entry, "media_content"):
        if str(one.get("type") or f"{one.get('medium')}/").startswith("image/"):
            yield Seen(*(one.get(name) for name in ("url", "description", "width", "height")))
    for one in _parts(entry, "media_thumbnail"):
        yield Seen(one.get("url"), "", one.get("width"), one.get("height"))
    for one in _parts(entry, "enclosures"):
        if str(one.get("type")).startswith("image/"):
            yield Seen(one.get("href"))
    if isinstance(image := entry.get("image"), Mapping):  # of an episode
        yield Seen(image.get("href"))
    for text in texts:
        yield from attached.images_in(text)


def _heard(entry: Mapping[str, Any]) -> Iterator[Heard]:
    """Whatever an entry names that might be heard or watched."""
    lasts = entry.get("itunes_duration", "")
    for one in _parts(entry, "enclosures"):
        yield Heard(one.get("href"), one.get("type"), lasts, one.get("length"))
    for one in _parts(entry, "media_content"):
        yield Heard(one.get("url"), one.get("type"), one.get("duration"), one.get("filesize"))


def _parts(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [one for one in (entry.get(name) or [])[:MOST_LINKS] if isinstance(one, Mapping)]


class _DescribedMedia(mediarss.Namespace):  # type: ignore[misc]
    """Keeps with each `media:content` the words that stand inside it: feedparser takes them for the
    words of the entry. Mastodon says there what is to be seen."""

    _inside: dict[str, Any] | None = None

    def _start_media_content(self, attrs_d: dict[str, Any]) -> None:
        super()._start_media_content(attrs_d)
        self._inside = attrs_d

    def _end_media_content(self) -> None:
        self._inside = None

    def _start_media_description(self, attrs_d: dict[str, Any]) -> None:
        if self._inside is None:
            super()._start_media_description(attrs_d)
        else:
            self.push("media_description", 0)

    def _end_media_description(self) -> None:
        if self._inside is None:
            super()._end_media_description()
        else:
            self._inside["description"] = self.pop("media_description") or ""


for _name in ("StrictFeedParser", "LooseFeedParser"):
    setattr(api, _name, type(_name, (_DescribedMedia, getattr(api, _name)), {}))


def _moment(parsed: Any) -> str | None:
    try:
        seconds = calendar.timegm(parsed)
        return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


if __name__ == "__main__":
    main()
