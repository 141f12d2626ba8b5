"""What recruiters see of applications, how they move them, and what others don't see."""

from __future__ import annotations

import re
import threading
from itertools import pairwise
from urllib.parse import quote

import pytest
from sqlalchemy import event, select

from careers.base import codes
from careers.base.audit import Act
from careers.base.people import person_by_email
from careers.hiring import moving
from careers.hiring.models import Application, Stage, StageChange
from careers.hiring.moving import MOVES, MovedMeanwhile, may_move, move_application, stage_changed
from tests.cast import Cast
from tests.hiring import samples
from tests.hiring.candidates import apply_to, shown
from tests.jobs.samples import open_job


@pytest.fixture
def job(db):
    return open_job(db)


@pytest.fixture
def application(visitor, job, db) -> Application:
    assert apply_to(visitor, job, cv=("CV été.pdf", None)).status_code == 303
    return db.scalars(select(Application)).one()


def _add(db, job, name, stage="new") -> Application:
    key = codes.token()
    made = Application(
        token_hash=key, submission=key, job_id=job.id, name=name, name_key=codes.slug(name),
        email="x@example.com", stage=stage,
    )  # fmt: skip
    db.add(made)
    db.commit()
    return made


def _names(answer) -> list[str]:
    return re.findall(r'<td><a href="/recruiting/applications/\w+">([^<]+)</a>', shown(answer))


def test_a_recruiter_finds_applications(visit_as, db, job):
    other = open_job(db, number=102, title="Cook")
    _add(db, job, "Élodie Œuvrard")
    _add(db, job, "Bob Martin", "interview")
    _add(db, other, "Carol 100%_Diaz", "hired")
    _add(db, job, "履歴 書")
    recruiter = visit_as(Cast.RECRUITER)
    for query, names in {
        "": ["履歴 書", "Carol 100%_Diaz", "Bob Martin", "Élodie Œuvrard"],
        "?q=elodie": ["Élodie Œuvrard"],
        "?q=ÉLODIE+oe": ["Élodie Œuvrard"],
        "?q=履歴": ["履歴 書"],
        "?q=nobody": [],
        "?stage=interview": ["Bob Martin"],
        "?stage=nonsense&q=bob": ["Bob Martin"],
        f"?job={other.code}": ["Carol 100%_Diaz"],
        f"?job={job.code}&stage=hired": [],
        "?job=nothing": [],
        "?page=2": [],
    }.items():
        answer = recruiter.get(f"/recruiting/applications{query}")
        assert answer.status_code == 200
        assert _names(answer) == names, query
    page = shown(recruiter.get("/recruiting/applications"))
    assert re.search(r'Interviews <span class="about">1</span>', page)


def test_without_applications_the_page_says_what_to_do(visit_as):
    assert "Nobody has applied yet" in shown(
        visit_as(Cast.RECRUITER).get("/recruiting/applications")
    )


@pytest.mark.usefixtures("still")
def test_more_applications_take_no_more_queries(visit_as, db, job, database):
    recruiter = visit_as(Cast.RECRUITER)

    def queries() -> int:
        counted = []

        def count(*of):
            counted.append(of[2])

        event.listen(database.engine, "before_cursor_execute", count)
        assert recruiter.get("/recruiting/applications").status_code == 200
        event.remove(database.engine, "before_cursor_execute", count)
        return sum("SELECT" in statement for statement in counted)

    _add(db, job, "First")
    queries()
    few = queries()
    for number in range(30):
        _add(db, open_job(db, number=200 + number), f"Person {number}")
    assert queries() == few


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>",
        "{{ 7*7 }}{% raw %}", "</title><script>alert(1)</script>", "javascript:alert(1)",
        "<a href=javascript:alert(1)>x</a>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)  # fmt: skip
def test_nothing_a_candidate_writes_acts_on_a_recruiter_s_page(visitor, visit_as, job, db, hostile):
    answer = apply_to(
        visitor, job, name=hostile, message=hostile,
        cv=(hostile.translate({ord("/"): "", 34: ""}) + ".pdf", None),
    )  # fmt: skip
    assert answer.status_code == 303, shown(answer)
    application = db.scalars(select(Application)).one()
    recruiter = visit_as(Cast.RECRUITER)
    for page in (
        shown(recruiter.get("/recruiting/applications")),
        shown(recruiter.get(f"/recruiting/applications/{application.code}")),
        shown(visitor.get(answer.location)),
    ):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg/onload" not in page
        assert 'href="javascript' not in page
        assert "<a href=javascript" not in page
        assert "49" not in re.findall(r"<h1>([^<]*)</h1>", page)


def test_a_recruiter_reads_an_application_and_saves_its_cv(visit_as, application, db):
    recruiter = visit_as(Cast.RECRUITER)
    page = shown(recruiter.get(f"/recruiting/applications/{application.code}"))
    for piece in ("Nadia Benali", "nadia@example.com", "I like meters.", "How they came to us"):
        assert piece in page
    answer = recruiter.get(f"/recruiting/applications/{application.code}/cv")
    assert answer.data == samples.plain_pdf()
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=\"CV _t_.pdf\"; filename*=UTF-8''{quote('CV été.pdf')}"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    (act,) = db.scalars(select(Act).where(Act.what == "application:cv"))
    assert (act.subject, act.person.email) == (application.code, Cast.RECRUITER)


