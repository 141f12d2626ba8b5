"""What a page elsewhere says in its links: its feeds, and which pages are of one person."""

from __future__ import annotations

from html.parser import HTMLParser

from feeds.keeping import MOST_LINKS, whole_link

MOST_OWN = 200
HEAD_LONGEST = 1_000_000  # some channels say which feed they have after much else
FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}


def is_page(body: bytes) -> bool:
    """Whether `body` begins like a page, and not like a feed."""
    start = body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html")) or b"<html" in start[:1_000]


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[bool, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        rels = (found.get("rel") or "").lower().split()
        if tag == "link" and "alternate" in rels and found.get("type") in FEED_TYPES:
            href, title = found.get("href") or "", found.get("title") or ""
            is_of_others = "comment" in f"{href} {title}".lower()
            self.links.append((is_of_others, href))


class _Own(HTMLParser):
    """Gathers what a page says to be of the same person (XFN, rel="me")."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in {"a", "link"} and "me" in (found.get("rel") or "").lower().split():
            self.links.append(found.get("href") or "")


def own_pages(body: bytes, url: str) -> list[str]:
    """The pages that the one in `body` calls its author's own."""
    reader = _Own()
    reader.feed(body.decode("utf-8", "replace"))
    found = [whole_link(url, link) for link in reader.links[:MOST_OWN]]
    return list(dict.fromkeys(link for link in found if link))


def alternates(body: bytes, url: str) -> list[str]:
    """The feeds that the page in `body` names, those of others' comments last."""
    reader = _Head()
    reader.feed(body[:HEAD_LONGEST].decode("utf-8", "replace"))
    named = sorted(reader.links[:MOST_LINKS], key=lambda link: link[0])
    found = [whole_link(url, link) for _of_others, link in named]
    return list(dict.fromkeys(link for link in found if link))
