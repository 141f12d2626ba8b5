"""A public page begins with a yes and ends with a no, at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from careers.base.audit import Act
from careers.base.consents import Consent
from careers.base.people import Person, leave, person_by_email
from experts import charter, showing
from experts.editing import Profile, StillShown, write_profile
from experts.models import Expert
from experts.showing import NotAgreed, NotReady, opt_out, shown_changed
from tests.cast import Cast
from tests.showing import opt_in


@pytest.fixture
def told():
    """What was announced."""
    heard: list[tuple[str, bool]] = []

    def hear(person, db, shown):
        heard.append((person.name, shown))

    shown_changed.connect(hear)
    yield heard
    shown_changed.disconnect(hear)


def test_an_employee_who_never_opted_in_has_no_page(visitor, show):
    show(Cast.ENGINEER, shown=False)
    never, nobody = visitor.get("/experts/ada-engel"), visitor.get("/experts/nobody-at-all")
    assert never.status_code == nobody.status_code == 404
    assert "Ada" not in never.text
    assert "Ada" not in visitor.get("/experts").text


def test_a_person_in_the_database_alone_shows_nobody_anything(visitor, db):
    assert db.scalars(select(Person)).all()
    db.rollback()
    assert "Nobody shows themselves yet" in visitor.get("/experts").text


def test_opting_in_shows_the_page_and_keeps_the_consent(visitor, show, db, told):
    assert show(Cast.ENGINEER) == "ada-engel"
    assert visitor.get("/experts/ada-engel").status_code == 200
    assert "Ada Engel" in visitor.get("/experts").text
    person = person_by_email(db, Cast.ENGINEER)
    consent = db.scalars(select(Consent).where(Consent.item == "page")).one()
    assert (consent.person_id, consent.item, consent.withdrawn_at) == (person.id, "page", None)
    assert person.page == "ada-engel"
    assert told == [("Ada Engel", True)]
    assert "page:show" in db.scalars(select(Act.what)).all()


def test_a_page_without_a_headline_is_not_shown(db, show):
    show(Cast.ENGINEER, shown=False, headline="")
    with pytest.raises(NotReady):
        opt_in(db, person_by_email(db, Cast.ENGINEER))
    with pytest.raises(NotReady):
        opt_in(db, person_by_email(db, Cast.COLLEAGUE))
    with pytest.raises(NotReady):
        opt_in(db, person_by_email(db, Cast.GONE))
    assert not db.scalars(select(Consent).where(Consent.item == "page")).all()


def test_no_door_shows_a_page_without_a_yes_to_the_charter_in_force(db, show, visitor):
    show(Cast.ENGINEER, shown=False)
    ada = person_by_email(db, Cast.ENGINEER)
    with pytest.raises(NotAgreed):
        showing.opt_in(db, ada)
    charter.agree_to_charter(db, ada, charter.present_charter(db))
    charter.write_charter(db, person_by_email(db, Cast.ADMIN), "Be kind.", "Soyez aimable.", 1)
    with pytest.raises(NotAgreed):  # it was to another text
        showing.opt_in(db, ada)
    db.commit()
    assert visitor.get("/experts/ada-engel").status_code == 404
    assert db.scalars(select(Consent.item).where(Consent.item == "page")).all() == []
    charter.agree_to_charter(db, ada, charter.present_charter(db))
    assert showing.opt_in(db, ada).state == "shown"
    charter.write_charter(db, person_by_email(db, Cast.ADMIN), "Be brief.", "Soyez bref.", 2)
    assert showing.opt_in(db, ada).state == "shown"  # whoever is shown stays so
    db.commit()
    assert visitor.get("/experts/ada-engel").status_code == 200


def test_opting_out_takes_the_page_down_at_once(visitor, show, db, told):
    show(Cast.ENGINEER)
    opt_out(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    answer = visitor.get("/experts/ada-engel")
    assert answer.status_code == 410
    assert "Ada" not in answer.text
    assert "Ada" not in visitor.get("/experts").text
    assert db.scalars(select(Consent).where(Consent.item == "page")).one().withdrawn_at is not None
    assert person_by_email(db, Cast.ENGINEER).page is None
    assert told == [("Ada Engel", True), ("Ada Engel", False)]


def test_opting_in_and_out_twice_keeps_every_consent_and_the_address(show, db, told):
    show(Cast.ENGINEER)
    person = person_by_email(db, Cast.ENGINEER)
    opt_in(db, person)
    opt_out(db, person)
    opt_out(db, person)
    assert opt_in(db, person).slug == "ada-engel"
    db.commit()
    given = db.scalars(select(Consent).where(Consent.item == "page").order_by(Consent.id)).all()
    assert [consent.withdrawn_at is None for consent in given] == [False, True]
    assert len(told) == 3


def test_who_leaves_is_gone_in_the_same_transaction(visitor, show, db):
    show(Cast.ENGINEER)
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.rollback()
    assert visitor.get("/experts/ada-engel").status_code == 200
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    assert visitor.get("/experts/ada-engel").status_code == 410
    assert "Ada" not in visitor.get("/experts").text
    assert db.scalars(select(Consent).where(Consent.item == "page")).one().withdrawn_at is not None


def test_an_address_is_never_given_to_somebody_else(show, db):
    show(Cast.ENGINEER)
    opt_out(db, person_by_email(db, Cast.ENGINEER))
    person_by_email(db, Cast.COLLEAGUE).name = "Adà Engel"
    db.commit()
    assert show(Cast.COLLEAGUE) == "ada-engel-2"
    assert db.scalars(select(Expert.slug).order_by(Expert.slug)).all() == [
        "ada-engel", "ada-engel-2",
    ]  # fmt: skip


def test_a_name_without_latin_letters_still_has_an_address(show, db):
    person_by_email(db, Cast.ENGINEER).name = "山田 太郎"
    db.commit()
    assert len(show(Cast.ENGINEER)) == 8


def test_a_shown_page_keeps_its_headline(show, db):
    show(Cast.ENGINEER)
    with pytest.raises(StillShown):
        write_profile(db, person_by_email(db, Cast.ENGINEER), Profile(headline=""))


def test_editing_a_shown_page_is_announced_and_a_hidden_one_not(show, told):
    show(Cast.ENGINEER, shown=False)
    assert told == []
    show(Cast.ENGINEER)
    show(Cast.ENGINEER, headline="Another one.")
    assert told == [("Ada Engel", True)] * 2
