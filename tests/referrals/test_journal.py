"""The journal: what was answered is on disk, what is torn is recognised."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
import time
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.journal import (
    JobOpened,
    Journal,
    Line,
    Lost,
    Opened,
    Rendered,
    Together,
    decode,
    encode,
    is_finished,
    is_torn,
    journals,
    rows_from,
)  # fmt: skip

LINE = Line("c" * 20, 7, 12, 1_790_000_000_250_000, "human", "linkedin", True, -(2**63), "own-1")
CONTROL = "".join(map(chr, [*range(32), *range(127, 160), 0x2028, 0x2029]))


def lines_in(folder):
    return [decode(raw) for path in journals(folder) for _, raw in rows_from(path, 0, 1_000_000)]


@given(
    st.builds(
        Line,
        id=st.text("abcXYZ234", min_size=1, max_size=20),
        link=st.integers(0, 2**31 - 1),
        job=st.integers(0, 2**31 - 1),
        at=st.integers(0, 2**52 - 1),
        kind=st.sampled_from(["human", "preview", "prefetch", "bot"]),
        source=st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters=CONTROL), max_size=40
        ),
        navigates=st.booleans(),
        visitor=st.integers(-(2**63), 2**63 - 1),
        lists=st.text("own-1. cua", min_size=1, max_size=40),
    )
    | st.builds(Rendered, st.text("abcXYZ234", min_size=1, max_size=20), st.integers(0, 2**52 - 1))
    | st.builds(
        Opened,
        st.text("abcXYZ234", min_size=1, max_size=16),
        st.integers(0, 2**52 - 1),
        st.sampled_from(["human", "preview", "prefetch", "bot"]),
        st.integers(-(2**63), 2**63 - 1),
    )
    | st.builds(
        JobOpened,
        st.text("abcXYZ234", min_size=1, max_size=16),
        st.text("abcxyz-234", min_size=1, max_size=120),
        st.integers(0, 2**52 - 1),
        st.sampled_from(["human", "preview", "prefetch", "bot"]),
        st.integers(-(2**63), 2**63 - 1),
    )
    | st.builds(Lost, st.integers(0, 2**31 - 1), st.just(5), st.integers(5, 2**52 - 1))
)
def test_a_line_comes_back_as_it_was_written(line):
    raw = encode(line)
    assert raw.endswith(b"\n")
    assert raw.count(b"\n") == 1
    assert decode(raw[:-1]) == line


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=1))
def test_a_damaged_line_is_recognised(position, byte):
    raw = bytearray(encode(LINE)[:-1])
    position %= len(raw)
    before = bytes(raw)
    raw[position : position + 1] = byte
    if bytes(raw) != before:
        assert decode(bytes(raw)) in (None, LINE)  # a space for a zero in the length is no damage
    assert decode(before[:position]) is None


def test_threads_that_write_at_once_lose_nothing_and_share_a_sync(tmp_path, monkeypatch):
    syncs = []
    real = os.fdatasync

    def sync(opened):
        syncs.append(1)
        time.sleep(0.001)  # as a disk does; where files are kept in memory nobody would wait
        real(opened)

    monkeypatch.setattr(os, "fdatasync", sync)
    journal = Journal(tmp_path)

    def write(number):
        for turn in range(50):
            journal.append(LINE._replace(id=f"{number}x{turn}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line.id for line in lines_in(tmp_path)} == {
        f"{number}x{turn}" for number in range(16) for turn in range(50)
    }
    assert len(syncs) < 16 * 50 / 2


def test_the_line_is_on_disk_before_append_returns(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.append(LINE)  # makes the file, and room in it
    order = []
    write, sync = os.pwrite, os.fdatasync
    monkeypatch.setattr(os, "pwrite", lambda *a: (order.append("write"), write(*a))[1])
    monkeypatch.setattr(os, "fdatasync", lambda *a: (order.append("sync"), sync(*a))[1])
    journal.append(LINE)
    order.append("answered")
    assert order == ["write", "sync", "answered"]


def test_a_full_disk_is_told_to_every_thread_whose_line_was_lost(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.append(LINE)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        errors = []

        def write():
            try:
                journal.append(LINE)
            except OSError as error:
                errors.append(error.errno)

        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == [errno.ENOSPC] * 8
    assert journal.lost == 8
    journal.append(LINE._replace(id="after"))
    (told,) = (line for line in lines_in(tmp_path) if isinstance(line, Lost))
    assert told.clicks == 8
    assert told.since <= told.until
    assert [line.id for line in lines_in(tmp_path) if isinstance(line, Line)].count("after") == 1
    journal.append(LINE)
    assert sum(isinstance(line, Lost) for line in lines_in(tmp_path)) == 1


def test_a_source_cannot_break_out_of_its_line(tmp_path):
    raw = encode(LINE._replace(source="evil\tbot\n12 00000000 C"))
    assert raw.count(b"\n") == 1
    assert decode(raw[:-1]).source == "evil bot 12 00000000 C"


def test_a_torn_last_line_is_left_out_and_the_rest_is_read(tmp_path):
    journal = Journal(tmp_path)
    journal.append(LINE)
    journal.close()
    (path,) = journals(tmp_path)
    with path.open("ab") as out:
        out.write(encode(LINE)[:-9])
    assert [decode(raw) for _, raw in rows_from(path, 0, 100)] == [LINE]


def test_reading_goes_on_where_it_stopped(tmp_path):
    journal = Journal(tmp_path)
    for number in range(10):
        journal.append(LINE._replace(id=str(number)))
    (path,) = journals(tmp_path)
    first = list(islice(rows_from(path, 0, 4), 4))
    rest = list(rows_from(path, first[-1][0], 100))
    assert [decode(raw).id for _, raw in first + rest] == [str(number) for number in range(10)]


def test_a_journal_is_finished_only_when_nobody_holds_it(tmp_path):
    journal = Journal(tmp_path)
    journal.append(LINE)
    (path,) = journals(tmp_path)
    assert not is_finished(path)
    journal.close()
    assert is_finished(path)


def test_a_journal_that_has_grown_large_is_followed_by_another(tmp_path):
    journal = Journal(tmp_path, largest=500)
    for number in range(20):
        journal.append(LINE._replace(id=str(number)))
    assert len(journals(tmp_path)) > 2
    assert len(lines_in(tmp_path)) == 20


def test_what_is_seen_behind_a_zero_is_not_read_yet(tmp_path):
    """A reader may see the second page of a block before its first."""
    path = tmp_path / "a.journal"
    whole = encode(LINE)
    path.write_bytes(whole + bytes(len(whole) // 2) + whole[len(whole) // 2 :] + whole)
    assert [decode(raw) for _, raw in rows_from(path, 0, 100)] == [LINE]


def test_zeros_behind_the_lines_are_no_torn_line_but_anything_else_is(tmp_path):
    journal = Journal(tmp_path)
    journal.append(LINE)
    (path,) = journals(tmp_path)
    end = [offset for offset, _ in rows_from(path, 0, 100)][-1]
    assert path.stat().st_size > end
    assert not is_torn(path, end)
    with path.open("r+b") as torn:
        torn.seek(end)
        torn.write(encode(LINE)[:-9])
    assert is_torn(path, end)


def test_room_that_the_disk_refuses_stops_no_line(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    write = os.pwrite

    def full_for_zeros(file, block, at):
        if not bytes(block).strip(b"\0"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, block, at)

    monkeypatch.setattr(os, "pwrite", full_for_zeros)
    journal.append(LINE._replace(id="one"))
    monkeypatch.undo()
    for number in range(3):
        journal.append(LINE._replace(id=str(number)))
    assert [line.id for line in lines_in(tmp_path)] == ["one", "0", "1", "2"]


def test_a_journal_let_go_of_is_as_long_as_its_lines(tmp_path):
    journal = Journal(tmp_path)
    journal.append(LINE)
    journal.close()
    (path,) = journals(tmp_path)
    assert path.read_bytes() == encode(LINE)


def test_requests_of_one_loop_share_a_sync_and_a_refusal_reaches_each(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.append(LINE)
    syncs = []
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda opened: (syncs.append(1), real(opened)))
    together = Together(journal)

    async def write(prefix, gone=False):
        waiting = [together.append(LINE._replace(id=f"{prefix}{number}")) for number in range(20)]
        if gone:
            waiting[3].cancel()
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert asyncio.run(write("a")) == [None] * 20
    assert len(syncs) == 1
    asyncio.run(write("b", gone=True))  # somebody who goes away stops nobody
    assert {line.id for line in lines_in(tmp_path)} > {f"{p}{n}" for p in "ab" for n in range(20)}

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    refused = asyncio.run(write("c"))
    assert [error.errno for error in refused] == [errno.ENOSPC] * 20
    assert journal.lost == 20


def test_only_this_account_may_read_a_journal(tmp_path):
    journal = Journal(tmp_path)
    journal.append(LINE)
    (path,) = journals(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("raw", [b"", b"x", b"1 2", b"2 00000000 {}", b"abc def ghi"])
def test_nonsense_is_no_line(raw):
    assert decode(raw) is None
