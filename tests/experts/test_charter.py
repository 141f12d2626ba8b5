"""The charter: read and agreed to before a page is shown, written by administrators, kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from careers.base.consents import Consent
from careers.base.people import person_by_email
from experts import charter
from experts.models import Charter, Expert
from tests.cast import Cast

FIELDS = {"headline": "Keeps clocks honest.", "show": "1"}
ADMIN = "/admin/charter"


@pytest.fixture
def agreed(db):
    """`agreed(email)` is what that person agrees to of charters now."""

    def of(email: str) -> list[str]:
        stands = Consent.withdrawn_at.is_(None), Consent.item.like("charter:%")
        person = person_by_email(db, email).id
        found = db.scalars(select(Consent.item).where(Consent.person_id == person, *stands)).all()
        db.rollback()
        return list(found)

    return of


def change(visit_as, **words: str):
    texts = {"in_english": "**Be kind.**", "in_french": "**Soyez aimable.**", "seen": "1"} | words
    return visit_as(Cast.ADMIN).post(ADMIN, texts)


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_text_in_force_stands_beside_the_button(visit_as, prefix):
    page = visit_as(Cast.ENGINEER).get(f"{prefix}/me/profile").text
    assert ("<strong>Vous décidez.</strong>" if prefix else "<strong>You decide.</strong>") in page
    assert page.index('id="charter-text"') < page.index('name="show"')


@pytest.mark.parametrize("said", [{}, {"charter": ""}, {"charter": "2"}, {"charter": "x"}])
def test_nobody_is_shown_without_agreeing_to_it(visit_as, visitor, db, agreed, said):
    answer = visit_as(Cast.ENGINEER).post("/me/profile", FIELDS | said)
    assert answer.status_code == 422
    assert 'id="charter-error"' in answer.text
    assert "Keeps clocks honest." in answer.text
    assert visitor.get("/experts/ada-engel").status_code == 404
    assert db.scalars(select(Expert)).all() == []
    assert agreed(Cast.ENGINEER) == []


def test_what_was_agreed_to_is_recorded_and_can_be_read_again(visit_as, agreed):
    ada = visit_as(Cast.ENGINEER)
    assert ada.post("/me/profile", FIELDS | {"charter": "1"}).status_code == 303
    assert agreed(Cast.ENGINEER) == ["charter:1"]
    assert "The charter, version 1" in ada.get("/me/consents").text
    assert change(visit_as).status_code == 303
    assert agreed(Cast.ENGINEER) == ["charter:1"]
    assert "You decide." in ada.get("/me/charter/1").text
    assert "Another version is in force now." in ada.get("/me/charter/1").text
    assert ada.get("/me/charter/9").status_code == 404


def test_another_text_is_asked_about_and_takes_nobodys_page_down(visit_as, visitor, agreed):
    ada = visit_as(Cast.ENGINEER)
    ada.post("/me/profile", FIELDS | {"charter": "1"})
    assert "The charter has changed." not in ada.get("/me/profile").text
    change(visit_as)
    assert visitor.get("/experts/ada-engel").status_code == 200
    assert "The charter has changed." in ada.get("/me/profile").text
    assert "<strong>Be kind.</strong>" in ada.get("/me/charter").text
    stale = ada.post("/me/charter/1/agree", form_on="/me/charter")
    assert stale.location == "/me/charter"
    assert agreed(Cast.ENGINEER) == ["charter:1"]
    ada.post("/me/charter/2/agree", form_on="/me/charter")
    assert agreed(Cast.ENGINEER) == ["charter:1", "charter:2"]
    assert "The charter has changed." not in ada.get("/me/profile").text


def test_who_pauses_has_agreed_and_who_leaves_is_asked_again(visit_as, agreed):
    ada = visit_as(Cast.ENGINEER)
    ada.post("/me/profile", FIELDS | {"charter": "1"})
    ada.post("/me/profile/take-down", form_on="/me/profile")
    assert ada.post("/me/profile", FIELDS | {"version": "1"}).status_code == 303
    ada.post("/me/consents/leave", form_on="/me/consents")
    assert agreed(Cast.ENGINEER) == []
    assert ada.post("/me/profile", FIELDS | {"version": "2"}).status_code == 422


def test_two_administrators_lose_nothing_and_the_same_text_is_no_other(visit_as, db):
    alma = visit_as(Cast.ADMIN)
    assert change(visit_as).status_code == 303
    late = change(visit_as, in_english="Be brief.")
    assert late.status_code == 409
    assert "Be brief." in late.text
    assert 'name="seen" type="hidden" value="2"' in late.text
    assert change(visit_as, seen="2").status_code == 303
    assert db.scalars(select(Charter.number).order_by(Charter.number)).all() == [1, 2]
    db.rollback()
    for wrong in ({"in_english": ""}, {"in_french": "x" * 20_001}):
        assert change(visit_as, seen="2", **wrong).status_code == 422
    assert "Changed the charter" in alma.get("/admin/audit").text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "[x](javascript:alert(1))"])
def test_a_charter_is_never_code(visit_as, text):
    change(visit_as, in_english=text)
    page = visit_as(Cast.ENGINEER).get("/me/charter").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_only_a_yes_of_its_own_kind_counts(db):
    assert charter.number_in("charter:12") == 12
    for item in ("page", "feed:12", "charter:", "charter:x", "charter"):
        assert charter.number_in(item) is None
