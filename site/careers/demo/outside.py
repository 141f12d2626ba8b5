"""The outside world of the demo: the feeds that its people publish elsewhere and its boards of
jobs, as shipped files.

Their hosts end in `.example`, which never exist (RFC 2606); everything else is really fetched.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from careers.base import fetching
from careers.base.fetching import Fetched, Unreachable
from careers.jobs.sources import SOURCES
from feeds.polling import Fetch

COMPANY = Path(__file__).parent / "company"
TYPES = {
    ".json": "application/feed+json", ".xml": "application/xml", ".rss": "application/rss+xml",
    ".png": "image/png",
}  # fmt: skip


@cache
def _files() -> dict[str, Path]:
    said = tomllib.loads((COMPANY / "feeds" / "feeds.toml").read_text())
    there = (*said["feed"], *said["picture"])
    files = {one["address"]: COMPANY / "feeds" / one["file"] for one in there}
    for source in ("greenhouse", "lever"):  # the boards that the company uses
        (address,) = SOURCES[source].asks("lumenne", {})
        files[address] = COMPANY / "boards" / f"{source}.json"
    return files


@cache
def _own_pages() -> dict[str, str]:
    """The pages that the demo's people call their own: those of hosts that don't exist link back to
    the page here that is named, the others to nothing.
    """
    experts = tomllib.loads((COMPANY / "experts.toml").read_text())["expert"]
    return {
        link["url"]: one["email"].partition("@")[0].replace(".", "-")
        if (urlsplit(link["url"]).hostname or "").endswith(".example")
        else ""
        for one in experts
        for link in one["networks"]
        if link["url"] not in _files()
    }


def fetch(
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    contact: str = "",
    limit_bytes: int = 5_000_000,
    accept: str = fetching.FEEDS,
) -> Fetched:
    """What `url` answers: a shipped file for the demo's hosts and boards, the real answer for all
    others.

    Raises Unreachable.
    """
    if (page := _own_pages().get(url)) is not None:
        link = f'<a rel="me" href="{contact}/experts/{page}">' if page else ""
        body = f"<!doctype html><html><body>{link}</body></html>"
        return Fetched(200, url, {"content-type": "text/html"}, body.encode())
    path = _files().get(url)
    if path is None and not (urlsplit(url).hostname or "").endswith(".example"):
        return fetching.fetch(
            url,
            etag=etag,
            last_modified=last_modified,
            contact=contact,
            limit_bytes=limit_bytes,
            accept=accept,
        )
    if path is None:
        raise Unreachable("This host only exists in examples.")
    if etag == path.name:
        return Fetched(304, url, etag=etag)
    headers = {"content-type": TYPES[path.suffix]}
    return Fetched(200, url, headers, path.read_bytes(), etag=path.name)


def fetch_for(is_demo: bool) -> Fetch:
    """How feeds are read: in the demo, with its own outside world."""
    return fetch if is_demo else fetching.fetch
