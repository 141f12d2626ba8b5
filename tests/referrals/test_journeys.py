"""What would be missing: measured over the company's own history, and nothing below the sample."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import event

from referrals.journeys import analyses, analysis, steps_of
from referrals.removal import Journey
from tests.cast import Cast


def journeys(*many):
    return [Journey(steps, hired) for steps, hired, count in many for _ in range(count)]


ENOUGH = journeys(
    (("linkedin",), True, 40),
    (("linkedin", "email"), True, 20),
    (("email",), False, 140),
)


def test_measures_stand_beside_what_was_counted():
    found = analysis(ENOUGH)
    linkedin, email = found.measured
    assert (linkedin.name, linkedin.met, linkedin.hires, linkedin.shapley) == (
        "linkedin", 60, 60, 50,
    )  # fmt: skip
    assert (email.name, email.met, email.hires, email.shapley) == ("email", 160, 20, 10)
    # From the start 3/10 go to linkedin and 7/10 to email; from there 2/3 and 1/8 are hired, and 1/3
    # go from linkedin to email: in all 3/10. Without linkedin 7/80 are left, without email 1/5.
    assert (linkedin.removal, email.removal) == (Fraction(17, 24), Fraction(1, 3))
    assert linkedin.shapley + email.shapley == found.hires == 60


def test_below_the_minimum_nothing_is_measured():
    for few in (ENOUGH[:-1], ENOUGH[11:] + journeys((("email",), False, 100))):
        assert analysis(few).measured == []
    assert analysis([]).hires == 0


def test_only_what_a_person_did_is_a_step():
    touches = [
        {"kind": "click", "channel": "linkedin", "dropped": "not_a_person"},
        {"kind": "click", "channel": "linkedin", "dropped": "another_was_later"},
        {"kind": "read", "dropped": None},
        {"kind": "code", "channel": "qr", "dropped": None},
        {"kind": "click", "channel": "x", "dropped": "own_application"},
    ]
    assert steps_of(touches, "channel") == ("linkedin", "read", "qr")
    assert steps_of(touches, "kind") == ("click", "read", "code")


def test_the_page_says_how_much_is_missing_and_shows_no_number(came, visit_as):
    came(ada=3, hired=True)
    came()
    page = visit_as(Cast.RECRUITER).get("/recruiting/analysis").text
    assert page.count("Too little to say anything") == 2
    assert "200 applications" in page
    assert "So far there are 1 and 1." in page
    assert "Shapley" in page
    assert "neither proves a cause" in page


def test_one_question_is_asked_however_long_the_history(came, database):
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for many in (1, 4):
        for _ in range(many):
            came(ada=3)
        asked.clear()
        with database.reading() as db:
            analyses(db)
        assert len([sql for sql in asked if sql.startswith("SELECT")]) == 1


def test_enough_is_shown_with_every_channel_by_its_name(visit_as, monkeypatch):
    found = {"channel": analysis(ENOUGH), "kind": analysis(journeys((("click",), True, 200)))}
    monkeypatch.setattr("referrals.pages.analysis.analyses", lambda db: found)
    page = visit_as(Cast.RECRUITER).get("/recruiting/analysis").text
    for words in ("LinkedIn", "E-mail", "A link was opened", "50.00", "70.8%"):
        assert words in page
    assert "70,8\xa0%" in visit_as(Cast.RECRUITER).get("/fr/recruiting/analysis").text
    assert visit_as(Cast.COLLEAGUE).get("/recruiting/analysis").status_code == 404
