"""Coming through the doors of `entourage serve`, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Caller:
    """Somebody who comes through a door, on an event loop; counts what needs a thread."""

    def __init__(self, app, door, headers, loop):
        self.door, self.headers, self.loop, self.in_threads = door, headers, loop, 0
        inner = app.wsgi_app

        def count(environ, start_response):
            self.in_threads += 1
            return inner(environ, start_response)

        app.wsgi_app = count

    def ask(self, path="/", headers=None, method="GET"):
        """Status, headers by name in small letters, and body."""
        return self.loop.run_until_complete(self.asking(path, headers, method))

    async def asking(self, path="/", headers=None, method="GET"):
        """The same, beside others."""
        headers, sent = self.headers if headers is None else headers, []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        path, _, query = path.partition("?")
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "query_string": query.encode(), "root_path": "",
            "headers": [(name.lower().encode(), said.encode()) for name, said in headers.items()],
            "client": ("192.0.2.7", 4000), "server": ("localhost", 80),
        }  # fmt: skip
        await self.door(scope, receive, send)
        start, *rest = sent
        head = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return start["status"], head, b"".join(message["body"] for message in rest)


@contextmanager
def coming_through(app, door, headers) -> Iterator[Caller]:
    """Somebody who comes to `app` through `door`, and says these `headers` unless told otherwise."""
    loop = asyncio.new_event_loop()
    try:
        yield Caller(app, door, headers, loop)
    finally:
        loop.close()
