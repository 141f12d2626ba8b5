"""Systems outside: only what they signed, now, and once; and files of theirs."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from careers.base import clock
from careers.base.people import person_by_email
from careers.hiring.models import Stage, StageChange
from careers.hiring.moving import MovedElsewhere, move_application, stage_changed
from careers.hiring.pipeline import outside
from careers.hiring.pipeline.models import OutsideEvent
from careers.hiring.pipeline.outside import NotSigned, check_signature, secret_of, signature
from tests.cast import Cast
from tests.hiring.pipeline import address, applied
from tests.hiring.test_together import at_once
from tests.jobs.samples import open_job

# As the reference library (standardwebhooks 1.1.0) signs it.
SECRET, EVENT, SENT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330  # fmt: skip
BODY = b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
AT = datetime.fromtimestamp(SENT, UTC)


def _headers(**changed):
    return {"webhook-id": EVENT, "webhook-timestamp": str(SENT), "webhook-signature": SIGNED,
            **{name.replace("_", "-"): value for name, value in changed.items()}}  # fmt: skip


def test_we_sign_as_the_reference_does():
    assert signature(SECRET, EVENT, SENT, BODY) == SIGNED
    assert check_signature([SECRET], _headers(), BODY, AT) == EVENT
    several = f"v1a,xyz v1,{'A' * 43}= {SIGNED}"
    other = secret_of(outside.OutsideSource(code="x", secret_number=1), "k")
    assert check_signature([other, SECRET], _headers(webhook_signature=several), BODY, AT) == EVENT


@pytest.mark.parametrize("late", [timedelta(minutes=5), -timedelta(minutes=5), timedelta(0)])
def test_five_minutes_are_near_enough(late):
    assert check_signature([SECRET], _headers(), BODY, AT + late) == EVENT


@pytest.mark.parametrize(
    ("secrets", "headers", "body", "late"),
    [
        ([SECRET], {}, BODY + b" ", 0), ([], {}, BODY, 0), ([SECRET], {}, BODY, 301),
        ([SECRET], {}, BODY, -301), ([SECRET], {"webhook_id": "another"}, BODY, 0),
        ([SECRET], {"webhook_id": ""}, BODY, 0), ([SECRET], {"webhook_timestamp": ""}, BODY, 0),
        ([SECRET], {"webhook_timestamp": str(SENT + 1)}, BODY, 0),
        ([SECRET], {"webhook_timestamp": "9" * 400}, BODY, 0),
        ([SECRET], {"webhook_timestamp": "-1"}, BODY, 0),
        ([SECRET], {"webhook_timestamp": "١٢٣"}, BODY, 0),
        ([SECRET], {"webhook_signature": ""}, BODY, 0),
        ([SECRET], {"webhook_signature": "v1,"}, BODY, 0),
        ([SECRET], {"webhook_signature": "v1,é"}, BODY, 0),
        ([SECRET], {"webhook_signature": SIGNED.replace("v1", "v2")}, BODY, 0),
        ([SECRET], {"webhook_id": "x" * 121}, BODY, 0),
    ],
)  # fmt: skip
def test_what_isn_t_signed_so_is_refused(secrets, headers, body, late):
    with pytest.raises(NotSigned):
        check_signature(secrets, _headers(**headers), body, AT + timedelta(seconds=late))


@pytest.fixture
def source(db):
    made = outside.add_source(db, "Greenhouse", person_by_email(db, Cast.RECRUITER))
    db.commit()
    return made


@pytest.fixture
def application(db, source):
    job = open_job(db)
    outside.give_away(db, job, "Greenhouse", source, person_by_email(db, Cast.RECRUITER))
    return applied(db, job, email="n@example.com")


@pytest.fixture
def send(app, source, settings):
    def send(data, event="e1", secret=None, at=None, kind="application.stage_changed", raw=None):
        moment = at or clock.now()
        message = {"type": kind, "timestamp": moment.isoformat(), "data": data}
        body = raw if raw is not None else json.dumps(message).encode()
        sent = int(clock.now().timestamp())
        key = secret or secret_of(source, settings.signing_key)
        headers = {"webhook-id": event, "webhook-timestamp": str(sent),
                   "webhook-signature": signature(key, event, sent, body)}  # fmt: skip
        return app.test_client().post(f"/hooks/{source.code}", data=body, headers=headers,
                                      content_type="application/json")  # fmt: skip

    return send


def test_a_signed_message_moves_once_and_everybody_is_told(send, application, db):
    heard = []

    def listen(moved, *, before, after, person, **_):
        heard.append((before.value, after.value, person))

    stage_changed.connect(listen)
    said = {"application": application.code, "stage": "hired", "words": "From outside"}
    assert send(said).json == {"outcome": "done"}
    assert send(said).json == {"outcome": "heard_before"}
    stage_changed.disconnect(listen)
    assert heard == [("new", "hired", None)]
    db.refresh(application)
    assert (application.stage, application.hired_at is not None) == ("hired", True)
    step = db.scalars(select(StageChange).order_by(StageChange.id.desc())).first()
    assert (step.outside, step.words, step.person) == ("Greenhouse", "From outside", None)


def test_twenty_copies_at_once_move_once(send, application, db, database, source, settings):
    message = {"type": outside.STAGE_CHANGED, "timestamp": clock.now().isoformat(),
               "data": {"application": application.code, "stage": "offer"}}  # fmt: skip
    body, key = json.dumps(message).encode(), source.id

    def hear(own, _):
        outcome = outside.hear(own, own.get_one(outside.OutsideSource, key), "same", body)
        return outcome.value if outcome else "heard_before"

    outcomes = at_once(database, 10, hear)
    assert sorted(outcomes) == ["done"] + ["heard_before"] * 9
    assert db.scalar(select(func.count(OutsideEvent.id))) == 1
    assert db.scalar(select(func.count(StageChange.id))) == 2


def test_what_comes_late_does_not_undo_what_is_newer(send, application, db):
    now = clock.now()
    named = {"email": "N@example.com", "job": application.job.source_id}
    newer = {**named, "stage": "offer"}
    assert send(newer, "a", at=now + timedelta(seconds=2)).json == {"outcome": "done"}
    older = {**named, "stage": "screening"}
    assert send(older, "b", at=now + timedelta(seconds=1)).json == {"outcome": "old"}
    db.refresh(application)
    assert application.stage == "offer"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"stage": "offer", "application": "nothing"}, "unknown"),
        ({"stage": "offer"}, "unknown"),
        ({"stage": "promoted", "application": "CODE"}, "unreadable"),
        ({"stage": 7, "application": ["x"]}, "unreadable"),
        ({"stage": "new", "application": "CODE"}, "same"),
        ([], "unreadable"),
    ],
)
def test_what_can_t_be_done_is_kept_and_told(send, application, db, said, outcome):
    if isinstance(said, dict) and said.get("application") == "CODE":
        said = {**said, "application": application.code}
    answer = send(said)
    assert (answer.status_code, answer.json) == (200, {"outcome": outcome})
    assert db.scalars(select(OutsideEvent.outcome)).all() == [outcome]


@pytest.mark.parametrize("raw", [b"", b"[", b"[" * 5000, b"\xff", b'"x"', b"{}"])
def test_a_signed_body_that_is_no_message_is_kept_and_harmless(send, application, raw):
    assert send(None, raw=raw).json == {"outcome": "unreadable"}


def test_another_system_s_job_is_not_theirs_to_move(send, application, db):
    other = open_job(db, number=102, title="Cook")
    foreign = applied(db, other, "Bob Martin")
    assert send({"application": foreign.code, "stage": "offer"}).json == {"outcome": "unknown"}
    db.refresh(foreign)
    assert foreign.stage == "new"


def test_secrets_are_shown_once_rotated_and_revoked(
    send, application, source, db, visit_as, settings
):
    rosa = visit_as(Cast.RECRUITER)
    old = secret_of(source, settings.signing_key)
    where = f"/recruiting/outside/{source.code}"
    shown = rosa.post(f"/fr{where}/rotation", form_on="/recruiting/outside")
    assert f"8000/hooks/{source.code}" in shown.get_data(as_text=True)  # in no language
    db.refresh(source)
    new = secret_of(source, settings.signing_key)
    assert new != old
    assert new in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert new not in rosa.get("/recruiting/outside").get_data(as_text=True)
    said = {"application": application.code, "stage": "screening"}
    assert send(said, "a", secret=old).status_code == 200
    assert send(said, "b", secret=new).status_code == 200
    with clock.set_to(clock.now() + timedelta(hours=25)):
        assert send(said, "c", secret=old).status_code == 401
        assert send(said, "d", secret=new).status_code == 200
    rosa.post(f"{where}/revocation", form_on="/recruiting/outside")
    assert send(said, "e", secret=new).status_code == 401
    assert db.scalar(select(func.count(OutsideEvent.id))) == 3


def test_messages_are_known_for_a_month_and_then_forgotten(send, application, db):
    said = {"application": application.code, "stage": "screening"}
    assert send(said, "a").json["outcome"] == "done"
    for days, left in ((30, 1), (32, 0)):
        with clock.set_to(clock.now() + timedelta(days=days)):
            outside.forget_events(db)
            assert db.scalar(select(func.count(OutsideEvent.id))) == left
    db.rollback()
    assert send(said, "a").json["outcome"] == "heard_before"


def test_a_job_moved_outside_refuses_hands_and_keeps_what_was_typed(visit_as, application, db):
    rosa, where = visit_as(Cast.RECRUITER), address(application)
    page = rosa.get(where).get_data(as_text=True)
    assert "Applications to this job are moved in Greenhouse." in page
    assert "<h2>Move to</h2>" not in page
    fields = {"from": "new", "to": "offer", "words": "But I liked them"}
    answer = rosa.post(f"{where}/stage", fields, form_on=where)
    assert answer.status_code == 409
    assert "But I liked them</textarea>" in answer.get_data(as_text=True)
    assert "Moved in another system" in rosa.get("/recruiting/board").get_data(as_text=True)
    with pytest.raises(MovedElsewhere):
        person = person_by_email(db, Cast.RECRUITER)
        move_application(db, application, Stage.NEW, Stage.OFFER, person)


def test_a_job_is_given_away_and_taken_home(visit_as, db, source):
    job = open_job(db)
    rosa, page = visit_as(Cast.RECRUITER), f"/recruiting/jobs/{job.code}/hiring"
    own = f"/recruiting/jobs/{job.code}/owner"
    assert rosa.post(own, {"name": ""}, form_on=page).status_code == 422
    rosa.post(own, {"source": source.code}, form_on=page)
    assert "In Greenhouse, since" in rosa.get(page).get_data(as_text=True)
    rosa.post(own, {"act": "home"}, form_on=page)
    assert outside.owner_of(db, job.id) is None


def _import(rosa, text, key="k"):
    content = text if isinstance(text, bytes) else text.encode()
    return rosa.post(
        "/recruiting/outside/file",
        {"key": key, "file": (io.BytesIO(content), "stages.csv")},
        form_on="/recruiting/outside", content_type="multipart/form-data",
    )  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_file_of_stage_changes_is_taken_in_and_each_line_told(
    visit_as, application, db, separator
):
    here = applied(db, open_job(db, number=102, title="Cook"), "Bob Martin")
    rosa = visit_as(Cast.RECRUITER)
    lines = [
        "Application,Email,Job,Stage,At,Reason,Words",
        f"{application.code},,,interview,,,",
        f",n@example.com,{application.job.source_id},rejected,,skills,“No SQL”",
        f"{here.code},,,offer,,,", "nothing,,,offer,,,", ",,,promoted,,,",
    ]  # fmt: skip
    text = "\ufeff" + "\r\n".join(lines).replace(",", separator)
    first, second = _import(rosa, text), _import(rosa, text)
    assert first.location == second.location
    page = rosa.get(first.location).get_data(as_text=True)
    for words in ("2 stages were changed by the file", "moved by hand", "No such application",
                  "This can’t be read", "line 6"):  # fmt: skip
        assert words in page, words
    db.expire_all()
    assert (application.stage, here.stage) == ("rejected", "new")
    step = db.scalars(select(StageChange).order_by(StageChange.id.desc())).first()
    assert (step.reason, step.words, step.outside) == ("skills", "“No SQL”", "Greenhouse")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "not in UTF-8"), (b"name,stage\nx,offer\n", "must name the columns"),
     (b"", "must name the columns"), (b'stage,application\n"offer', "no CSV file")],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_a_reason(visit_as, db, content, said):
    answer = _import(visit_as(Cast.RECRUITER), content)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
