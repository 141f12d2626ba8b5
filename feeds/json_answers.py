"""Feeds that are JSON: JSON Feed 1 and 1.1, and what Bluesky answers for an author.

Own readers, for feedparser reads neither. Every value may be of any type: what is not as it should
be is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from careers.base import prose
from feeds import attached, keeping
from feeds.attached import Heard, Seen

JSON_FEED = re.compile(r"https?://(www\.)?jsonfeed\.org/version/1")
SENSITIVE = {"porn", "sexual", "nudity", "graphic-media", "gore", "!hide", "!warn"}
_POST = re.compile(
    r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,200})/app\.bsky\.feed\.post/([\w.~-]{1,64})"
)


def read(body: bytes, url: str) -> dict[str, Any] | None:
    """The feed in `body`, None when it is some other JSON, or none at all."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    if JSON_FEED.match(_string(found, "version")):
        return _json_feed(found, url)
    if isinstance(found.get("feed"), list):
        return _bluesky(found["feed"], url)
    return None


def _string(found: dict[str, Any], name: str) -> str:
    value = found.get(name, "")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def _list(found: dict[str, Any], name: str, most: int) -> list[Any]:
    value = found.get(name)
    return value[:most] if isinstance(value, list) else []


def _parts(found: dict[str, Any], name: str, most: int = keeping.MOST_ENTRIES) -> list[Any]:
    return [one for one in _list(found, name, most) if isinstance(one, dict)]


# -- JSON Feed -------------------------------------------------------------------------------


def _json_feed(found: dict[str, Any], url: str) -> dict[str, Any]:
    return {
        "title": keeping.short_title(keeping.escaped(_string(found, "title"))),
        "language": keeping.language(_string(found, "language")),
        "generator": "",
        "home": keeping.whole_link(url, _string(found, "home_page_url")) or "",
        "minutes": 0,
        **keeping.kept(_item(item, url) for item in _parts(found, "items")),
    }


def _item(item: dict[str, Any], url: str) -> dict[str, Any] | None:
    text = keeping.escaped(_string(item, "content_text"))
    summary = keeping.escaped(_string(item, "summary"))
    attachments = _parts(item, "attachments", keeping.MOST_LINKS)
    return keeping.entry(
        identity=_string(item, "id"),
        links=[
            _string(item, "url"),
            _string(item, "external_url"),
            *(_string(one, "url") for one in attachments[:3]),
        ],
        base=url,
        title=keeping.escaped(_string(item, "title")),
        html=summary or _string(item, "content_html") or text,
        published=keeping.moment(_string(item, "date_published"))
        or keeping.moment(_string(item, "date_modified")),
        tags=_texts(_list(item, "tags", keeping.MOST_TAGS)),
        picture=attached.picture(url, list(_pictures(item, attachments))),
        media=attached.media(
            url,
            (
                Heard(
                    _string(one, "url"), _string(one, "mime_type"),
                    one.get("duration_in_seconds"), one.get("size_in_bytes"),
                )
                for one in attachments
            ),
        ),
        whole=keeping.Whole(
            _string(item, "content_html") or prose.paragraphs(_string(item, "content_text"))
        ),
    )  # fmt: skip


def _pictures(item: dict[str, Any], attachments: Iterable[dict[str, Any]]) -> Iterator[Seen]:
    yield from (Seen(_string(item, name)) for name in ("image", "banner_image"))
    for one in attachments:
        if _string(one, "mime_type").startswith("image/"):
            yield Seen(_string(one, "url"))
    yield from attached.images_in(_string(item, "content_html"))


def _texts(values: Iterable[Any]) -> list[str]:
    return [keeping.escaped(one) for one in values if isinstance(one, str)]


# -- Bluesky: app.bsky.feed.getAuthorFeed ------------------------------------------------------


def _bluesky(feed: list[Any], url: str) -> dict[str, Any] | None:
    """What an author said themself: what they only passed on is not theirs."""
    items = [one for one in feed[: keeping.MOST_ENTRIES] if isinstance(one, dict)]
    posts = [_part(item, "post") for item in items if not item.get("reason")]
    posts = [post for post in posts if _POST.fullmatch(_string(post, "uri"))]
    if feed and not posts and not any(_part(item, "post") for item in items):
        return None
    author = _part(posts[0], "author") if posts else {}
    handle = _string(author, "handle")
    return {
        "title": keeping.short_title(keeping.escaped(_string(author, "displayName") or handle)),
        "language": "",
        "generator": "Bluesky",
        "home": _profile(author) if posts else "",
        "minutes": 0,
        **keeping.kept(_post(post, url) for post in posts),
    }


def _profile(author: dict[str, Any]) -> str:
    return f"https://bsky.app/profile/{_handle(author) or _string(author, 'did')}"


def _handle(author: dict[str, Any]) -> str:
    handle = _string(author, "handle")
    usual = re.fullmatch(r"[A-Za-z0-9.-]{3,253}", handle) and handle != "handle.invalid"
    return handle if usual else ""


def _post(post: dict[str, Any], url: str) -> dict[str, Any] | None:
    uri = _string(post, "uri")
    found = _POST.fullmatch(uri)
    assert found is not None
    record, author = _part(post, "record"), _part(post, "author")
    shown = _shown(post)
    words = _string(record, "text") or " ".join(str(one.alt) for one in shown)
    return keeping.entry(
        identity=uri,
        links=[f"https://bsky.app/profile/{_handle(author) or found[1]}/post/{found[2]}"],
        base=url,
        title="",
        html=keeping.escaped(words),
        published=keeping.moment(_string(record, "createdAt"))
        or keeping.moment(_string(post, "indexedAt")),
        tags=_hashtags(record),
        picture=keeping.Picture() if _is_sensitive(post) else attached.picture(url, shown),
    )


def _shown(post: dict[str, Any]) -> list[Seen]:
    """The pictures of a post, alone or beside what it quotes, or the still of its video."""
    embed = _part(post, "embed")
    own = _part(embed, "media") or embed
    shown = [
        Seen(_string(one, "fullsize") or _string(one, "thumb"), _string(one, "alt"))
        for one in _parts(own, "images", 4)
    ]
    if _string(own, "$type").startswith("app.bsky.embed.video"):
        shown.append(Seen(_string(own, "thumbnail"), _string(own, "alt")))
    return shown


def _is_sensitive(post: dict[str, Any]) -> bool:
    """Whether a post says of itself, or is said, to be not for everybody's eyes."""
    return any(_string(one, "val") in SENSITIVE for one in _parts(post, "labels"))


def _hashtags(record: dict[str, Any]) -> list[str]:
    tags = _texts(_list(record, "tags", keeping.MOST_TAGS))
    for facet in _parts(record, "facets"):
        tags += [
            keeping.escaped(_string(one, "tag"))
            for one in _parts(facet, "features", 5)
            if _string(one, "$type") == "app.bsky.richtext.facet#tag"
        ]
    return tags
