"""What goes out about somebody: their posts as Atom and JSON Feed, themselves as a vCard."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from careers.base import clock, hub
from careers.base.company import the_company
from careers.base.languages import LANGUAGES, address_in, language
from careers.base.web import db, settings
from experts.models import Expert
from experts.posts import Post
from experts.presenting import presented

FEED_POSTS = 30


@dataclass(frozen=True)
class Feed:
    """A feed to be: `path` is of the page that it is of, without a language prefix."""

    title: str
    about: str
    path: str
    posts: Sequence[Post]
    changed_at: datetime | None = None

    @property
    def page(self) -> str:
        """The whole address of the page."""
        return settings().base_url + address_in(language(), self.path)

    @property
    def updated(self) -> datetime:
        """When anything of it last changed."""
        moments = [post.published_at for post in self.posts]
        moments += [self.changed_at] if self.changed_at else []
        return max(moments, default=clock.now())


def address_of(post: Post) -> str:
    """Where `post` is read: here, elsewhere, or nowhere ("")."""
    if post.is_outside:
        return post.url or post.video or post.slides
    return settings().base_url + address_in(language_of_page(post), post.url)


def language_of_page(post: Post) -> str:
    """In which of our languages the page is that has `post`: its own, where that is one of them."""
    spoken = post.language[:2]
    return spoken if spoken in LANGUAGES else settings().default_language


def id_of(post: Post) -> str:
    """What feed readers know a post by, for ever (RFC 4151)."""
    return f"tag:{urlsplit(settings().base_url).hostname},2026:{post.code}"


def picture_of(post: Post) -> str:
    """The whole address of the picture beside `post`, "" for none."""
    shown = post.picture
    return f"{settings().base_url}{shown.path}/{shown.widest[0]}" if shown else ""


def page_of(post: Post) -> str:
    """The page of who wrote it."""
    return settings().base_url + address_in(language(), f"/experts/{post.author.page}")


def atom(feed: Feed) -> ResponseReturnValue:
    """`feed` as Atom (RFC 4287)."""
    body = render_template(
        "experts/feed.xml", feed=feed, address_of=address_of, id_of=id_of, page_of=page_of,
        picture_of=picture_of,
    )  # fmt: skip
    answer = Response(body, mimetype="application/atom+xml")
    return _for_a_minute(hub.with_hub(answer, f"{feed.path}/feed.atom"))


def json_feed(feed: Feed) -> ResponseReturnValue:
    """`feed` as JSON Feed 1.1."""
    body: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.about,
        "home_page_url": feed.page,
        "feed_url": f"{feed.page}/feed.json",
        "language": language(),
        "items": [_item(post) for post in feed.posts],
    }
    if hubs := hub.hubs():
        body["hubs"] = hubs
    answer = Response(
        json.dumps(body, ensure_ascii=False, indent=1), mimetype="application/feed+json"
    )
    return _for_a_minute(hub.with_hub(answer, f"{feed.path}/feed.json"))


def _item(post: Post) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": id_of(post),
        "url": address_of(post),
        "title": post.title if post.has_title else "",
        "content_text": post.text or post.title,
        "date_published": post.published_at.isoformat(),
        "language": post.language,
        "image": picture_of(post),
    }
    author = {"name": post.author.name, "url": page_of(post)}
    return {name: value for name, value in item.items() if value} | {"authors": [author]}


def vcard(expert: Expert) -> ResponseReturnValue:
    """What is public of `expert` as a vCard 4.0 (RFC 6350, and 9554 for pronouns and networks)."""
    person, shown = expert.person, presented(expert)
    job_title = the_company(db()).facts_of(person).job_title
    base = settings().base_url
    page = base + address_in(settings().default_language, f"/experts/{expert.slug}")
    lines = [
        "BEGIN:VCARD", "VERSION:4.0", "KIND:individual",
        f"FN:{_text(shown.name)}",
        f"TITLE:{_text(job_title)}" if job_title else "",
        f"NOTE:{_text(shown.headline)}",
        f"PRONOUNS:{_text(shown.pronouns)}" if shown.pronouns else "",
        f"URL:{page}",
        f"SOURCE:{page}/card.vcf",
        f"UID:{page}",
        f"REV:{expert.changed_at:%Y%m%dT%H%M%SZ}",
    ]  # fmt: skip
    if person.photo:
        lines.append(f"PHOTO;MEDIATYPE=image/jpeg:{base}/portraits/{person.code}/448.jpg")
    if shown.topics:
        lines.append("CATEGORIES:" + ",".join(_text(name) for _slug, name in shown.topics))
    lines += [f"LANG:{code}" for code in expert.languages]
    lines += [
        f"SOCIALPROFILE;SERVICE-TYPE={link.name.replace(' ', '')}:{link.url}"
        for link in shown.networks
    ]
    body = "".join(_folded(line) for line in [*filter(None, lines), "END:VCARD"])
    answer = Response(body, mimetype="text/vcard")
    answer.headers["Content-Disposition"] = f'attachment; filename="{expert.slug}.vcf"'
    return _for_a_minute(answer)


def _text(value: str) -> str:
    for sign in "\\,;":
        value = value.replace(sign, "\\" + sign)
    return value.replace("\n", "\\n")


def _folded(line: str) -> str:
    """`line` with its end, in pieces of at most 75 bytes that cut no character."""
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode()) > 74:
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece]) + "\r\n"


def _for_a_minute(answer: Response) -> ResponseReturnValue:
    """`answer` as caches may keep it: whoever takes their page down is gone within a minute."""
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:20])
    return answer.make_conditional(request)
