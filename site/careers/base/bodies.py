"""What clients send is read before the application begins, by a few at a time.

A thread of the server waits for whoever sends slowly. Only some of them may wait at once: all
others stay free for pages and share links, however many clients send nothing for ever.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IN_MEMORY = 512 * 1024  # bytes; more goes to a temporary file
CHUNK = 64 * 1024


class Bodies:
    """WSGI: reads the body of a request, of at most `at_once` requests at a time."""

    def __init__(self, app: WSGIApplication, at_once: int, largest: int) -> None:
        """What is longer than `largest` bytes is left unread, for `app` to refuse."""
        self.app, self.largest = app, largest
        self._places = threading.BoundedSemaphore(at_once)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve the request once its body is here."""
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or not 0 < int(length) <= self.largest:
            return self.app(environ, start_response)
        if not self._places.acquire(blocking=False):
            words = b"Too many are sending at once. Please try again in a moment.\n"
            head = [("Content-Type", "text/plain"), ("Retry-After", "5")]
            start_response("503 Service Unavailable", [*head, ("Content-Length", str(len(words)))])
            return [words]
        try:
            body = _read(environ["wsgi.input"], int(length))
        finally:
            self._places.release()
        environ["wsgi.input"] = body
        return ClosingIterator(self.app(environ, start_response), body.close)


class _Body(tempfile.SpooledTemporaryFile[bytes]):
    def __del__(self) -> None:
        self.close()  # an answer that nobody reads to its end is not a fault of ours


def _read(source: IO[bytes], length: int) -> _Body:
    body = _Body(IN_MEMORY)
    while length > 0:
        chunk = source.read(min(CHUNK, length))
        if not chunk:
            break
        body.write(chunk)
        length -= len(chunk)
    body.seek(0)
    return body
