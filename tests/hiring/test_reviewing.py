"""Notes and ratings: everybody's own, changed by nobody else, and gone when they should be."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from careers.base import clock
from careers.base.people import Role, person_by_email
from careers.hiring.pipeline import rating
from careers.hiring.pipeline.models import Criterion, Note, Rating
from careers.hiring.pipeline.rating import Rated, names_in, overall
from tests.cast import Cast
from tests.hiring.pipeline import address, applied, hires
from tests.jobs.samples import open_job


@pytest.fixture
def application(db):
    return applied(db, open_job(db))


@pytest.fixture
def rosa(visit_as):
    return visit_as(Cast.RECRUITER)


def _note(browser, application, text):
    where = address(application)
    return browser.post(f"{where}/notes", {"text": text}, form_on=where)


def _page(browser, application):
    return browser.get(address(application)).get_data(as_text=True)


def test_a_note_is_markdown_without_harm(rosa, application, db):
    said = "**Good** <script>alert(1)</script> [x](javascript:alert(1))"
    assert _note(rosa, application, said).status_code == 303
    page = _page(rosa, application)
    assert "<strong>Good</strong>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_a_note_that_can_t_be_kept_is_not_lost(rosa, application, db, text):
    answer = _note(rosa, application, text)
    assert answer.status_code == 422
    assert f"{text.strip()}</textarea>" in answer.get_data(as_text=True)
    assert db.scalar(select(func.count(Note.id))) == 0


def test_only_its_author_changes_a_note(rosa, visit_as, application, db):
    _note(rosa, application, "First")
    note = db.scalars(select(Note)).one()
    hires(db, Cast.COLLEAGUE, application.job)
    carl, where = visit_as(Cast.COLLEAGUE), address(application)
    assert "First" in _page(carl, application)
    change = f"{where}/notes/{note.code}"
    for path in (change, f"{change}/deletion", f"{change}/restoration"):
        fields = {"text": "Mine now", "version": "1"}
        assert carl.post(path, fields, form_on=where).status_code == 404
    assert rosa.post(change, {"text": "Second", "version": "1"}, form_on=where).status_code == 303
    late = rosa.post(change, {"text": "Third", "version": "1"}, form_on=where)
    assert late.status_code == 409
    assert "Third</textarea>" in late.get_data(as_text=True)
    db.refresh(note)
    assert (note.text, note.version) == ("Second", 2)
    assert "(changed)" in _page(carl, application)


def test_a_deleted_note_comes_back_for_ten_minutes_and_then_is_gone(
    rosa, visit_as, application, db, work
):
    _note(rosa, application, "Too harsh")
    note = db.scalars(select(Note)).one()
    where = f"{address(application)}/notes/{note.code}"
    rosa.post(f"{where}/deletion", form_on=address(application))
    assert "You deleted a note" in _page(rosa, application)
    assert "Too harsh" not in _page(rosa, application)
    hires(db, Cast.COLLEAGUE, application.job)
    assert "deleted a note" not in _page(visit_as(Cast.COLLEAGUE), application)
    work()
    rosa.post(f"{where}/restoration", form_on=address(application))
    assert "Too harsh" in _page(rosa, application)
    rosa.post(f"{where}/deletion", form_on=address(application))
    with clock.set_to(clock.now() + timedelta(minutes=11)):
        work()
    assert db.scalar(select(func.count(Note.id))) == 0


def test_each_rates_for_themselves_and_averages_are_shown(rosa, visit_as, application, db):
    for position, name in enumerate(("Craft", "Curiosity")):
        db.add(Criterion(name=name, position=position))
    db.commit()
    hires(db, Cast.COLLEAGUE, application.job, "interviewer")
    codes = dict(db.execute(select(Criterion.name, Criterion.code)).all())
    where = f"{address(application)}/ratings"
    craft, curiosity = f"score-{codes['Craft']}", f"score-{codes['Curiosity']}"
    for email, scores in {
        Cast.RECRUITER: {craft: "5", curiosity: ""},
        Cast.COLLEAGUE: {craft: "2", curiosity: "4"},
    }.items():
        browser = visit_as(email)
        assert browser.post(where, scores, form_on=address(application)).status_code == 303
    page = _page(rosa, application)
    assert "3.8 of 5" in page  # (3.5 + 4) / 2, to one decimal
    assert '<td class="number">3.5</td>' in page
    assert rosa.post(where, {craft: "6"}, form_on=address(application)).status_code == 400
    rosa.post(where, {craft: ""}, form_on=address(application))
    assert sorted(db.scalars(select(Rating.score))) == [2, 4]


def test_two_of_one_name_keep_what_each_thinks(rosa, application, db):
    editor, recruiter = (person_by_email(db, one) for one in (Cast.EDITOR, Cast.RECRUITER))
    editor.name = recruiter.name
    rating.set_criteria(db, None, [], ["Craft"], recruiter)
    (craft,) = rating.own_criteria(db, None)
    rating.rate(db, application, editor, {craft.id: 1})
    rating.rate(db, application, recruiter, {craft.id: 5})
    db.commit()
    page = rosa.get(address(application)).get_data(as_text=True)
    scores = re.findall(r'<td class="number">(\d)</td>', page)
    assert scores == ["3", *("15" if editor.id < recruiter.id else "51")]


def test_a_job_s_own_criteria_stand_instead_of_the_company_s(rosa, application, db):
    for where, names in (
        ("/recruiting/criteria", "Craft\ncuriosity\nCRAFT"),
        (f"/recruiting/jobs/{application.job.code}/criteria", "Driving"),
    ):
        form = where.replace("/jobs", "/jobs").removesuffix("/criteria")
        on = where if where == "/recruiting/criteria" else f"{form}/hiring"
        assert rosa.post(where, {"names": names, "seen": ""}, form_on=on).status_code == 303
    assert [one.name for one in rating.own_criteria(db, None)] == ["Craft", "curiosity"]
    assert [one.name for one in rating.criteria_for(db, application.job)] == ["Driving"]
    late = rosa.post("/recruiting/criteria", {"names": "Luck", "seen": ""})
    assert late.status_code == 409
    assert "Luck</textarea>" in late.get_data(as_text=True)


def test_what_was_rated_by_a_criterion_that_went_is_still_shown(rosa, application, db):
    person = person_by_email(db, Cast.RECRUITER)
    rating.set_criteria(db, None, [], ["Craft"], person)
    db.flush()
    (craft,) = rating.own_criteria(db, None)
    rating.rate(db, application, person, {craft.id: 4})
    rating.set_criteria(db, None, ["Craft"], ["Luck"], person)
    db.commit()
    found = {one.criterion.name: (one.average, one.is_asked) for one in
             rating.rated_by(db, application)}  # fmt: skip
    assert found == {"Luck": (None, True), "Craft": (4, False)}
    assert "no longer asked" in _page(rosa, application)


@given(st.lists(st.lists(st.integers(1, 5), max_size=6), max_size=6))
def test_the_whole_lies_between_what_was_given(scores):
    rated = [Rated(Criterion(), [Rating(score=one) for one in given], True) for given in scores]
    every = [one for given in scores for one in given]
    found = overall(rated)
    assert (found is None) == (not every)
    if found is not None:
        assert min(every) - 1e-9 <= found <= max(every) + 1e-9


@pytest.mark.parametrize("text", ["x" * 81, "\n".join(f"Name {n}" for n in range(13))])
def test_too_many_criteria_are_refused(text):
    with pytest.raises(ValueError, match=r"^(x|Name)"):
        names_in(text)


def test_who_assigns_gives_to_whoever_may_move_it(rosa, application, db):
    where = address(application)
    person_by_email(db, Cast.EDITOR).grant(Role.RECRUITER)
    db.commit()
    edith, carl = (person_by_email(db, email).code for email in (Cast.EDITOR, Cast.COLLEAGUE))
    give = f"{where}/recruiter"
    assert rosa.post(give, {"recruiter": carl, "seen": ""}, form_on=where).status_code == 422
    assert rosa.post(give, {"recruiter": edith, "seen": ""}, form_on=where).status_code == 303
    late = rosa.post(give, {"recruiter": "", "seen": ""}, form_on=where)
    assert late.status_code in {303, 409}
    db.refresh(application)
    assert application.recruiter.email == Cast.EDITOR
