"""The door to the homepage of `entourage serve`: who asks for it and is nobody yet is answered on
the event loop, without a thread.

A kept page is shown only while the database says that nothing has changed since, to each request
anew: what is gone is gone from the next one on, whichever process or host changed it. Otherwise it
is made anew, once for all who wait for it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from flask import Flask

from careers.base import clock
from careers.base.asking import Question
from careers.base.config import Settings
from careers.base.languages import LANGUAGES
from careers.home.changes import NUMBER
from careers.home.front_page import Front, Fronts
from careers.home.gathering import Gathering
from careers.home.seeing import Sight
from referrals.classifying import classify
from referrals.doors import answer

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope, Receive, Send

    from referrals.doors import Door


class HomeDoor:
    """Answers with the kept homepage; passes everything else on."""

    def __init__(self, app: Flask, others: Door) -> None:
        """`app` makes the homepages; `others` is the next door."""
        settings: Settings = app.extensions["settings"]
        self._languages = {
            "/": settings.default_language,
            f"/{settings.other_language}/": settings.other_language,
        }
        self._fronts: Fronts = app.extensions["fronts"]
        self._seen: Gathering[Sight] = app.extensions["seen"]
        self._turns = {language: asyncio.Lock() for language in LANGUAGES}
        self._changed = Question(app.extensions["database"], NUMBER)
        self._others = others

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer this request, if it is for the homepage by nobody in particular."""
        language = self._languages.get(scope["path"])
        if language is None:
            return await self._others(scope, receive, send)
        method, said = scope["method"], dict(scope["headers"])
        is_plain = method in {"GET", "HEAD"} and not scope["query_string"] and b"cookie" not in said
        front = await self._current(language, scope) if is_plain else None
        if front is None:
            return await self._others(scope, receive, send)
        if method == "GET" and _is_person(said):
            self._seen.add((clock.now().date(), front.people))
        known = said.get(b"if-none-match", b"").decode("latin-1")
        await answer(front.answer_to(known), send, has_body=method == "GET")

    async def _current(self, language: str, scope: HTTPScope) -> Front | None:
        """The homepage as it is now; None where that cannot be known here.

        All who find it changed wait on the loop for the one who has it made. One that was made
        after they came is theirs, too.
        """
        changed = await self._changed.answer()
        if changed is None:
            return None
        front = self._known(language, changed)
        if front is None:
            async with self._turns[language]:
                front = self._known(language, changed)
                if front is None:
                    # As asked for by nobody: who asked may be slow to read it, and others wait.
                    await self._others({**scope, "method": "GET", "headers": []}, _nothing, _unread)
                    front = self._known(language, changed)
        return front

    def _known(self, language: str, changed: int) -> Front | None:
        front = self._fronts.known(language)
        return front if front is not None and front.is_current(changed, clock.now()) else None


async def _nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _unread(_message: Any) -> None:
    pass


def _is_person(said: dict[bytes, bytes]) -> bool:
    agent = said.get(b"user-agent", b"")[:1000].decode("latin-1")
    purpose = said.get(b"sec-purpose") or said.get(b"purpose") or said.get(b"x-moz", b"")
    return classify("GET", agent, purpose.decode("latin-1")).kind == "human"
