"""Passing a link on, through the door: from a visit to a child link, to credit along the chain."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from careers.base import clock
from careers.base.mail import Mail
from careers.base.mailboxes import QUESTIONS_A_DAY
from careers.base.people import leave, person_by_email
from careers.hiring.models import Application
from experts.models import Expert
from referrals import chains, passers
from referrals.auditing_credit import audit_credit
from referrals.models import Introduction, LinkDay, Passer, Receipt, ShareLink
from referrals.passing_on import DEEPEST
from referrals.receipts import ResultDiffers, checksum, receipt_file, verify
from referrals.targets import job_target
from tests.cast import Cast
from tests.conftest import Visitor
from tests.referrals.conftest import BROWSER
from tests.referrals.test_coming import apply, newest, shares, text


def followed(visitor: Visitor, address: str) -> str:
    """Follow a share link; where it led."""
    answer = visitor.get(address[address.index("/r/") :], headers=BROWSER)
    assert answer.status_code == 302
    return answer.location


def via_in(landing: str) -> str:
    return landing.partition("via=")[2]


def pressed(visitor: Visitor, landing: str) -> tuple[str, str]:
    """Press "Pass it on" on the page at `landing`, and make a link: its page, and the link."""
    page = text(visitor.get(landing, headers=BROWSER))
    form = re.search(r'href="([^"]+/pass-on[^"]*)"', page)[1]
    asked = visitor.get(form)
    if asked.status_code == 200:
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(asked)))
        asked = visitor.client.post(form, data=hidden)
    assert asked.status_code == 303, text(asked)
    own = asked.location
    link = re.search(r"<code>http://[^<]*(/r/\w+)</code>", text(visitor.get(own)))[1]
    return own, link


def passed_on(app, address: str) -> tuple[str, str]:
    """Somebody else follows a link and passes it on: the page of their link, and the link."""
    visitor = Visitor(app)
    return pressed(visitor, followed(visitor, address))


def named(app, own: str, work, db, name="Tom Weber", email="tom@mail.example", **more) -> str:
    """Say who one is, and answer the mail; the address of one's own page."""
    visitor = Visitor(app)
    fields = {"name": name, "email": email, **more}
    answer = visitor.post(f"{own}/introduction", fields, form_on=own)
    assert answer.status_code == 303, text(answer)
    mail = db.scalars(select(Mail).where(Mail.to == email.lower()).order_by(Mail.id.desc())).first()
    question = re.search(r"http://[^/]+(/\S*introductions/\S+)", mail.text)[1]
    assert visitor.get(question).status_code == 200
    answer = visitor.post(question)
    assert answer.status_code == 303, text(answer)
    assert "Set-Cookie" not in answer.headers
    return answer.location.partition("?")[0]


@pytest.fixture
def r(link) -> str:
    return f"/r/{link.code}"


# -- making a child ------------------------------------------------------------------------------


def test_whose_link_it_was_is_not_said_of_who_took_their_page_down(app, r, db, link):
    visitor = Visitor(app)
    landing = followed(visitor, r)
    form = re.search(r'href="([^"]+/pass-on[^"]*)"', text(visitor.get(landing, headers=BROWSER)))[1]
    assert "You came through Ada Engel." in text(visitor.get(form))
    db.add(Expert(person_id=link.person_id, slug="ada-engel", state="hidden"))
    db.commit()
    asked = text(visitor.get(form))
    assert "You came by a link that one of us shared." in asked
    own, _ = pressed(visitor, landing)
    assert "It is a link that one of us shared, passed on" in text(visitor.get(own))
    assert "Ada" not in asked + text(visitor.get(own))


def test_who_came_by_a_link_gets_one_of_their_own_without_account_or_cookie(app, r, db, link):
    visitor = Visitor(app)
    own, address = pressed(visitor, followed(visitor, r))
    child = db.scalars(select(ShareLink).where(ShareLink.parent_id == link.id)).one()
    assert address == f"/r/{child.code}"
    assert (child.root_id, child.depth, child.person_id) == (link.id, 1, link.person_id)
    assert (child.channel, child.job_id) == (link.channel, link.job_id)
    assert child.known_since is None
    page = visitor.get(own)
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    assert "wa.me/?text=" in text(page)
    assert f"/r/{child.code}.svg" in text(page)
    assert Visitor(app).get(own[:-1] + ("A" if own[-1] != "A" else "B")).status_code == 404


