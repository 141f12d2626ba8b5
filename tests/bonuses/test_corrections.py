"""Credit is corrected by hand, beside its receipt."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from careers.base.people import Role, person_by_email
from referrals.bonuses.models import Instalment
from referrals.models import Credit, Receipt
from tests.bonuses.standing import NEW, mails_to, only_bonus, opened, standings, text
from tests.cast import Cast


def test_a_correction_stands_beside_the_receipt_and_the_last_one_holds(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    page = f"/recruiting/receipts/{application.code}/correction"
    rosa = visit_as(Cast.RECRUITER)
    shared = {f"share-{ada.code}": "1/2", "why": "Both told her."}
    other = {"email": Cast.COLLEAGUE, "share": "1/2"}
    assert rosa.post(page, {**shared, **other}).status_code == 303
    assert standings(db, application) == [(25_000, "eligible", ""), (25_000, "pending", "")] * 2
    for browser, address in (
        (rosa, f"/recruiting/receipts/{application.code}"),
        (visit_as(Cast.ENGINEER), f"/me/receipts/{application.code}"),
        (visit_as(Cast.COLLEAGUE), f"/me/receipts/{application.code}"),
    ):
        shown = text(browser.get(address))
        assert "Both told her." in shown
        assert "Carl Bauer" in shown
    none = opened(rosa, page) | {f"share-{ada.code}": "0", "why": "No."}
    assert rosa.client.post(page, data=none).status_code == 303
    assert standings(db, application)[:2] == [(0, "ineligible", "not_credited")] * 2
    assert mails_to(db, Cast.ENGINEER).count("Your share of a credit was corrected") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"ada": "1"}, {"ada": "2/3", "email": Cast.COLLEAGUE, "share": "1/2"}, {"ada": "3/2"},
        {"ada": "x"}, {"ada": "1/2", "email": "nobody@acme.example", "share": "1/2"},
        {"ada": "1/2", "email": Cast.RECRUITER, "share": "1/2"}, {"ada": "0", "why": ""},
        {"ada": "1/2", "email": Cast.GONE, "share": "1/2"},
        {"ada": "1/2", "email": Cast.COLLEAGUE, "share": ""}, {"ada": "1/2", "share": "1/2"},
    ],
)  # fmt: skip
def test_corrections_that_cannot_be_are_refused(visit_as, db, hired, wrong):
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    page = f"/recruiting/receipts/{application.code}/correction"
    sent = {"why": "A reason.", **wrong, f"share-{ada.code}": wrong["ada"]}
    assert visit_as(Cast.RECRUITER).post(page, sent).status_code == 422
    assert standings(db, application) == [(50_000, "eligible", ""), (50_000, "pending", "")]


def test_what_is_paid_stays_paid_and_what_is_too_much_is_said(visit_as, db, programme, hired):
    programme.two_people_above = 100_000
    db.commit()
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    one = db.scalars(select(Instalment).order_by(Instalment.number)).first()
    rosa = visit_as(Cast.RECRUITER)
    rosa.post(f"/recruiting/bonuses/instalments/{one.code}/payment", form_on=NEW)
    page = f"/recruiting/receipts/{application.code}/correction"
    rosa.post(page, {f"share-{ada.code}": "1/4", "why": "Others helped."})
    db.expire_all()
    assert standings(db, application) == [
        (50_000, "paid", ""), (0, "ineligible", "not_credited"),
    ]  # fmt: skip
    shown = text(rosa.get(f"/recruiting/bonuses/{only_bonus(db).code}"))
    assert re.search("€250 was paid and isn’t due any more", shown)


def test_of_two_who_correct_a_credit_in_two_windows_the_second_is_told_and_loses_nothing(
    visit_as, db, hired
):
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    page = f"/recruiting/receipts/{application.code}/correction"
    person_by_email(db, Cast.EDITOR).grant(Role.RECRUITER)
    db.commit()
    rosa, edith = visit_as(Cast.RECRUITER), visit_as(Cast.EDITOR)
    first, second = opened(rosa, page), opened(edith, page)
    first |= {f"share-{ada.code}": "1/2", "why": "Carl told her too."}
    first |= {"email": Cast.COLLEAGUE, "share": "1/2"}
    assert rosa.client.post(page, data=first).status_code == 303
    second |= {f"share-{ada.code}": "1/4", "why": "It was mostly our fair."}
    refused = edith.client.post(page, data=second)
    assert refused.status_code == 422
    for said in (
        "Rosa Klein corrected this credit meanwhile", "Carl told her too.", "Carl Bauer",
        "It was mostly our fair.", 'value="1/4"',
    ):  # fmt: skip
        assert said in text(refused), said
    assert standings(db, application) == [(25_000, "eligible", ""), (25_000, "pending", "")] * 2
    without_reason = edith.client.post(page, data={**second, "why": ""})
    assert "Rosa Klein corrected this credit meanwhile" in text(without_reason)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(refused)))
    assert edith.client.post(page, data=second | hidden).status_code == 303
    assert standings(db, application)[0] == (12_500, "eligible", "")


def test_who_corrects_what_was_decided_anew_meanwhile_is_told(visit_as, db, hired):
    application = hired(Cast.ENGINEER)
    ada = person_by_email(db, Cast.ENGINEER)
    page = f"/recruiting/receipts/{application.code}/correction"
    rosa = visit_as(Cast.RECRUITER)
    seen = opened(rosa, page) | {f"share-{ada.code}": "1/2", "why": "Both told her."}
    db.query(Receipt).update({"sha256": "1" * 64})
    db.commit()
    refused = rosa.client.post(page, data=seen)
    assert refused.status_code == 422
    assert "the credit was decided anew meanwhile" in text(refused)
    again = seen | {"receipt": "1" * 64}
    assert rosa.client.post(page, data=again).status_code == 303


def test_shares_of_any_rule_can_be_kept_beside_one_that_is_corrected(visit_as, db, applied):
    application = applied(Cast.ENGINEER, Cast.COLLEAGUE)
    odd = "524288/1048577"  # as a rule by which touches age gives them
    db.query(Credit).filter_by(person=person_by_email(db, Cast.ENGINEER)).update(
        {"part": 524_288, "whole": 1_048_577}
    )
    db.commit()
    page = f"/recruiting/receipts/{application.code}/correction"
    rosa = visit_as(Cast.RECRUITER)
    shown = text(rosa.get(page))
    assert f'value="{odd}" maxlength="37"' in shown
    ada, carl = (person_by_email(db, one) for one in (Cast.ENGINEER, Cast.COLLEAGUE))
    sent = {f"share-{ada.code}": odd, f"share-{carl.code}": "1/4", "why": "Less."}
    assert rosa.post(page, sent).status_code == 303
    assert "524288/1048577" in text(rosa.get(f"/recruiting/receipts/{application.code}"))
