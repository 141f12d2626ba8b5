"""Files that people hand in: the same promises in a folder and in a bucket."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
import requests
from pydantic import ValidationError

from careers.base import storage
from careers.base.config import Settings
from tests.hiring.candidates import apply_to, shown
from tests.jobs.samples import open_job
from tests.serving import PATIENCE, free_port


@pytest.fixture(scope="module")
def s3():
    """The address of a server that speaks S3, with a bucket `cvs-here`."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            assert requests.put(f"{address}/cvs-here", timeout=PATIENCE).status_code == 200
            break
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.2)
    yield address
    server.terminate()
    server.wait()


def _on(tmp_path, endpoint: str, **more) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_key="s" * 40,
        files_url="s3://cvs-here/some/where",
        s3_endpoint=endpoint,
        s3_region="eu-west-3",
        s3_key_id="key",
        s3_secret="secret",
        **more,
    )


@pytest.fixture(params=["folder", "bucket"])
def kept(request, tmp_path):
    if request.param == "folder":
        return storage.store(Settings(_env_file=None, data_dir=tmp_path), "cvs")
    return storage.store(_on(tmp_path, request.getfixturevalue("s3")), "cvs")


def test_what_is_kept_is_read_and_forgotten(kept):
    one, two = kept.keep(b"one \0\xff"), kept.keep(b"")
    assert one != two
    assert len(one) == 22
    assert (kept.read(one), kept.read(two)) == (b"one \0\xff", b"")
    kept.forget(one)
    kept.forget(one)
    with pytest.raises(FileNotFoundError):
        kept.read(one)
    assert kept.read(two) == b""


def test_a_mark_is_there_once_however_often_it_is_made(kept):
    before = set(kept.marks())
    for _ in range(2):
        kept.mark("abcDEF123456")
    kept.mark("zz9")
    assert sorted(set(kept.marks()) - before) == ["abcDEF123456", "zz9"]
    assert len(list(kept.marks())) == len(before) + 2
    with pytest.raises(FileNotFoundError):
        kept.mark("../secret-key")


@pytest.mark.parametrize("key", ["../secret-key", "a/b", "", "..", "é" * 22, "x" * 22])
def test_a_key_never_leads_elsewhere(kept, key):
    with pytest.raises(FileNotFoundError):
        kept.read(key)


def test_a_bucket_that_is_away_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "TRIES", 0)
    away = storage.store(_on(tmp_path, f"http://127.0.0.1:{free_port()}"), "cvs")
    for act in (
        lambda: away.keep(b"x"),
        lambda: away.read("x" * 22),
        lambda: away.forget("x" * 22),
        lambda: away.mark("x" * 22),
        lambda: list(away.marks()),
    ):
        with pytest.raises(storage.Unreachable):
            act()


@pytest.mark.parametrize(
    "wrong", ["bucket", "s3://", "s3://UPPER", "https://x.example/b", "s3://a b"]
)
def test_a_wrong_address_of_a_bucket_is_said_at_the_start(wrong):
    with pytest.raises(ValidationError, match="must look like s3"):
        Settings(_env_file=None, files_url=wrong)


@pytest.fixture
def settings(database_url, tmp_path, s3):
    return _on(tmp_path / "data", s3, database_url=database_url)


def _in_bucket(s3) -> int:
    return requests.get(f"{s3}/cvs-here?list-type=2", timeout=PATIENCE).text.count(
        "<Key>some/where/cvs/"
    )


def test_an_application_s_cv_lies_in_the_bucket_until_it_is_erased(visitor, db, s3, settings):
    before, job = _in_bucket(s3), open_job(db)
    page = shown(apply_to(visitor, job, email="nadia"))
    assert "We have this file already" in page
    assert _in_bucket(s3) == before + 1
    address = apply_to(visitor, job).location
    assert _in_bucket(s3) == before + 2
    visitor.post(f"{address}/erasure", form_on=address)
    assert _in_bucket(s3) == before + 1
    assert not (settings.data_dir / "cvs").exists()


def test_a_bucket_that_is_away_loses_no_word(visitor, db, app, monkeypatch):
    monkeypatch.setattr(storage, "TRIES", 0)
    away = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setattr(app.extensions["settings"], "s3_endpoint", away)
    answer = apply_to(visitor, open_job(db))
    assert answer.status_code == 503
    assert "We can’t keep files at this moment" in shown(answer)
    assert "I like meters." in shown(answer)