def test_nobody_is_offered_it_who_came_by_no_link(visitor, visit_as, r, job, link):
    assert "Pass it on" not in text(visitor.get(f"/jobs/{job.slug}"))
    answer = visitor.get(f"/jobs/{job.slug}/pass-on")
    assert f"/jobs/{job.slug}</code>" in text(answer)
    ada = visit_as(Cast.ENGINEER)
    landing = followed(ada, r)
    assert "Pass it on" not in text(ada.get(landing))
    assert ada.get(landing.replace("?", "/pass-on?")).location.endswith("/share")


@pytest.mark.parametrize("page", ["/jobs", "/jobs/engineer-x", "/fr/jobs"])
def test_it_is_offered_wherever_a_colleague_could_share(app, r, page):
    visitor = Visitor(app)
    via = via_in(followed(visitor, r))
    answer = text(visitor.get(f"{page}?via={via}", headers=BROWSER))
    assert f"/pass-on?via={via}" in answer


def test_pressing_again_in_the_same_visit_gives_the_same(app, r, db):
    visitor = Visitor(app)
    landing = followed(visitor, r)
    assert pressed(visitor, landing) == pressed(visitor, landing)
    form = landing.replace("?", "/pass-on?")
    assert visitor.get(form).status_code == 303
    assert passed_on(app, r) != pressed(visitor, landing)
    children = select(func.count()).where(ShareLink.parent_id.is_not(None))
    assert db.scalar(children.select_from(ShareLink)) == 2


def test_who_typed_a_code_gets_one_for_each_form(app, job, link, db):
    visitor = Visitor(app)
    landing = visitor.post("/code", {"code": link.typed_code}).location
    form = landing.replace("?", "/pass-on?")
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text(visitor.get(form))))
    first = visitor.client.post(form, data=hidden)
    again = visitor.client.post(form, data=hidden)
    assert (first.status_code, first.location) == (303, again.location)
    assert visitor.client.post(form, data=hidden | {"visit": "?"}).status_code == 400


def test_pressing_twice_at_once_makes_one(database, link, job):
    begin, made = threading.Barrier(4), []

    def press() -> None:
        begin.wait()
        with database.writing() as db:
            parent = db.get_one(ShareLink, link.id)
            child = chains.pass_on(db, parent, job_target(parent.job), "0" * 20, None)
            db.commit()
            made.append(child.code)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1


def test_it_is_refused_without_the_token_of_our_own_form(app, r):
    visitor = Visitor(app)
    form = followed(visitor, r).replace("?", "/pass-on?")
    assert visitor.client.post(form, data={}).status_code == 400
    token = {"form_token": visitor.form_token(form)}
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert visitor.client.post(form, data=token, headers=elsewhere).status_code == 403


def test_a_chain_ends_and_its_end_can_still_be_sent(app, r, db):
    address = r
    for _ in range(DEEPEST):
        _, address = passed_on(app, address)
    visitor = Visitor(app)
    landing = followed(visitor, address)
    page = visitor.get(landing.replace("?", "/pass-on?"))
    assert page.status_code == 200
    assert f"{address}</code>" in text(page)
    assert db.scalar(select(func.max(ShareLink.depth))) == DEEPEST


@pytest.mark.parametrize(
    "values",
    [
        {"parent_id": "itself"}, {"depth": DEEPEST + 1}, {"depth": 0}, {"root_id": None},
        {"known_since": "now"},
    ],
)  # fmt: skip
def test_the_database_refuses_a_tree_that_is_none(app, r, db, values):
    passed_on(app, r)
    child = db.scalars(select(ShareLink).where(ShareLink.parent_id.is_not(None))).one()
    for name, value in values.items():
        told = {"itself": child.id, "now": clock.now()}.get(value, value)
        setattr(child, name, told)
    with pytest.raises(IntegrityError):
        db.flush()
    db.rollback()


