"""The company chooses the rule of credit, and sees before who would have gained and lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from careers.base import clock
from careers.base.audit import Act
from careers.base.people import person_by_email
from referrals import previewing
from referrals.choosing_rule import ChosenMeanwhile, choose, terms_in_force
from referrals.models import Receipt, RuleChoice, RulePreview
from referrals.previewing import UNIT, Past, compare
from referrals.rules import FIRST_TOUCH, LINEAR, POSITION, RULES, time_decay
from referrals.terms import Terms, terms_stated, usual_terms
from tests.cast import Cast

APPLIED = datetime(2026, 11, 20, 12, tzinfo=UTC)
FORM = {"rule": "linear", "window_days": "30", "days": "90"}


# -- terms and comparing, without a database --------------------------------------------------


@pytest.mark.parametrize(
    "terms",
    [
        *(Terms(rule, 30) for rule in RULES.values()),
        Terms(time_decay(3), 365, 1),
        Terms(LINEAR, 1, 365),
    ],
)
def test_terms_are_read_back_from_what_they_state(terms):
    assert terms_stated(*terms.stated).stated == terms.stated


@pytest.mark.parametrize(("window", "ownership"), [(0, None), (366, None), (30, 0), (30, 366)])
def test_terms_have_bounds(window, ownership):
    with pytest.raises(ValueError, match="from 1 to 365"):
        Terms(LINEAR, window, ownership)


def met(sharer: str, days: float, against: tuple[str, ...] = ()):
    return {
        "kind": "click", "sharer": sharer, "at": (APPLIED - timedelta(days=days)).isoformat(),
        "dropped": None, "against": list(against),
    }  # fmt: skip


TWO = Past(APPLIED, [met("ada", 9), met("ben", 2)], {"ben": Fraction(1)})
BOT = Past(APPLIED, [met("ada", 9, ("not_a_person",)), met("ben", 2)], {"ben": Fraction(1)})
OLDER = Past(APPLIED, [met("cleo", 40)], {})


@pytest.mark.parametrize(
    ("terms", "past", "changed", "sums"),
    [
        (usual_terms(30), [TWO, BOT, OLDER], 0, {"ben": (2, 2, 0)}),
        (Terms(FIRST_TOUCH, 30), [TWO], 1, {"ada": (0, 1, 1), "ben": (1, 0, 1)}),
        (Terms(LINEAR, 30), [TWO, TWO], 2, {"ada": (0, 1, 2), "ben": (2, 1, 2)}),
        (Terms(LINEAR, 30), [BOT], 0, {"ben": (1, 1, 0)}),
        (Terms(LINEAR, 60), [OLDER], 1, {"cleo": (0, 1, 1)}),
        (Terms(LINEAR, 5), [TWO], 0, {"ben": (1, 1, 0)}),
        (Terms(POSITION, 30, 10), [TWO], 1, {"ada": (0, 1, 1), "ben": (1, 0, 1)}),
        (Terms(LINEAR, 30), [], 0, {}),
    ],
)
def test_what_other_terms_come_to(terms, past, changed, sums):
    found = compare(terms, past)
    assert found.changed == changed
    assert found.sums == {
        person: (now * UNIT, then * UNIT, many) for person, (now, then, many) in sums.items()
    }


# -- choosing ---------------------------------------------------------------------------------


def try_out(browser, **fields):
    answer = browser.post("/recruiting/rule", {**FORM, **fields})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def newest_receipt(db):
    return db.scalar(select(Receipt).order_by(Receipt.id.desc()))


def shares(receipt):
    return {
        credit.person.first_name: Fraction(credit.part, credit.whole) for credit in receipt.credits
    }


def test_a_rule_is_tried_chosen_with_a_reason_and_holds_from_then_on(came, visit_as, db):
    earlier = came(ada=4, carl=2, ago=10)
    before = newest_receipt(db)
    assert shares(before) == {"Carl": 1}
    recruiter = visit_as(Cast.RECRUITER)
    preview = try_out(recruiter)
    page = recruiter.get(preview).get_data(as_text=True)
    assert re.search(r"Carl Bauer.*?1\.00.*?0\.50.*?−0\.50", page, re.DOTALL)
    assert re.search(r"Ada Engel.*?0\.00.*?0\.50.*?\+0\.50", page, re.DOTALL)
    assert page.index("Ada Engel") < page.index("Carl Bauer"), "who gains comes first"
    assert re.search(r"All together.*?1\.00.*?1\.00.*?±0\.00", page, re.DOTALL)
    refused = recruiter.post(f"{preview}/choice", {"why": "  "}, form_on=preview)
    assert refused.status_code == 422
    assert "Please say why" in refused.get_data(as_text=True)
    recruiter.post(f"{preview}/choice", {"why": "Everybody helped"}, form_on=preview)
    history = recruiter.get("/recruiting/rule").get_data(as_text=True)
    assert "Everybody helped" in history
    assert history.count("Rosa Klein") >= 1
    first, second = db.scalars(select(RuleChoice).order_by(RuleChoice.number))
    assert (first.since, first.person_id, first.rule) == (None, None, "last_touch")
    assert (second.rule, second.parameters) == ("linear", {"window_days": 30})
    assert db.scalar(select(Act.what).order_by(Act.id.desc())) == "rule:choose"
    came(ada=4, carl=2)
    assert shares(newest_receipt(db)) == {"Ada": Fraction(1, 2), "Carl": Fraction(1, 2)}
    assert newest_receipt(db).rule == "linear"
    came(ada=4, carl=2, ago=5)  # decided now, but it came when the other rule held
    assert shares(newest_receipt(db)) == {"Carl": 1}
    db.expire_all()
    assert (shares(before), before.application_id) == ({"Carl": 1}, earlier.id)
    assert "This rule is in force" in recruiter.get(try_out(recruiter)).get_data(as_text=True)


def test_the_setting_matters_only_until_the_first_row_is_written(came, app, db):
    usual = app.extensions["settings"]
    assert terms_in_force(db, clock.now(), usual).stated == usual_terms(30).stated
    other = usual.model_copy(update={"attribution_days": 7})
    assert terms_in_force(db, clock.now(), other).window_days == 7
    came(ada=4)
    assert terms_in_force(db, clock.now(), other).window_days == 30


def test_of_two_who_choose_at_once_one_is_told(came, visit_as, db):
    came(ada=4, carl=2)
    recruiter, admin = visit_as(Cast.RECRUITER), visit_as(Cast.ADMIN)
    one, two = try_out(recruiter), try_out(admin, rule="first_touch")
    assert admin.post(f"{two}/choice", {"why": "a"}, form_on=two).status_code == 303
    assert recruiter.post(f"{one}/choice", {"why": "b"}, form_on=one).status_code == 303
    assert "somebody has chosen a rule meanwhile" in recruiter.get("/recruiting/rule").text
    assert [choice.rule for choice in db.scalars(select(RuleChoice))] == [
        "last_touch",
        "first_touch",
    ]


def test_choosing_needs_what_was_seen_to_be_in_force(app, db):
    person, settings = person_by_email(db, Cast.ADMIN), app.extensions["settings"]
    choose(db, Terms(LINEAR, 30), person, "why", 0, settings)
    with pytest.raises(ChosenMeanwhile):
        choose(db, Terms(FIRST_TOUCH, 30), person, "why", 1, settings)
    db.rollback()


@pytest.mark.parametrize(
    "wrong",
    [
        {"window_days": "0"}, {"window_days": "366"}, {"window_days": ""}, {"rule": "guess"},
        {"ownership_days": "-1"}, {"half_life_days": "x"}, {"days": "31"},
    ],
)  # fmt: skip
def test_what_no_rule_can_be_is_told_at_the_field(visit_as, db, wrong):
    answer = visit_as(Cast.ADMIN).post("/recruiting/rule", {**FORM, **wrong})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert db.scalar(select(func.count()).select_from(RulePreview)) == 0


def test_a_preview_looks_as_far_back_as_asked(came, visit_as):
    came(ada=4, carl=2, ago=40)
    came(ada=4, carl=2, ago=20)
    recruiter = visit_as(Cast.RECRUITER)
    for days, many in (("30", 1), ("90", 2), ("365", 2)):
        page = recruiter.get(try_out(recruiter, days=days)).text
        assert f"of {many} application" in page


def test_much_of_the_past_is_done_piece_by_piece_with_progress(
    came, visit_as, db, work, monkeypatch
):
    monkeypatch.setattr(previewing, "AT_ONCE", 2)
    for _ in range(5):
        came(ada=4, carl=2, ago=1)
    recruiter = visit_as(Cast.RECRUITER)
    preview = try_out(recruiter)
    page = recruiter.get(preview).text
    assert "Deciding 2 of 5 applications again" in page
    assert "data-hx-trigger" in page
    assert recruiter.post(f"{preview}/choice", {"why": "a"}, form_on="/recruiting/rule").status_code == 404  # fmt: skip
    while work():
        pass
    page = recruiter.get(preview).text
    assert "data-hx-trigger" not in page
    row = db.scalar(select(RulePreview))
    assert (row.done, row.changed) == (5, 5)
    assert {tuple(sums) for sums in row.sums.values()} == {
        (0, 5 * UNIT // 2, 5),
        (5 * UNIT, 5 * UNIT // 2, 5),
    }


def test_work_that_is_repeated_after_a_crash_counts_once(came, app, db, monkeypatch):
    monkeypatch.setattr(previewing, "AT_ONCE", 1)
    for _ in range(3):
        came(ada=4, carl=2, ago=1)
    with app.extensions["database"].writing() as writing:
        person = person_by_email(writing, Cast.RECRUITER)
        row = previewing.begin(writing, person, Terms(LINEAR, 30), 1, 30)
        number = row.id
        writing.commit()
        assert not previewing.go_on(writing, number)
        writing.commit()
        assert not previewing.go_on(writing, number)  # and then the machine stops
        writing.rollback()
        assert not previewing.go_on(writing, number)
        writing.commit()
        assert previewing.go_on(writing, number)
        writing.commit()
    assert db.get(RulePreview, number).done == 3
