"""Refusals, and appeals that somebody else decides."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from careers.base.people import person_by_email
from referrals.bonuses.models import Appeal
from referrals.models import Credit, Receipt
from tests.bonuses.standing import NEW, SECOND, mails_to, only_bonus, opened, standings, text
from tests.cast import Cast


def refused_by_rosa(visit_as, db):
    found = only_bonus(db)
    page = f"/recruiting/bonuses/{found.code}"
    answer = visit_as(Cast.RECRUITER).post(
        f"{page}/refusal", {"why": "They met at our fair."}, form_on=page
    )
    assert answer.status_code == 303
    db.expire_all()
    return found


def appealed(visit_as, db, page, who=Cast.ENGINEER):
    answer = visit_as(who).post(page, {"text": "I sent her the link in May."})
    assert answer.status_code == 303
    return db.scalars(select(Appeal).order_by(Appeal.id.desc())).first()


def answered(browser, found, outcome, **more):
    page = f"/recruiting/appeals/{found.code}"
    fields = {"outcome": outcome, "answer": "The mails show it.", **more}
    return browser.post(page, fields, form_on=NEW)


def test_a_refused_bonus_is_appealed_once_and_decided_by_somebody_else(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    found = refused_by_rosa(visit_as, db)
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2
    page = f"/me/bonuses/{found.code}/appeal"
    assert "They met at our fair." in text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert visit_as(Cast.COLLEAGUE).get(page).status_code == 404
    appeal = appealed(visit_as, db, page)
    appealed(visit_as, db, page)
    assert len(db.scalars(select(Appeal)).all()) == 1
    rosa = visit_as(Cast.RECRUITER)
    assert "Somebody else decides this one" in text(rosa.get(f"/recruiting/appeals/{appeal.code}"))
    assert answered(rosa, appeal, "granted").status_code == 404
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2
    assert answered(visit_as(SECOND), appeal, "granted").status_code == 303
    db.expire_all()
    assert standings(db, application) == [(50_000, "eligible", ""), (50_000, "pending", "")]
    assert "Your appeal was granted." in mails_to(db, Cast.ENGINEER)
    again = rosa.post(f"/recruiting/bonuses/{found.code}/refusal", {"why": "Still."}, form_on=NEW)
    assert again.status_code == 303
    db.expire_all()
    assert standings(db, application)[0] == (50_000, "eligible", "")


def test_who_refused_a_bonus_takes_it_back_until_somebody_appeals(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    found = refused_by_rosa(visit_as, db)
    page = f"/recruiting/bonuses/{found.code}"
    rosa, back = visit_as(Cast.RECRUITER), {"why": "It was the wrong Nadia."}
    assert "Take the refusal back" not in text(visit_as(SECOND).get(page))
    assert visit_as(SECOND).post(f"{page}/refusal/end", back, form_on=NEW).status_code == 303
    assert rosa.post(f"{page}/refusal/end", {"why": " "}, form_on=page).status_code == 422
    db.expire_all()
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2
    assert rosa.post(f"{page}/refusal/end", back, form_on=page).status_code == 303
    db.expire_all()
    assert standings(db, application) == [(50_000, "eligible", ""), (50_000, "pending", "")]
    assert "It was the wrong Nadia." in text(rosa.get(page))
    assert "Refuse it" in text(rosa.get(page))
    refused_by_rosa(visit_as, db)
    appealed(visit_as, db, f"/me/bonuses/{found.code}/appeal")
    assert "Take the refusal back" not in text(rosa.get(page))
    rosa.post(f"{page}/refusal/end", back, form_on=NEW)
    db.expire_all()
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2


def test_a_refused_appeal_changes_nothing_and_is_answered(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    found = refused_by_rosa(visit_as, db)
    appeal = appealed(visit_as, db, f"/me/bonuses/{found.code}/appeal")
    alma = visit_as(SECOND)
    assert answered(alma, appeal, "refused").status_code == 303
    assert answered(alma, appeal, "granted").status_code == 422  # it is decided
    db.expire_all()
    assert standings(db, application) == [(50_000, "ineligible", "refused")] * 2
    page = text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert "The mails show it." in page
    assert "/appeal" not in page


def test_an_appeal_against_a_refused_credit_gives_a_share_and_the_bonus_follows(
    visit_as, db, hired
):
    application = hired(Cast.COLLEAGUE, without=[Cast.ENGINEER])
    ada = person_by_email(db, Cast.ENGINEER)
    carl = person_by_email(db, Cast.COLLEAGUE)
    page = text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert "too long before" in page
    appeal = appealed(visit_as, db, f"/me/credits/{application.code}/appeal")
    alma = visit_as(SECOND)
    greedy = {f"share-{ada.code}": "1/2", f"share-{carl.code}": "2/3"}
    assert answered(alma, appeal, "granted", **greedy).status_code == 422
    assert db.scalars(select(Appeal.outcome)).one() == ""
    halves = {f"share-{ada.code}": "1/2", f"share-{carl.code}": "1/2"}
    assert answered(alma, appeal, "granted", **halves).status_code == 303
    db.expire_all()
    assert standings(db, application) == [(25_000, "eligible", ""), (25_000, "pending", "")] * 2
    mine = text(visit_as(Cast.ENGINEER).get("/me/bonuses"))
    assert "The mails show it." in mine and "credited to you since: 1/2" in mine
    assert "/appeal" not in mine
    assert db.scalars(select(Receipt.sha256)).one() == "0" * 64
    assert [(c.part, c.whole) for c in db.scalars(select(Credit))] == [(1, 1)]


def test_an_appeal_stays_among_the_bonuses_whatever_becomes_of_it(visit_as, db, hired):
    application = hired(Cast.COLLEAGUE, without=[Cast.ENGINEER])
    ada = person_by_email(db, Cast.ENGINEER)
    appeal = appealed(visit_as, db, f"/me/credits/{application.code}/appeal")
    whole = {f"share-{ada.code}": "1"} | {f"share-{person_by_email(db, Cast.COLLEAGUE).code}": "0"}
    assert answered(visit_as(SECOND), appeal, "granted", **whole).status_code == 303
    browser = visit_as(Cast.ENGINEER)
    mine = text(browser.get("/me/bonuses"))
    assert "granted" in mine and "credited to you since: all of it" in mine
    assert f"/me/receipts/{application.code}" in mine
    application.sharer_sees = "nothing"
    db.commit()
    kept = text(browser.get("/me/bonuses"))
    assert "granted" in kept and "The mails show it." in kept
    assert "Nadia" not in kept and application.code not in kept


@pytest.mark.parametrize("sees", ["nothing"])
def test_a_credit_that_the_candidate_hides_cannot_be_asked_about(visit_as, hired, sees):
    application = hired(Cast.COLLEAGUE, without=[Cast.ENGINEER], sees=sees)
    ada = visit_as(Cast.ENGINEER)
    assert "too long before" not in text(ada.get("/me/bonuses"))
    assert ada.get(f"/me/credits/{application.code}/appeal").status_code == 404


def test_an_appeal_is_not_granted_over_a_correction_that_was_not_seen(visit_as, db, hired):
    application = hired(Cast.COLLEAGUE, without=[Cast.ENGINEER])
    ada, carl = (person_by_email(db, email) for email in (Cast.ENGINEER, Cast.COLLEAGUE))
    appeal = appealed(visit_as, db, f"/me/credits/{application.code}/appeal")
    page = f"/recruiting/appeals/{appeal.code}"
    alma, rosa = visit_as(SECOND), visit_as(Cast.RECRUITER)
    answer = opened(alma, page) | {
        "outcome": "granted", "answer": "Both did.",
        f"share-{ada.code}": "1/2", f"share-{carl.code}": "1/2",
    }  # fmt: skip
    correction = f"/recruiting/receipts/{application.code}/correction"
    less = {f"share-{carl.code}": "1/3", "why": "Our fair did most."}
    assert rosa.post(correction, opened(rosa, correction) | less).status_code == 303
    refused = alma.client.post(page, data=answer)
    assert refused.status_code == 422
    assert "Rosa Klein corrected this credit meanwhile" in text(refused)
    assert db.scalars(select(Appeal.outcome)).one() == ""
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(refused)))
    assert alma.client.post(page, data=answer | hidden).status_code == 303
    db.expire_all()
    assert db.scalars(select(Appeal.outcome)).one() == "granted"


def test_whoever_corrected_a_credit_does_not_decide_an_appeal_about_it(visit_as, db, hired):
    application = hired(Cast.COLLEAGUE, without=[Cast.ENGINEER])
    carl = person_by_email(db, Cast.COLLEAGUE)
    appeal = appealed(visit_as, db, f"/me/credits/{application.code}/appeal")
    rosa, page = visit_as(Cast.RECRUITER), f"/recruiting/appeals/{appeal.code}"
    assert "Your answer" in text(rosa.get(page))
    correction = f"/recruiting/receipts/{application.code}/correction"
    less = {f"share-{carl.code}": "1/3", "why": "Our fair did most."}
    assert rosa.post(correction, less).status_code == 303
    assert "Somebody else decides this one" in text(rosa.get(page))
    assert "somebody else decides" in text(rosa.get("/recruiting/appeals"))
    assert answered(rosa, appeal, "refused").status_code == 404
    assert answered(visit_as(SECOND), appeal, "refused").status_code == 303


def test_an_appeal_is_told_to_those_who_can_decide_it_and_to_no_party(visit_as, db, hired):
    hired(Cast.ENGINEER)
    found = refused_by_rosa(visit_as, db)
    appealed(visit_as, db, f"/me/bonuses/{found.code}/appeal")
    waits = "An appeal waits: Ada Engel"
    assert waits in mails_to(db, SECOND) and waits not in mails_to(db, Cast.RECRUITER)
