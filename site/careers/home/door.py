"""The door to the homepage of `entourage serve`: who asks for one that was made a moment ago, and
is nobody yet, is answered on the event loop, without a thread. It stands before all other doors.

A kept page is shown only while the database says that nothing has changed since, to each request
anew: what is gone is gone from the next one on, whichever process or host changed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from careers.base import clock
from careers.base.asking import Question
from careers.base.config import Settings
from careers.home.changes import NUMBER
from careers.home.front_page import Fronts
from careers.home.seeing import Seen
from referrals.classifying import classify
from referrals.doors import ASGIDoor, answer

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope, Receive, Send


class HomeDoor:
    """Answers with the kept homepage; passes everything else on."""

    def __init__(self, app: Flask, others: ASGIDoor) -> None:
        """`app` makes the homepages; `others` is the next door."""
        settings: Settings = app.extensions["settings"]
        self._languages = {
            "/": settings.default_language,
            f"/{settings.other_language}/": settings.other_language,
        }
        self._fronts: Fronts = app.extensions["fronts"]
        self._seen: Seen = app.extensions["seen"]
        self._changed = Question(app.extensions["database"], NUMBER)
        self._others = others

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer this request, if it is for a homepage that is kept and current."""
        language = self._languages.get(scope["path"])
        if language is not None and not scope["query_string"]:
            front, said = self._fronts.known(language), dict(scope["headers"])
            method = scope["method"]
            if front is not None and method in {"GET", "HEAD"} and b"cookie" not in said:
                now, changed = clock.now(), await self._changed.answer()
                if changed is not None and front.is_current(changed, now):
                    if method == "GET" and _is_person(said):
                        self._seen.shown(front.people, now)
                    known = said.get(b"if-none-match", b"").decode("latin-1")
                    return await answer(front.answer_to(known), send, has_body=method == "GET")
        await self._others(scope, receive, send)


def _is_person(said: dict[bytes, bytes]) -> bool:
    agent = said.get(b"user-agent", b"")[:1000].decode("latin-1")
    purpose = said.get(b"sec-purpose") or said.get(b"purpose") or said.get(b"x-moz", b"")
    return classify("GET", agent, purpose.decode("latin-1")).kind == "human"
