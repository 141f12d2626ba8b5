"""Networks whose pages are made by scripts, and whose profiles programs may read instead, without
an account: only their owner writes them, so an address of ours in one is a link back.

ORCID: https://info.orcid.org/documentation/api-tutorials/api-tutorial-read-data-on-a-record/
Bluesky: https://docs.bsky.app/docs/api/app-bsky-actor-get-profile
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from careers.base.fetching import Fetched

ORCID = "https://pub.orcid.org/v3.0/{}/researcher-urls"
BLUESKY = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor={}"
LARGEST = 200_000  # bytes of an answer
_ADDRESS = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?/[^\s<>\"')\]]*")


class NotAProfile(ValueError):
    """What was answered is no profile."""


@dataclass(frozen=True)
class Profile:
    """Where a profile is read, and the links that its owner wrote in an answer."""

    address: str
    links: Callable[[Any], Iterator[str]]

    def links_in(self, answer: Fetched) -> list[str]:
        """The links in `answer`. Raises NotAProfile."""
        try:
            return list(self.links(json.loads(answer.body)))
        except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
            raise NotAProfile from None


def profile_at(kind: str, url: str) -> Profile | None:
    """How the profile of the page at `url` is read; None where the page itself is."""
    if kind not in _KINDS:
        return None
    address, links = _KINDS[kind]
    return Profile(address.format(quote(url.rstrip("/").rpartition("/")[2], safe="")), links)


def _of_orcid(record: Any) -> Iterator[str]:
    for one in record["researcher-url"]:
        yield str(one["url"]["value"])


def _of_bluesky(profile: Any) -> Iterator[str]:
    """The website, and every address in what they say about themselves."""
    yield str(profile.get("website") or "")
    for found in _ADDRESS.findall(str(profile.get("description") or "")):
        address = found.rstrip(".,;:!?…")
        yield address if "://" in address else f"https://{address}"


_KINDS = {"orcid": (ORCID, _of_orcid), "bluesky": (BLUESKY, _of_bluesky)}
