"""What no browser sends gets an answer that is no fault of ours, and nothing stays behind."""

from __future__ import annotations

import socket
import time

import pytest

from tests.serving import PATIENCE, Server

pytestmark = pytest.mark.system
HOST = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ODD = {
    "bytes beyond ASCII in the query": (b"GET /jobs?q=caf\xc3\xa9" + HOST, 200),
    "no UTF-8 in the query": (b"GET /jobs?q=caf%E9" + HOST, 200),
    "no UTF-8 in the address": (b"GET /a%FFb" + HOST, 404),
    "no UTF-8 in the code": (b"GET /r/%FF" + HOST, 404),
    "a surrogate in the address": (b"GET /a%ED%A0%80" + HOST, 404),
    "a zero in the address": (b"GET /%00" + HOST, 404),
    "a zero in the query": (b"GET /jobs?q=%00" + HOST, 400),
    "bytes beyond ASCII in headers": (
        b"GET /" + HOST + b"User-Agent: caf\xe9\r\nCookie: a=\xff\r\n",
        200,
    ),
    "headers with underscores": (
        b"GET /" + HOST + b"Script_Name: /x\r\nContent_Length: 5\r\n",
        200,
    ),
    "an address of another host": (b"GET //evil.example/x" + HOST, 404),
    "all of the server": (b"OPTIONS *" + HOST, 404),
    "a proxy wanted": (b"CONNECT evil.example:80" + HOST, 404),
    "old HTTP": (b"GET / HTTP/1.0\r\n", 200),
    "only the head": (b"HEAD /jobs" + HOST, 200),
    "a length that is none": (b"GET /" + HOST + b"Content-Length: abc\r\n", 400),
    "a form without its token": (
        b"POST /sign-in" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n",
        400,
    ),
}


def status(server: Server, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        client.sendall(request + b"\r\n")
        return int(client.recv(4096).split(b" ")[1])


def test_odd_requests_are_answered_and_those_who_hang_up_leave_no_error(database_url, tmp_path):
    server = Server(database_url, tmp_path / "data")
    server.start()
    found = {what: status(server, request) for what, (request, _) in ODD.items()}
    assert found == {what: expected for what, (_, expected) in ODD.items()}

    for _ in range(5):
        sending = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        sending.sendall(b"POST /sign-in" + HOST + b"Content-Length: 90000\r\n\r\nabc")
        loading = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        loading.sendall(b"GET /jobs" + HOST + b"\r\n")
        time.sleep(0.1)
        sending.close()
        loading.close()
    time.sleep(1)
    assert server.get("/jobs")[0] == 200
    assert server.stop() == 0
    log = server.log.read_text()
    assert "Traceback" not in log
    assert '"error"' not in log
