"""Cards are drawn once, kept on the disk, and swept."""

from __future__ import annotations

import os
import threading
import time

import pytest

from careers.app import create_app
from careers.base.people import leave, person_by_email
from careers.base.web import limiter
from experts.showing import opt_out
from referrals import card_store
from referrals.cards import card_png
from referrals.pages import cards as pages
from tests.cast import Cast
from tests.conftest import Visitor
from tests.referrals.cards.card_pages import CARD, address, check, head_of, kept, picture, sweep


def test_a_card_is_drawn_once(app, visitor, link):
    present = address(visitor, link)
    assert kept(app) == []  # naming it draws nothing
    first = visitor.get(present).data
    (name,) = kept(app)
    path = app.extensions["settings"].folder("cards") / name
    other = card_png(CARD)
    assert other != first
    path.write_bytes(other)
    assert visitor.get(present).data == other
    path.write_bytes(first[:500])  # cut short by a crash
    assert visitor.get(present).data == first


def test_a_new_card_replaces_the_old_one_and_an_old_address_forgets_it(app, visitor, link, job, db):
    before = address(visitor, link)
    visitor.get(before)
    job.title = "Engineer at sea"
    db.commit()
    assert visitor.get(before).status_code == 302
    assert kept(app) == []
    visitor.get(address(visitor, link))
    job.title = "Engineer ashore"
    db.commit()
    visitor.get(address(visitor, link))
    assert len(kept(app)) == 1


@pytest.mark.parametrize("how", ["opts out", "leaves"])
def test_whoever_no_longer_shows_themselves_is_on_no_card_and_on_no_disk(
    app, visitor, link, show, db, how
):
    show(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    before = address(visitor, link)
    visitor.get(before)
    neutral = visitor.get("/cards/job/engineer-x.en.x.png").location
    visitor.get(neutral)
    sweep(app)
    assert len(kept(app)) == 2  # nobody is forgotten who shows themselves
    if how == "leaves":
        leave(db, ada)
    else:
        opt_out(db, ada)
    db.commit()
    sweep(app)
    assert [neutral.split(".")[-2] in name for name in kept(app)] == [True]
    answer = visitor.get(before)
    assert answer.status_code == 302
    assert "Ada" not in head_of(visitor, f"/r/{link.code}").one("og:image:alt")


def test_what_is_old_or_too_much_is_swept(app, visitor, link, monkeypatch):
    visitor.get(address(visitor, link))
    french = visitor.get(f"/r/{link.code}/card.fr.x.png").location
    visitor.get(french)
    folder = app.extensions["settings"].folder("cards")
    (old,) = folder.glob("*.en.*")
    (folder / "left-by-a-crash.part").write_bytes(b"x")
    long_ago = time.time() - 31 * 24 * 3600
    for path in (old, folder / "left-by-a-crash.part"):
        os.utime(path, (long_ago, long_ago))
    sweep(app)
    assert len(kept(app)) == 1
    assert ".fr." in kept(app)[0]
    visitor.get(address(visitor, link))
    newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    monkeypatch.setattr(card_store, "KEPT_IN_ALL", newest.stat().st_size)
    sweep(app)
    assert kept(app) == [newest.name]


def test_a_full_disk_still_shows_the_card(app, visitor, link, monkeypatch):
    def full(**_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(card_store.tempfile, "NamedTemporaryFile", full)
    picture(visitor.get(address(visitor, link)))
    assert kept(app) == []


def test_many_who_ask_at_once_get_the_same_picture(app, link):
    present = address(Visitor(app), link)
    found = []

    def ask() -> None:
        found.append(Visitor(app).get(present).data)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    check(found[0])
    assert len(kept(app)) == 1


def test_drawing_is_limited_and_what_is_kept_is_not(settings, job, link, db, monkeypatch):
    monkeypatch.setattr(pages, "DRAWINGS", "3/minute")
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    try:
        visitor = Visitor(app)
        answers = []
        for number in range(4):
            job.title = f"Engineer {number}"
            db.commit()
            present = address(visitor, link)
            answers.append(visitor.get(present).status_code)
            if number == 2:
                again = [visitor.get(present).status_code for _ in range(10)]
        assert answers == [200, 200, 200, 429]
        assert again == [200] * 10
        elsewhere = visitor.get(present, environ_base={"REMOTE_ADDR": "198.51.100.7"})
        assert elsewhere.status_code == 200
    finally:
        limiter.enabled = False
        app.extensions["database"].dispose()
