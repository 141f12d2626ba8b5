"""A virus scanner that speaks clamd's protocol, and one that is away."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from careers.base.config import Settings
from careers.hiring.models import Application
from careers.hiring.scanning import Away, found_in
from tests.hiring import samples
from tests.hiring.candidates import apply_to, shown
from tests.jobs.samples import open_job
from tests.serving import free_port

# The file by which scanners are tried, in two parts so that none finds it here. Source: eicar.org
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Clamd(socketserver.StreamRequestHandler):
    """What clamd does with INSTREAM."""

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(content)
        self.wfile.write(self.server.says(content))


def _says(content: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


def _serving(server):
    server.seen, server.most, server.says = [], 30_000_000, _says
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


@pytest.fixture
def clamd():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Clamd) as server:
        _serving(server)
        server.address = f"127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


@pytest.fixture
def on_a_socket(tmp_path):
    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        pass

    with Server(str(tmp_path / "c"), _Clamd) as server:
        _serving(server)
        server.address = f"unix:{tmp_path / 'c'}"
        yield server
        server.shutdown()


@pytest.mark.parametrize("size", [0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])
def test_a_file_reaches_the_scanner_whole(clamd, size):
    content = samples.noise(size)
    assert found_in(content, clamd.address) == ""
    assert clamd.seen == [content]


def test_what_is_found_is_named(clamd, on_a_socket):
    for scanner in (clamd, on_a_socket):
        assert found_in(b"x" + EICAR, scanner.address) == "Eicar-Test-Signature"
        assert found_in(b"x", scanner.address) == ""


@pytest.mark.parametrize("answer", [b"", b"\0", b"stream: ERROR\0", b"x" * 10_000, b"OK\0"])
def test_an_answer_that_is_none_is_not_taken_for_good(clamd, answer):
    clamd.says = lambda _content: answer
    with pytest.raises(Away):
        found_in(b"x", clamd.address)


def test_a_scanner_that_refuses_the_size_or_is_away(clamd, tmp_path):
    clamd.most = 10
    with pytest.raises(Away):
        found_in(bytes(2_000_000), clamd.address)
    with pytest.raises(Away):
        found_in(b"x", f"127.0.0.1:{free_port()}")
    with pytest.raises(Away):
        found_in(b"x", f"unix:{tmp_path / 'nothing'}")


def test_a_scanner_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr("careers.hiring.scanning.ANSWERS_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(Away):
        found_in(b"x", f"127.0.0.1:{deaf.getsockname()[1]}")


@pytest.mark.parametrize("wrong", ["localhost", "unix:clamd", "http://x:1/", "x:999999"])
def test_a_wrong_address_is_said_at_the_start(wrong):
    with pytest.raises(ValidationError, match="must look like"):
        Settings(_env_file=None, clamd=wrong)


def test_a_cv_is_taken_only_when_the_scanner_said_so(visitor, db, app, clamd, settings):
    job = open_job(db)
    app.extensions["settings"].clamd = clamd.address
    packed = samples.packed([*samples.ODT, ("Pictures/1.png", EICAR)], 0)
    answer = apply_to(visitor, job, cv=("cv.odt", packed))
    assert answer.status_code == 422
    assert "A virus was found in this file (Eicar-Test-Signature)" in shown(answer)
    app.extensions["settings"].clamd = f"127.0.0.1:{free_port()}"
    answer = apply_to(visitor, job, cv=("cv.odt", samples.odt()))
    assert answer.status_code == 422
    assert "take none unchecked" in shown(answer)
    assert "I like meters." in shown(answer)
    assert db.scalars(select(Application)).all() == []
    assert [path for path in settings.folder("cvs").rglob("*") if path.is_file()] == []
    app.extensions["settings"].clamd = clamd.address
    assert apply_to(visitor, job, cv=("cv.odt", samples.odt())).status_code == 303
