"""Over a hundred broken, hostile and odd CVs: each is kept or refused as it should be."""

from __future__ import annotations

import gc
import io
import re

import pytest
from sqlalchemy import select

from careers.base.config import Settings
from careers.hiring.cvs import CVRefused, checked_cv
from careers.hiring.models import Application
from tests.hiring.candidates import fields_of, page_of, send, shown
from tests.hiring.corpus import CORPUS, Odd
from tests.jobs.samples import open_job


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Where texts have a language; no database is read."""
    from careers.app import create_app

    folder = tmp_path_factory.mktemp("corpus")
    app = create_app(Settings(_env_file=None, data_dir=folder, secret_key="s" * 40), testing=True)
    with app.test_request_context():
        yield
    app.extensions["database"].dispose()


def test_the_corpus_has_a_hundred_files_and_more():
    assert len(CORPUS) >= 100
    assert len({(odd.what, odd.name.lower()) for odd in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("odd", CORPUS, ids=lambda odd: f"{odd.name[-4:]}: {odd.what}")
def test_each_is_kept_or_refused_as_it_should_be(words, odd: Odd):
    content = odd.make()
    if not odd.says:
        assert checked_cv(odd.name, content, 10).content == content
        return
    with pytest.raises(CVRefused, match=odd.says) as refused:
        checked_cv(odd.name, content, 10)
    assert "Please" in str(refused.value)  # each reason names the mend


# The client keeps its own copy of a larger file open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_form_takes_or_refuses_each_kind_without_failing(visitor, db, settings):
    """One of each verdict through the door; whatever is refused leaves nothing behind."""
    job = open_job(db)
    chosen = {
        (odd.says.partition("|")[0], odd.name.rpartition(".")[2].lower()): odd
        for odd in CORPUS
        if odd.says
    }
    page = page_of(visitor, job)
    assert len(chosen) > 20
    for odd in chosen.values():
        fields = fields_of(page, cv=None) | {"cv": (io.BytesIO(odd.make()), odd.name)}
        answer = send(visitor, job, fields)
        assert answer.status_code == 422, odd.what
        assert re.search(odd.says, shown(answer)), odd.what
    assert db.scalars(select(Application)).all() == []
    assert [path for path in settings.folder("cvs").rglob("*") if path.is_file()] == []
    kept = [odd for odd in CORPUS if not odd.says][::7]
    for odd in kept:
        content = odd.make()
        fields = fields_of(page_of(visitor, job), cv=(odd.name, content))
        assert send(visitor, job, fields).status_code == 303, odd.what
    assert len(db.scalars(select(Application)).all()) == len(kept)
    del answer
    gc.collect()