# -- behaving as the root does ---------------------------------------------------------------------


def test_a_child_is_off_while_the_link_it_came_from_is(app, r, db, link, visit_as):
    _, address = passed_on(app, r)
    visit_as(Cast.ENGINEER).post(f"/me/links/{link.code}/pause", form_on=f"/me/links/{link.code}")
    app.extensions["following"].links.forget(address[3:])
    assert "via" not in followed(Visitor(app), address)
    db.expire_all()
    child = db.scalars(select(ShareLink).where(ShareLink.parent_id.is_not(None))).one()
    assert child.is_paused
    with pytest.raises(chains.CannotBePassedOn):
        chains.pass_on(db, child, job_target(child.job), "x" * 20, None)


def test_a_child_brings_nothing_once_the_employee_has_left(app, r, db):
    _, address = passed_on(app, r)
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    app.extensions["following"].links.forget(address[3:])
    assert "via" not in followed(Visitor(app), address)


def test_what_came_by_children_is_in_every_total_and_in_no_list(
    app, visit_as, r, db, link, ingested
):
    _, first = passed_on(app, r)
    _, second = passed_on(app, first)
    followed(Visitor(app), second)
    ingested()
    days = dict(db.execute(select(LinkDay.link_id, LinkDay.people)).all())
    assert len(days) == 3
    ada = visit_as(Cast.ENGINEER)
    page = text(ada.get("/me/links"))
    assert page.count(f"/me/links/{link.code}") >= 1
    assert first[3:] not in page
    assert "Passed on 2 times:" in page
    tree = text(ada.get(f"/me/links/{link.code}"))
    assert "branch depth-1" in tree
    assert "branch depth-2" in tree
    assert ada.get(f"/me/links/{first[3:]}").status_code == 404
    carl = visit_as(Cast.COLLEAGUE)
    assert carl.get(f"/me/links/{link.code}").status_code == 404


# -- who wants to be known -------------------------------------------------------------------------


def test_who_answers_the_mail_is_known_and_sees_what_became_of_it(app, r, db, work, ingested):
    own, address = passed_on(app, r)
    page = named(app, own, work, db)
    child = db.scalars(select(ShareLink).where(ShareLink.code == address[3:])).one()
    assert child.passer.name == "Tom Weber"
    assert child.known_since is not None
    followed(Visitor(app), address)
    ingested()
    shown = Visitor(app).get(page)
    assert shown.headers["Cache-Control"] == "no-store"
    assert address in text(shown)
    assert db.scalar(select(func.count()).select_from(Introduction)) == 0
    assert db.scalar(select(func.count()).select_from(Mail)) == 0
    assert page.rpartition("/")[2] not in str(db.scalars(select(Passer.token_hash)).all())
    visitor = Visitor(app)
    visitor.post(f"{page}/name", {"name": "Thomas Weber", "tells_sharer": "y"}, form_on=page)
    db.expire_all()
    passer = db.scalars(select(Passer)).one()
    assert (passer.name, passer.tells_sharer) == ("Thomas Weber", True)


def test_nothing_is_kept_of_who_does_not_answer(app, r, db, work):
    own, _ = passed_on(app, r)
    visitor = Visitor(app)
    fields = {"name": "Tom", "email": "tom@mail.example"}
    visitor.post(f"{own}/introduction", fields, form_on=own)
    assert db.scalar(select(func.count()).select_from(Passer)) == 0
    with clock.set_to(clock.now() + passers.WAITS + timedelta(minutes=1)):
        work()
    assert db.scalar(select(func.count()).select_from(Introduction)) == 0
    assert db.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_mailbox_is_asked_a_few_times_a_day_and_no_more(app, r, db):
    own, _ = passed_on(app, r)
    visitor = Visitor(app)
    for _ in range(5):
        fields = {"name": "Tom", "email": "Tom+x@mail.example"}
        assert visitor.post(f"{own}/introduction", fields, form_on=own).status_code == 303
    assert db.scalar(select(func.count()).select_from(Mail)) == QUESTIONS_A_DAY


