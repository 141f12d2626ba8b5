"""The homepage: what employees say, who they are, what is open, and a way in for everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import cast

from flask import Response, current_app, g, render_template, request
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers
from werkzeug.http import parse_etags, remove_entity_headers

from careers.base import clock
from careers.base.languages import LANGUAGES, language
from careers.base.permissions import public
from careers.base.web import db, settings, with_headers
from careers.home import queries
from careers.home.changes import version
from careers.home.featuring import featured_posts
from careers.home.gathering import Gathering
from careers.home.pages import blueprint
from careers.home.past_draws import PastDraw, keep_draws, past_draw
from careers.home.seeing import Sight, add_exposure
from careers.home.surfacing import draw, end_of_slot, is_in, slot_at
from careers.jobs.queries import latest_rows
from experts.posts import Post, posts_by_code, surfaced
from experts.queries import topics_shown
from referrals.classifying import classify
from referrals.following import Answer

HERO, SAID, JOBS, TOPICS = 4, 5, 6, 10
SHORT = 110  # characters that fit a card of the hero
KEPT = timedelta(seconds=20)  # what time alone changes is at most so old
# No nonce, which must never come twice: with this the page may, and scripts are files of ours only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Front:
    """A homepage as it was made for all who are nobody yet: who is on it by the draw, of which
    change it knows, from when until when it may be shown, and its answers.
    """

    people: tuple[str, ...]
    version: int
    since: datetime
    until: datetime
    etag: str
    whole: Answer
    same: Answer  # for who has it

    def is_current(self, changed: int, now: datetime) -> bool:
        """Whether it may be shown `now`, when the last change has the number `changed`."""
        return self.version >= changed and self.since <= now < self.until

    def answer_to(self, known: str) -> Answer:
        """The answer to who has what `known` (If-None-Match) names."""
        return self.same if known and parse_etags(known).contains_weak(self.etag) else self.whole


class Fronts:
    """The homepages of a process, by language. Safe for many threads."""

    def __init__(self) -> None:
        self._kept: dict[str, Front] = {}
        self._making = {code: Lock() for code in LANGUAGES}

    def known(self, language: str) -> Front | None:
        """The last one that was made in `language`."""
        return self._kept.get(language)

    def current(self, language: str, make: Callable[[Front | None], Front]) -> Front:
        """What `make` gives for the one that is known: the same, or one that is made anew, once for
        all who wait for it.
        """
        with self._making[language]:
            front = self._kept[language] = make(self.known(language))
            return front


@blueprint.record_once
def _begin(state: BlueprintSetupState) -> None:
    app, by_itself = state.app, not state.app.testing
    app.extensions["fronts"] = Fronts()
    app.extensions["seen"] = Gathering(app.extensions["database"], add_exposure, by_itself)
    app.extensions["drawn"] = Gathering(app.extensions["database"], keep_draws, by_itself)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """What was drawn for this quarter of an hour. For everybody who is nobody yet it is made once
    and kept for seconds, until anything that it shows changes. Whoever came by somebody's link has
    a page of their own: its addresses say so."""
    if g.person is not None or request.query_string or request.cookies or g.carried.steps:
        people, body = _made(clock.now())
        _count(people)
        return body
    fronts = cast(Fronts, current_app.extensions["fronts"])
    db().connection()  # before it is our turn: a server that does not answer holds up nobody else
    front = fronts.current(language(), _current)
    _count(front.people)
    answer = front.answer_to(request.headers.get("If-None-Match", ""))
    return Response(answer.body, answer.status, answer.headers)


def _current(known: Front | None) -> Front:
    now, changed = clock.now(), version(db())
    return known if known is not None and known.is_current(changed, now) else _front(now, changed)


def _front(now: datetime, changed: int) -> Front:
    g.nonce = ""
    people, body = _made(now)
    whole = Response(body, mimetype="text/html")
    whole.set_etag(etag := hashlib.sha256(body.encode()).hexdigest()[:20])
    head = with_headers(whole).headers
    head["Content-Security-Policy"] = POLICY
    head["Vary"] = "Cookie"
    same = Headers(head)
    remove_entity_headers(same)
    return Front(
        people,
        changed,
        now,
        min(now + KEPT, end_of_slot(now, settings().slot_minutes)),
        etag,
        Answer(200, tuple(head), whole.data),
        Answer(304, tuple(same)),
    )


def _made(now: datetime) -> tuple[tuple[str, ...], str]:
    """Whose turn it is, and the page with what they say."""
    slot = slot_at(now, settings().slot_minutes)
    posts = surfaced(db(), since=now - timedelta(days=settings().surfaced_days))
    drawn = draw(posts, HERO + SAID, slot, settings().draw_seed, language(), now)
    found = past_draw(posts, drawn, slot, language(), settings().draw_seed, HERO + SAID, now)
    cast(Gathering[PastDraw], current_app.extensions["drawn"]).add(found)
    featured = featured_posts(db())
    chosen = {post.author.code for post in featured}
    others = posts_by_code(db(), [one.code for one in drawn if one.author not in chosen])
    hero, said = arranged(others, language())
    body = render_template(
        "home/home.html",
        hero=hero,
        said=said,
        featured=featured,
        figures=queries.figures(db(), now),
        topics=topics_shown(db())[:TOPICS],
        jobs=latest_rows(db(), JOBS),
        says=says,
    )
    return tuple(one.author for one in drawn), body


def arranged(posts: Sequence[Post], reads: str) -> tuple[list[Post], list[Post]]:
    """Which of `posts` stand in the hero and which below it, for who reads the language `reads`:
    what is in it before all else, the short ones in the hero, below it a wordy one first, for it is
    set large. Who is on the page has been decided before.
    """

    def is_foreign(post: Post) -> bool:
        return not is_in(reads, post.language)

    placed = sorted(posts, key=lambda post: (is_foreign(post), len(says(post)) > SHORT))
    below = sorted(placed[HERO:], key=lambda post: (is_foreign(post), post.has_title))
    return placed[:HERO], below


def says(post: Post) -> str:
    """What a small card quotes: the title, or the words themselves where there is none."""
    return post.title if post.has_title else post.text


def _count(people: tuple[str, ...]) -> None:
    """Who was drawn was seen, if a person looked; who is featured as well has had their turn."""
    if is_person():
        cast(Gathering[Sight], current_app.extensions["seen"]).add((clock.now().date(), people))


def is_person() -> bool:
    """Whether a person opened this page, and not a robot, a preview or a browser looking ahead."""
    return classified() == "human" and request.method == "GET"


def classified() -> str:
    """What asks: human, preview, prefetch or bot."""
    headers = request.headers
    purpose = headers.get("Sec-Purpose") or headers.get("Purpose") or headers.get("X-Moz") or ""
    return classify("GET", headers.get("User-Agent", "")[:1000], purpose).kind
