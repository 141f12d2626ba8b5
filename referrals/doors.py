"""The doors that requests come through before Flask, because a click must be fast and kept.

The WSGI door knows everything about `/r/…` and works in any WSGI server. The ASGI door stands
before it, and before the homepage's, in `entourage serve`: it answers, on the event loop and
without a thread, those who follow a link that was followed a moment ago, and passes everything else
on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

import structlog
from a2wsgi import WSGIMiddleware
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from referrals.following import (
    ADDRESS,
    SEEN,
    SEEN_AS_PICTURE,
    TOO_MANY,
    TRY_AGAIN,
    Answer,
    Asked,
    Following,
    answer_to,
    is_for_flask,
    rendered,
)
from referrals.journal import Line, Rendered, Together

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from a2wsgi.asgi_typing import HTTPScope, Receive, Send

    Door = Callable[[HTTPScope, Receive, Send], Awaitable[None]]

log = structlog.get_logger(__name__)


class WSGIDoor:
    """Answers people and bots that follow a link; passes everything else on."""

    def __init__(self, app: WSGIApplication, following: Following) -> None:
        """`app` answers what is no known link, shows previews their card, and says what is gone."""
        self.app, self.following = app, following

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Follow the link of this request, if it is one."""
        path = environ.get("PATH_INFO", "")
        found = ADDRESS.fullmatch(path) if path.startswith("/r/") else None
        if found is None:
            return self.app(environ, start_response)
        code, click = found.groups()
        method = environ["REQUEST_METHOD"]
        if method not in ({"GET", "POST"} if click else {"GET", "HEAD"}):
            return self.app(environ, start_response)
        if click is not None:
            self._write(rendered(click, environ.get("HTTP_SEC_FETCH_SITE", "")))
            return _send(SEEN if method == "POST" else SEEN_AS_PICTURE, start_response)
        try:
            way = self.following.links.way(code)
        except SQLAlchemyError:
            log.error("the database is away and this link was never followed here", code=code)
            return _send(TRY_AGAIN, start_response)
        if way is None:
            return self.app(environ, start_response)
        line = self.following.click(way, _asked(environ))
        if line is None:
            return _send(TOO_MANY, start_response)
        is_written = self._write(line)
        if is_for_flask(way, line):
            environ["entourage.preview"] = line.kind == "preview"
            environ["entourage.click"] = line.id if is_written else ""
            return self.app(environ, start_response)
        return _send(answer_to(code, way, line, is_written), start_response)

    def _write(self, line: Line | Rendered | None) -> bool:
        """Whether `line` is on disk; a disk that refuses must not stop the visitor."""
        if line is None:
            return False
        try:
            self.following.journal.append(line)
        except OSError as error:
            _say_lost(error, self.following)
            return False
        return True


def _say_lost(error: OSError, following: Following) -> None:
    log.error("a click was lost", error=str(error), lost=following.journal.lost)


def _asked(environ: WSGIEnvironment) -> Asked:
    said = environ.get
    return Asked(
        environ["REQUEST_METHOD"],
        said("HTTP_USER_AGENT", ""),
        said("HTTP_SEC_PURPOSE") or said("HTTP_PURPOSE") or said("HTTP_X_MOZ", ""),
        said("HTTP_SEC_FETCH_DEST", ""),
        said("HTTP_SEC_FETCH_MODE", ""),
        said("HTTP_REFERER", ""),
        said("REMOTE_ADDR", ""),
    )


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    status = HTTPStatus(answer.status)
    location = [("Location", answer.location)] if answer.location else []
    start_response(f"{status.value} {status.phrase}", [*location, *answer.headers])
    return [answer.body]


class Pages:
    """What Flask answers, in threads."""

    def __init__(self, app: Flask, threads: int) -> None:
        self._app = WSGIMiddleware(app, workers=threads)  # type: ignore[arg-type]

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Have this request answered in a thread."""
        await self._app(_as_wsgi_has_it(scope), _coroutine(receive), send)


class ASGIDoor:
    """Answers those who follow a known link on the event loop; passes everything else on."""

    def __init__(self, app: Flask, others: Door, proxies: int) -> None:
        """`others` is the next door; of the proxies in front, `proxies` are believed."""
        self._following: Following = app.extensions["following"]
        self._journal = Together(self._following.journal)
        self._others, self._proxies = others, proxies

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Follow the link of this request, if it is one that needs neither database nor page."""
        path = scope["path"]
        if path.startswith("/r/") and scope["method"] == "GET":
            code = path[3:]
            way = self._following.links.known(code)
            if way is not None and way.path is not None:
                line = self._following.click(way, self._asked(scope))
                if line is None:
                    return await answer(TOO_MANY, send)
                if not is_for_flask(way, line):
                    try:
                        await self._journal.append(line)
                    except OSError as error:
                        _say_lost(error, self._following)
                        return await answer(answer_to(code, way, line, is_written=False), send)
                    return await answer(answer_to(code, way, line, is_written=True), send)
        await self._others(scope, receive, send)

    def _asked(self, scope: HTTPScope) -> Asked:
        said = dict(scope["headers"]).get
        client = scope.get("client")
        address = client[0] if client else ""
        if self._proxies:
            address = _forwarded(scope["headers"], self._proxies) or address
        return Asked(
            "GET",
            said(b"user-agent", b"").decode("latin-1"),
            (said(b"sec-purpose") or said(b"purpose") or said(b"x-moz", b"")).decode("latin-1"),
            said(b"sec-fetch-dest", b"").decode("latin-1"),
            said(b"sec-fetch-mode", b"").decode("latin-1"),
            said(b"referer", b"").decode("latin-1"),
            address,
        )


def _forwarded(headers: Iterable[tuple[bytes, bytes]], proxies: int) -> str:
    """The address that the outermost believed proxy saw, as ProxyFix finds it; "" for none."""
    chain = b",".join(value for name, value in headers if name == b"x-forwarded-for").split(b",")
    return chain[-proxies].decode("latin-1").strip() if len(chain) >= proxies else ""


def _as_wsgi_has_it(scope: HTTPScope) -> HTTPScope:
    """`scope` with an address of ASCII alone, and only headers that cannot be taken for others:
    what one hop writes with "_" another reads as "-".
    """
    headers = [header for header in scope["headers"] if b"_" not in header[0]]
    query = quote_from_bytes(scope["query_string"], safe=_ASCII)
    return {**scope, "headers": headers, "query_string": query.encode()}


_ASCII = bytes(range(33, 127))


def _coroutine(receive: Receive) -> Receive:
    """`receive` as asyncio wants it when it is called from a thread: granian's is no coroutine."""

    async def message() -> Any:
        return await receive()

    return message


async def answer(found: Answer, send: Send, has_body: bool = True) -> None:
    """Send `found`, to HEAD without its body."""
    headers = _encoded(found.headers)
    if found.location:
        headers = [(b"location", found.location.encode()), *headers]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": found.body if has_body else b""})


@lru_cache(maxsize=64)
def _encoded(headers: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers]
