"""kill -9 proves nothing about a power cut: the order of system calls does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.conftest import lacking
from tests.serving import PATIENCE, Server

pytestmark = pytest.mark.system
CLICK = re.compile(r"C\\t([0-9a-f]{20})\\t")
ANSWER = re.compile(r"HTTP/1\.1 302 .*?via=\w+\.([0-9a-f]{20})")
CALL = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()")


@dataclass
class Call:
    """A system call: on which lines of the record it began and ended, and what it said."""

    name: str
    began: int
    ended: int
    said: str


def calls_in(record: str) -> list[Call]:
    """The calls of all threads; one that waits stands on two lines."""
    waiting: dict[str, Call] = {}
    found = []
    for number, line in enumerate(record.splitlines()):
        matched = CALL.match(line)
        if matched is None:
            continue
        thread, resumed, name = matched.groups()
        if resumed:
            if thread in waiting:
                call = waiting.pop(thread)
                call.ended = number
                found.append(call)
        elif line.endswith("<unfinished ...>"):
            waiting[thread] = Call(name, number, number, line)
        else:
            found.append(Call(name, number, number, line))
    return found


@pytest.fixture
def traced(shared, database_url, tmp_path):
    """A server with one process under strace, the code of a link, and where the record is."""
    if shutil.which("strace") is None:
        lacking("strace")
    _, code = shared
    record = tmp_path / "record"
    traced_calls = "trace=pwrite64,write,writev,sendto,sendmsg,fdatasync"
    server = Server(database_url, tmp_path / "data")
    server.environment |= {"ENTOURAGE_PROCESSES": "1", "ENTOURAGE_BACKGROUND": "separate"}
    server.prefix = ["strace", "-f", "-qq", "-s", "9000", "-e", traced_calls, "-o", str(record)]
    server.start()
    yield server, code, record
    _end(server)


def _end(server: Server) -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGTERM)
    server.process.wait(PATIENCE)


def test_each_answer_is_sent_after_the_sync_that_covers_it(traced):
    server, code, record = traced
    answered: list[str] = []

    def click() -> None:
        for _ in range(15):
            answered.append(server.get(f"/r/{code}")[1].rpartition(".")[2])

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _end(server)  # then all is written
    calls = calls_in(record.read_text(errors="replace"))
    written = {id: call for call in calls for id in CLICK.findall(call.said)}
    syncs = [call for call in calls if call.name == "fdatasync"]
    sent = {id: call for call in calls for id in ANSWER.findall(call.said)}
    assert len(answered) == 120
    assert set(answered) == set(sent) == set(written)
    for id in answered:
        covers = [
            sync for sync in syncs if written[id].ended < sync.began and sync.ended < sent[id].began
        ]
        assert covers, f"{id} was answered before it was on disk"
    assert len(syncs) < len(answered)  # those who come together share one
