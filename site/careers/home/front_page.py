"""The homepage: what employees say, who they are, what is open, and a way in for everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from careers.base import clock
from careers.base.languages import language
from careers.base.permissions import public
from careers.base.web import db, settings
from careers.home import queries
from careers.home.changes import version
from careers.home.featuring import featured_posts
from careers.home.pages import blueprint
from careers.home.seeing import Seen
from careers.home.surfacing import draw, slot_at
from careers.jobs.queries import count_new_jobs, count_open_jobs, latest_open_jobs
from experts.posts import Post, posts_by_code, surfaced
from experts.queries import topics_shown
from referrals.classifying import classify

HERO, SAID, JOBS, TOPICS = 4, 5, 6, 10
SHORT = 110  # characters that fit a card of the hero
NEW = timedelta(days=7)  # jobs
KEPT = timedelta(seconds=20)  # what time alone changes is at most so old
# No nonce, which must never come twice: with this the page may, and scripts are files of ours only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Front:
    """A homepage as it was made, who is on it by the draw, and of which change it knows."""

    body: str
    etag: str
    people: Sequence[str]
    made_at: datetime
    version: int
    slot: int


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """What was drawn for this quarter of an hour. For everybody who is nobody yet it is made once
    and kept for seconds, until anything that it shows changes."""
    now, changed = clock.now(), version(db())
    slot = slot_at(now, settings().slot_minutes)
    if g.person is not None or request.query_string or request.cookies:
        front = _made(now, changed, slot)
        _count(front)
        return front.body
    kept: dict[str, Front] = current_app.extensions.setdefault("fronts", {})
    front = kept.get(language()) or _NONE
    if (front.version, front.slot) != (changed, slot) or not now - KEPT < front.made_at <= now:
        g.nonce = ""
        front = kept[language()] = _made(now, changed, slot)
    _count(front)
    answer = Response(front.body, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Vary"] = "Cookie"
    answer.set_etag(front.etag)
    return answer.make_conditional(request)


_NONE = Front("", "", (), datetime.min.replace(tzinfo=UTC), -1, -1)


def _made(now: datetime, changed: int, slot: int) -> Front:
    posts = surfaced(db(), since=now - timedelta(days=settings().surfaced_days))
    drawn = draw(posts, HERO + SAID, slot, settings().draw_seed, language(), now)
    featured = featured_posts(db())
    chosen = {post.author.code for post in featured}
    others = posts_by_code(db(), [one.code for one in drawn if one.author not in chosen])
    hero, said = arranged(others)
    body = render_template(
        "home/home.html",
        hero=hero,
        said=said,
        featured=featured,
        figures=queries.figures(db()),
        topics=topics_shown(db())[:TOPICS],
        jobs=latest_open_jobs(db(), JOBS),
        open_jobs=count_open_jobs(db()),
        new_jobs=count_new_jobs(db(), now - NEW),
        says=says,
    )
    etag = hashlib.sha256(body.encode()).hexdigest()[:20]
    return Front(body, etag, [one.author for one in drawn], now, changed, slot)


def arranged(posts: Sequence[Post]) -> tuple[list[Post], list[Post]]:
    """Which of `posts` stand in the hero, the short ones, and which below it: a wordy one first,
    for it is set large."""
    by_length = sorted(posts, key=lambda post: len(says(post)) > SHORT)
    return by_length[:HERO], sorted(by_length[HERO:], key=lambda post: post.has_title)


def says(post: Post) -> str:
    """What a small card quotes: the title, or the words themselves where there is none."""
    return post.title if post.has_title else post.text


def _count(front: Front) -> None:
    """Who was drawn was seen, if a person looked; who is featured as well has had their turn."""
    if is_person():
        cast(Seen, current_app.extensions["seen"]).shown(front.people, clock.now())


def is_person() -> bool:
    """Whether a person opened this page, and not a robot, a preview or a browser looking ahead."""
    return classified() == "human" and request.method == "GET"


def classified() -> str:
    """What asks: human, preview, prefetch or bot."""
    headers = request.headers
    purpose = headers.get("Sec-Purpose") or headers.get("Purpose") or headers.get("X-Moz") or ""
    return classify("GET", headers.get("User-Agent", "")[:1000], purpose).kind