def test_what_is_wrong_in_the_form_is_said(app, r, db):
    own, _ = passed_on(app, r)
    visitor = Visitor(app)
    answer = visitor.post(f"{own}/introduction", {"name": "", "email": "no"}, form_on=own)
    assert answer.status_code == 422
    assert "Please tell us your name." in text(answer)
    assert "does not look like an e-mail address" in text(answer)
    assert db.scalar(select(func.count()).select_from(Mail)) == 0


def test_of_two_who_say_it_was_they_the_first_to_answer_is_believed(app, r, db):
    own, _ = passed_on(app, r)
    visitor, questions = Visitor(app), []
    for name in ("tom", "uma"):
        fields = {"name": name, "email": f"{name}@mail.example"}
        visitor.post(f"{own}/introduction", fields, form_on=own)
        mail = db.scalars(select(Mail).order_by(Mail.id.desc())).first()
        questions.append(re.search(r"http://[^/]+(/\S+)", mail.text)[1])
    token = visitor.form_token(questions[1])
    assert visitor.client.post(questions[0], data={"form_token": token}).status_code == 303
    assert visitor.client.post(questions[1], data={"form_token": token}).status_code == 404
    assert db.scalars(select(Passer.name)).all() == ["tom"]


def test_a_mailbox_of_a_colleague_is_that_colleague(app, r, db, work):
    own, address = passed_on(app, r)
    named(app, own, work, db, "Carl", Cast.COLLEAGUE)
    child = db.scalars(select(ShareLink).where(ShareLink.code == address[3:])).one()
    assert child.passed_by.email == Cast.COLLEAGUE
    assert db.scalar(select(func.count()).select_from(Passer)) == 0


def test_forgotten_means_name_and_address_are_gone_and_the_link_stays(app, r, db, work):
    own, address = passed_on(app, r)
    page = named(app, own, work, db)
    Visitor(app).post(f"{page}/removal", form_on=page)
    db.expire_all()
    assert db.scalar(select(func.count()).select_from(Passer)) == 0
    child = db.scalars(select(ShareLink).where(ShareLink.code == address[3:])).one()
    assert (child.passer_id, child.known_since, child.depth) == (None, None, 1)
    assert "via=" in followed(Visitor(app), address)
    assert Visitor(app).get(page).status_code == 404


# -- credit ----------------------------------------------------------------------------------------


@pytest.fixture
def applied_by(app, job, ingested, work):
    """`applied_by(link)` follows a link and applies; the form that was shown, the candidate's
    browser, and their page."""

    def do(address, **more):
        visitor = Visitor(app)
        form, page = apply(visitor, job, via_in(followed(visitor, address)), **more)
        ingested()
        work()
        return form, visitor, page

    return do


def test_a_chain_of_strangers_leaves_all_to_the_employee(app, r, db, applied_by):
    _, first = passed_on(app, r)
    _, second = passed_on(app, first)
    form, nadia, page = applied_by(second)
    assert "You opened Ada Engel’s link, passed on by 2 people, one after the other" in form
    receipt = newest(db)
    assert shares(receipt) == {("Ada Engel", "referral", 1, 1)}
    assert receipt.outside == []
    assert [hop["is"] for hop in receipt.touches[0]["chain"]["hops"]] == ["unknown", "unknown"]
    assert "Someone passed it on" in text(nadia.get(f"{page}/receipt"))


