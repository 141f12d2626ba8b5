"""Files go once no row names them any more, whatever that work was called when it was added."""

from __future__ import annotations

import pytest

from careers.base import forgetting, outbox, storage

BEFORE = [
    ("forget_cv", "cvs", lambda key: {"key": key}),
    ("forget_entry_pictures", "entries", lambda key: {"keys": [key]}),
    ("forget_pictures", "pictures", lambda key: {"keys": [key]}),
    ("forget_portrait", "portraits", lambda key: {"keys": [key]}),
]


def test_files_go_after_the_transaction_and_only_they(database, settings, work):
    files = storage.store(settings, "pictures")
    gone, also, stays = (files.keep(b"pixels") for _ in range(3))
    with database.writing() as db:
        forgetting.forget(db, "pictures", [stays])
        db.rollback()
        forgetting.forget(db, "pictures", iter([gone, also]))
        forgetting.forget(db, "pictures", [])
        db.commit()
    assert set(files.marks()) == {gone, also, stays}
    assert work() == 1
    assert set(files.marks()) == {stays}


@pytest.mark.parametrize(("kind", "name", "payload"), BEFORE)
def test_what_waited_at_an_update_is_done(database, settings, work, kind, name, payload):
    files = storage.store(settings, name)
    gone, stays = files.keep(b"x"), files.keep(b"y")
    with database.writing() as db:
        outbox.add(db, kind, payload(gone))
        db.commit()
    assert work() == 1
    assert set(files.marks()) == {stays}
