"""Several who hire at once: nobody's work is lost, and who comes second is told."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from careers.base.database import ChangedMeanwhile
from careers.base.people import Role, person_by_email
from careers.hiring.models import Application, Stage, StageChange
from careers.hiring.moving import MovedMeanwhile, Why, move_application
from careers.hiring.pipeline import letters, rating
from careers.hiring.pipeline.batches import Pick, assign, move_many
from careers.hiring.pipeline.models import Batch, Criterion, Letter, LetterTemplate, Rating
from tests.cast import Cast
from tests.hiring.pipeline import address, applied, rosa
from tests.jobs.samples import open_job

FIELDS = {
    "name": "Thanks", "subject_en": "Your application", "text_en": "Hello {name}",
    "subject_fr": "Votre candidature", "text_fr": "Bonjour {name}",
}  # fmt: skip


def at_once(database, count, act):
    """What each of `count` threads, with a session of its own, comes back with or raises."""
    outcomes, together = [], threading.Barrier(count)

    def run(number):
        with database.writing() as own:
            together.wait()
            try:
                outcomes.append(act(own, number))
                own.commit()
            except (MovedMeanwhile, ChangedMeanwhile, letters.TooLate) as late:
                own.rollback()
                outcomes.append(type(late).__name__)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_many_who_move_there_and_back_one_version_wins(database, db):
    application = applied(db, open_job(db))
    number = application.id
    targets = [Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER, Stage.REJECTED] * 2

    def move(own, at):
        found = own.get_one(Application, number)
        person = person_by_email(own, Cast.RECRUITER)
        move_application(own, found, Stage.NEW, targets[at], person, version=1, why=Why(words="w"))
        return targets[at].value

    outcomes = at_once(database, 8, move)
    (won,) = [one for one in outcomes if one != "MovedMeanwhile"]
    db.expire_all()
    assert (application.stage, application.version) == (won, 2)
    assert db.scalar(select(func.count(StageChange.id))) == 2


def test_away_and_back_is_noticed(db):
    application = applied(db, open_job(db))
    person = person_by_email(db, Cast.RECRUITER)
    move_application(db, application, Stage.NEW, Stage.INTERVIEW, person)
    move_application(db, application, Stage.INTERVIEW, Stage.NEW, person)
    with pytest.raises(MovedMeanwhile):
        move_application(db, application, Stage.NEW, Stage.OFFER, person, version=1)


def test_of_many_who_take_an_application_one_has_it(database, db):
    application = applied(db, open_job(db))
    for email in (Cast.EDITOR, Cast.COLLEAGUE, Cast.ENGINEER):
        person_by_email(db, email).grant(Role.RECRUITER)
    db.commit()
    emails = [Cast.RECRUITER, Cast.EDITOR, Cast.COLLEAGUE, Cast.ENGINEER]
    number = application.id

    def take(own, at):
        person = person_by_email(own, emails[at])
        assign(own, own.get_one(Application, number), None, person, person)
        return emails[at]

    outcomes = at_once(database, 4, take)
    (won,) = [one for one in outcomes if one != "MovedMeanwhile"]
    db.expire_all()
    assert application.recruiter.email == won


def test_of_many_who_change_a_template_one_does(database, db):
    template = letters.add_template(db, FIELDS, None)
    db.commit()
    number = template.id

    def change(own, at):
        person = person_by_email(own, Cast.RECRUITER)
        found = own.get_one(LetterTemplate, number)
        letters.change_template(own, found, 1, {**FIELDS, "name": f"Number {at}"}, person)
        return f"Number {at}"

    outcomes = at_once(database, 6, change)
    (won,) = [one for one in outcomes if one != "ChangedMeanwhile"]
    db.expire_all()
    assert (template.name, template.version) == (won, 2)


def test_of_many_who_set_criteria_one_does(database, db):
    job = open_job(db)
    number = job.id

    def change(own, at):
        found = own.get_one(type(job), number)
        person = person_by_email(own, Cast.RECRUITER)
        rating.set_criteria(own, found, [], [f"Number {at}"], person)
        return f"Number {at}"

    outcomes = at_once(database, 5, change)
    (won,) = [one for one in outcomes if one != "ChangedMeanwhile"]
    assert db.scalars(select(Criterion.name)).all() == [won]


def test_each_rater_s_own_is_kept_when_all_rate_at_once(database, db):
    application = applied(db, open_job(db))
    criterion = Criterion(name="Craft", position=0)
    db.add(criterion)
    db.commit()
    emails = [Cast.RECRUITER, Cast.EDITOR, Cast.COLLEAGUE, Cast.ENGINEER]
    number, key = application.id, criterion.id

    def rate(own, at):
        person = person_by_email(own, emails[at % 4])
        rating.rate(own, own.get_one(Application, number), person, {key: at % 4 + 1})
        return at

    at_once(database, 8, rate)
    assert sorted(db.scalars(select(Rating.score))) == [1, 2, 3, 4]
    (rated,) = rating.rated_by(db, application)
    assert rated.average == 2.5


def test_a_letter_is_taken_back_once_however_many_try(database, db):
    application = applied(db, open_job(db))
    person = person_by_email(db, Cast.RECRUITER)
    sent = letters.send_letter(db, application, person, letters.Words("S", "T"), "one")
    db.commit()
    number = sent.id

    def take(own, _):
        letter = own.get_one(Letter, number)
        found = own.get_one(Application, letter.application_id)
        letters.take_back(own, letter, person_by_email(own, Cast.RECRUITER), found)
        return "taken"

    assert sorted(at_once(database, 5, take)) == ["TooLate"] * 4 + ["taken"]


def test_two_acts_on_the_same_many_move_each_once(database, db):
    job = open_job(db)
    made = [applied(db, job, f"Person {number}") for number in range(6)]
    picks = [Pick(one.code, 1) for one in made]

    def move(own, at):
        return move_many(own, rosa(own), picks, Stage.SCREENING, Why(), f"act-{at}").id

    at_once(database, 3, move)
    outcomes = [
        sorted(item.outcome for item in batch.items)
        for batch in db.scalars(select(Batch).order_by(Batch.id))
    ]
    assert len(outcomes) == 3
    assert sum(outcome.count("done") for outcome in outcomes) == 6
    assert db.scalar(select(func.count(StageChange.id))) == 12
    db.expire_all()
    assert {one.version for one in db.scalars(select(Application))} == {2}


def test_who_is_late_with_a_reason_keeps_it_in_the_form(db, visit_as):
    application = applied(db, open_job(db))
    first, second = visit_as(Cast.RECRUITER), visit_as(Cast.RECRUITER)
    token = second.form_token(address(application))
    fields = {"from": "new", "version": "1", "to": "offer"}
    first.post(f"{address(application)}/stage", fields, form_on=address(application))
    late = second.client.post(
        f"{address(application)}/stage",
        data={"form_token": token, "from": "new", "version": "1", "to": "interview",
              "words": "Spoke on the phone."},
    )  # fmt: skip
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "Rosa Klein, to “Offer”" in page
    assert "Spoke on the phone.</textarea>" in page


def test_who_is_late_with_a_template_sees_theirs_and_keeps_their_own(db, visit_as):
    template = letters.add_template(db, FIELDS, None)
    db.commit()
    where = f"/recruiting/letters/{template.code}"
    browser = visit_as(Cast.RECRUITER)
    theirs = {**FIELDS, "version": "1", "text_en": "Theirs"}
    assert browser.post(where, theirs).status_code == 303
    late = browser.post(where, {**FIELDS, "version": "1", "text_en": "Mine"})
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "Theirs</p>" in page
    assert "Mine</textarea>" in page
    assert 'name="version" type="hidden" value="2"' in page