@pytest.mark.parametrize("email", [Cast.ENGINEER, Cast.EDITOR, Cast.ADMIN, Cast.COLLEAGUE])
def test_for_others_applications_do_not_exist(visit_as, application, email):
    browser, address = visit_as(email), f"/recruiting/applications/{application.code}"
    for path in ("/recruiting/applications", address, f"{address}/cv"):
        assert browser.get(path).status_code == 404
    fields = {"from": "new", "to": "hired"}
    assert browser.post(f"{address}/stage", fields, form_on="/me/links").status_code == 404


def test_a_visitor_is_asked_to_sign_in(visitor, application):
    address = f"/recruiting/applications/{application.code}"
    for path in ("/recruiting/applications", address, f"{address}/cv"):
        assert "/sign-in" in visitor.get(path).location


@pytest.mark.parametrize("code", ["nothing", "x" * 300, "1", "%27"])
def test_an_application_that_never_was_is_not_found(visit_as, code):
    recruiter = visit_as(Cast.RECRUITER)
    assert recruiter.get(f"/recruiting/applications/{code}").status_code == 404
    assert recruiter.get(f"/recruiting/applications/{code}/cv").status_code == 404


# -- moving --------------------------------------------------------------------------------------


def test_the_moves_are_these():
    words = {before.value: sorted(after.value for after in MOVES[before]) for before in Stage}
    assert words == {
        "new": ["interview", "offer", "rejected", "screening"],
        "screening": ["interview", "new", "offer", "rejected"],
        "interview": ["new", "offer", "rejected", "screening"],
        "offer": ["hired", "interview", "new", "rejected", "screening"],
        "hired": ["offer"],
        "rejected": ["interview", "new", "offer", "screening"],
        "withdrawn": [],
    }
    assert not any(may_move(stage, Stage.WITHDRAWN) for stage in Stage)


def _move(recruiter, application, before, after):
    address = f"/recruiting/applications/{application.code}"
    return recruiter.post(f"{address}/stage", {"from": before, "to": after}, form_on=address)


def test_a_recruiter_moves_an_application_to_a_hire_and_back(visit_as, visitor, application, db):
    heard = []

    def listen(moved, **more):
        heard.append((more["before"].value, more["after"].value, more["person"].email))

    stage_changed.connect(listen)
    recruiter = visit_as(Cast.RECRUITER)
    way = ["new", "screening", "interview", "offer", "hired"]
    for before, after in pairwise(way):
        assert _move(recruiter, application, before, after).status_code == 303
    db.refresh(application)
    assert application.stage == "hired"
    assert application.hired_at is not None
    assert _move(recruiter, application, "hired", "offer").status_code == 303
    stage_changed.disconnect(listen)
    db.refresh(application)
    assert (application.stage, application.hired_at) == ("offer", None)
    steps = [change.stage for change in db.scalars(select(StageChange).order_by(StageChange.id))]
    assert steps == [*way, "offer"]
    assert heard[-2:] == [("offer", "hired", Cast.RECRUITER), ("hired", "offer", Cast.RECRUITER)]
    acts = db.scalars(select(Act).where(Act.what == "application:move")).all()
    assert len(acts) == 5
    page = shown(recruiter.get(f"/recruiting/applications/{application.code}"))
    assert "Rosa Klein" in page


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [("new", "hired", 400), ("new", "withdrawn", 400), ("new", "nonsense", 400), ("", "new", 400)],
)
def test_a_move_that_there_is_not_is_refused(visit_as, application, db, before, after, status):
    assert _move(visit_as(Cast.RECRUITER), application, before, after).status_code == status
    db.refresh(application)
    assert application.stage == "new"


def test_who_moves_from_a_stage_seen_before_is_told(visit_as, application, db):
    recruiter = visit_as(Cast.RECRUITER)
    _move(recruiter, application, "new", "interview")
    address = f"/recruiting/applications/{application.code}"
    fields = {"from": "new", "to": "rejected", "reason": "skills", "words": "No <SQL> at all"}
    answer = recruiter.post(f"{address}/stage", fields, form_on=address)
    assert answer.status_code == 409
    page = shown(answer)
    assert "Somebody else moved this application meanwhile: Rosa Klein, to “Interviews”" in page
    assert "No &lt;SQL&gt; at all</textarea>" in page
    assert '<option value="skills" selected>' in page
    db.refresh(application)
    assert application.stage == "interview"


def test_of_ten_recruiters_who_hire_at_once_one_does(database, application, db):
    application.stage = "offer"
    db.commit()
    number, outcomes, together = application.id, [], threading.Barrier(10)

    def hire():
        with database.writing() as own:
            rosa = person_by_email(own, Cast.RECRUITER)
            found = own.get_one(Application, number)
            own.rollback()
            together.wait()
            try:
                move_application(own, found, Stage.OFFER, Stage.HIRED, rosa)
                own.commit()
                outcomes.append("hired")
            except MovedMeanwhile:
                outcomes.append("late")

    threads = [threading.Thread(target=hire) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["hired"] + ["late"] * 9
    changes = db.scalars(select(StageChange.stage).where(StageChange.stage == "hired")).all()
    assert changes == ["hired"]


def test_what_is_erased_is_gone_for_recruiters_too(visit_as, application, db):
    moving.erase(db, application)
    db.commit()
    recruiter = visit_as(Cast.RECRUITER)
    page = shown(recruiter.get(f"/recruiting/applications/{application.code}"))
    assert "had their data erased" in page
    assert "Nadia" not in page
    assert recruiter.get(f"/recruiting/applications/{application.code}/cv").status_code == 404
    assert _names(recruiter.get("/recruiting/applications?q=nadia")) == []
    assert _names(recruiter.get("/recruiting/applications")) == ["Erased"]
