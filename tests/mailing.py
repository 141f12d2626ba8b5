"""A mail server for tests."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy

from aiosmtpd.controller import Controller

from tests.serving import free_port


class Sink:
    """A mail server that keeps what it gets, or refuses it."""

    def __init__(self) -> None:
        self.port = free_port()  # port 0 would not do: the controller connects to it to begin
        self.got: list[email.message.EmailMessage] = []
        self.raw = b""
        self.refuses = self.refuses_address = False

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:
        if self.refuses_address:
            return f"550 <{address}>: nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server, _session, envelope) -> str:
        if self.refuses:
            return "451 not now"
        self.raw = envelope.content
        self.got.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"


@contextmanager
def listening() -> Iterator[Sink]:
    """A server that listens; `sink.port` says where."""
    made = Sink()
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    yield made
    controller.stop()
