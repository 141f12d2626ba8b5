"""Each item of a page needs a yes of its own, with its date, and goes with one click."""

from __future__ import annotations

from sqlalchemy import select

from careers.base.consents import Consent
from careers.base.people import leave, person_by_email
from experts.editing import Said
from feeds.models import Feed
from feeds.subscribing import subscribe
from tests.cast import Cast
from tests.experts.conftest import NOVEMBER

PAGE, MINE = "/experts/ada-engel", "/me/consents"


def show_all(show) -> None:
    show(
        Cast.ENGINEER,
        networks=(("github", "https://github.com/ada"),),
        talks=(Said("What a meter knows", NOVEMBER.date()),),
    )


def test_networks_and_talks_go_and_come_with_one_click(show, visit_as, visitor, db):
    show_all(show)
    ada = visit_as(Cast.ENGINEER)
    for item, words in (("networks", "github.com/ada"), ("talks", "What a meter knows")):
        assert words in visitor.get(PAGE).text
        assert ada.post(f"{MINE}/{item}/withdraw", form_on=MINE).status_code == 303
        assert words not in visitor.get(PAGE).text, item
        assert words in ada.get("/me/profile").text, "it is kept"
        ada.post(f"{MINE}/{item}/give", form_on=MINE)
        assert words in visitor.get(PAGE).text
        rows = db.scalars(select(Consent).where(Consent.item == item).order_by(Consent.id)).all()
        assert [row.withdrawn_at is None for row in rows] == [False, True]
        db.rollback()


def test_what_a_feed_brings_goes_with_its_consent(show, visit_as, visitor, database, said, db):
    show(Cast.ENGINEER)
    said(Cast.ENGINEER, "Some words")
    ada = visit_as(Cast.ENGINEER)
    item = f"feed:{db.scalars(select(Feed.code)).one()}"
    db.rollback()
    ada.post(f"{MINE}/{item}/give", form_on=MINE)
    assert "Some words" in visitor.get(PAGE).text
    ada.post(f"{MINE}/{item}/withdraw", form_on=MINE)
    assert "Some words" not in visitor.get(PAGE).text
    assert "Some words" not in visitor.get("/").text
    assert ada.post(f"{MINE}/feed:nothing/give", form_on=MINE).status_code == 404
    carl = visit_as(Cast.COLLEAGUE)
    assert carl.post(f"{MINE}/{item}/give", form_on=MINE).status_code == 404


def test_subscribing_to_a_feed_is_a_consent_with_its_date(db):
    person = person_by_email(db, Cast.ENGINEER)
    feed = subscribe(db, person, "https://ada.example/feed", "everything")
    assert db.scalars(select(Consent.item)).all() == [f"feed:{feed.code}"]


def test_who_leaves_has_agreed_to_nothing_more(show, db):
    show_all(show)
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    assert all(one.withdrawn_at for one in db.scalars(select(Consent)))


def test_one_sees_what_one_agreed_to_and_since_when(show, visit_as):
    show_all(show)
    page = visit_as(Cast.ENGINEER).get(MINE).text
    assert "Yes, since" in page
    assert "What you agreed to, and took back" in page