def test_a_known_passer_has_a_share_that_the_receipt_explains(
    app, r, db, applied_by, work, visit_as, database
):
    own, first = passed_on(app, r)
    named(app, own, work, db)
    _, second = passed_on(app, first)
    form, nadia, page = applied_by(second)
    assert "Ada, someone outside would be credited with bringing you, each in part." in form
    receipt = newest(db)
    assert shares(receipt) == {("Ada Engel", "referral", 1, 2)}
    passer = db.scalars(select(Passer)).one()
    assert receipt.outside == [{"person": passer.code, "share": "1/2"}]

    code = db.scalar(select(Application.code))
    recruiters = text(visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}"))
    assert "Tom Weber, from outside, passed it on" in recruiters
    assert "Someone passed it on" in recruiters
    assert "tom@mail.example" in recruiters
    theirs = nadia.get(f"{page}/receipt")
    for other in (theirs, visit_as(Cast.ENGINEER).get(f"/me/receipts/{code}")):
        assert other.status_code == 200
        assert passer.code in text(other)
        assert "Tom Weber" not in text(other)
        assert "tom@mail.example" not in text(other)

    assert audit_credit(database).first == []
    content = receipt_file(receipt, db.scalar(select(Application)))
    assert (passer.code, "outside", "1/2") in verify(content).credits
    forged = json.loads(content)
    forged["receipt"]["outside"][0]["share"] = "1/1"
    forged["sha256"] = checksum(forged["receipt"])
    made = json.dumps(forged, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with pytest.raises(ResultDiffers, match=f"the share of {passer.code}"):
        verify(made.encode() + b"\n")


def test_a_colleague_who_passes_it_on_is_credited_as_themself(
    app, r, db, applied_by, visit_as, database, link
):
    carl = visit_as(Cast.COLLEAGUE)
    _, address = pressed(carl, followed(carl, r))
    form, _, _ = applied_by(address, sharer_sees="applied")
    assert "You opened Ada Engel’s link, passed on by Carl Bauer" in form
    assert "Ada, Carl would be credited" in form
    assert shares(newest(db)) == {
        ("Ada Engel", "referral", 1, 2),
        ("Carl Bauer", "referral", 1, 2),
    }
    assert audit_credit(database).first == []
    code = db.scalar(select(Application.code))
    assert carl.get(f"/me/receipts/{code}").status_code == 200
    page = text(visit_as(Cast.ENGINEER).get("/me/links"))
    assert "Passed on once: 1 person, 1 application" in " ".join(page.split())


def test_the_same_person_again_counts_once(app, r, db, applied_by, work):
    own, first = passed_on(app, r)
    named(app, own, work, db)
    own, second = passed_on(app, first)
    named(app, own, work, db, "T. Weber", "T.om+2@Mail.example")
    applied_by(second)
    assert shares(newest(db)) == {("Ada Engel", "referral", 1, 2)}
    assert [one["share"] for one in newest(db).outside] == ["1/2"]


def test_who_applies_by_their_own_child_has_nothing_of_it_and_costs_nobody(
    app, r, db, applied_by, work
):
    own, address = passed_on(app, r)
    named(app, own, work, db, "Nadia Rossi", "nadia@mail.example")
    applied_by(address)
    receipt = newest(db)
    assert shares(receipt) == {("Ada Engel", "referral", 1, 1)}
    assert receipt.outside == []
    assert receipt.touches[0]["chain"]["hops"][0]["dropped"] == "own_application"


def test_who_says_it_after_the_application_comes_too_late(app, r, db, applied_by, work):
    own, address = passed_on(app, r)
    _, nadia, page = applied_by(address)
    named(app, own, work, db)
    answer = nadia.post(f"{page}/touches", {"told_by": "somebody"}, form_on=page)
    assert answer.status_code == 303
    work()
    assert shares(newest(db)) == {("Ada Engel", "referral", 1, 1)}


def test_who_is_forgotten_stays_a_code_on_receipts(
    app, r, db, applied_by, work, visit_as, database
):
    own, address = passed_on(app, r)
    page = named(app, own, work, db)
    applied_by(address)
    Visitor(app).post(f"{page}/removal", form_on=page)
    code = db.scalar(select(Application.code))
    recruiters = visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}")
    assert recruiters.status_code == 200
    assert "Tom Weber" not in text(recruiters)
    assert audit_credit(database).first == []


def test_a_receipt_without_a_chain_says_nothing_of_chains(app, r, db, applied_by):
    applied_by(r)
    content = json.loads(
        receipt_file(db.scalars(select(Receipt)).one(), db.scalar(select(Application)))
    )
    assert "outside" not in content["receipt"]
    assert "chain" not in content["receipt"]["touches"][0]
