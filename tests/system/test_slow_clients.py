"""Clients that send nothing for ever stop nobody else."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

import pytest

from careers.app import MOST_PROCESSES, THREADS
from tests.serving import PATIENCE, Server

pytestmark = pytest.mark.system


def test_pages_are_served_while_many_clients_never_finish_sending(database_url, tmp_path):
    server = Server(database_url, tmp_path / "data")
    server.start()
    waiting = []
    try:
        for _ in range(2 * THREADS * min(os.cpu_count() or 1, MOST_PROCESSES)):
            client = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            client.sendall(
                b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: 900000\r\n\r\nabc"
            )
            waiting.append(client)
        time.sleep(1)
        for path in ("/healthz", "/", "/jobs", "/r/nothing9"):
            assert server.get(path)[0] in {200, 404}, path
    finally:
        for client in waiting:
            with suppress(OSError):
                client.close()
    assert server.stop() == 0
