"""What candidates do with what is theirs: see it, save it, recognise it, have it erased."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import MetaData, select

from careers.base import clock
from careers.base.mail import Mail
from careers.hiring.models import Application
from tests.hiring import samples
from tests.hiring.candidates import apply_to, shown
from tests.jobs.samples import open_job

ODT = ("cv.odt", samples.odt())


@pytest.fixture
def job(db):
    return open_job(db)


def _by_mail(db, number: int = -1) -> str:
    """The address that the mail to the candidate carries."""
    db.expire_all()
    mails = db.scalars(select(Mail).where(Mail.to == "nadia@example.com").order_by(Mail.id)).all()
    return re.search(r"http://127.0.0.1:8000(\S+)", mails[number].text)[1]


def _confirm(visitor, address: str):
    own, _, key = address.partition("?mail=")
    return visitor.post(f"{own}/address", {"mail": key}, form_on=address)


def _applications(db) -> list[Application]:
    db.expire_all()
    return list(db.scalars(select(Application).order_by(Application.id)))


def test_all_that_is_kept_can_be_saved(visitor, job):
    address = apply_to(visitor, job, cv=ODT, phone="0612345678", told_by="A friend").location
    answer = visitor.get(f"{address}/data.zip")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.read("cv/cv.odt") == ODT[1]
        kept = json.loads(packed.read("application.json"))
    assert kept["name"] == "Nadia Benali"
    assert kept["phone"] == "+33612345678"
    assert kept["message"] == "I like meters."
    assert [step["stage"] for step in kept["stages"]] == ["new"]
    assert [touch["said"] for touch in kept["how_they_came"]] == ["A friend"]
    visitor.post(f"{address}/erasure", form_on=address)
    assert visitor.get(f"{address}/data.zip").status_code == 404
    assert visitor.get(f"/applications/{'x' * 43}/data.zip").status_code == 404


def test_others_are_listed_only_to_who_reads_the_mail(visitor, job, db):
    first = apply_to(visitor, job, cv=ODT).location
    other = open_job(db, number=102, title="Grid planner")
    second = apply_to(visitor, other, cv=ODT).location
    by_mail = _by_mail(db)
    for address in (first, second, by_mail):
        assert "What else you sent us" not in shown(visitor.get(address))
    assert _confirm(visitor, by_mail).status_code == 303
    page = shown(visitor.get(by_mail))
    assert "What else you sent us" in page
    assert "Data engineer" in page
    # Whoever only has the page, having typed somebody's address, learns nothing by its confirmation.
    assert "What else you sent us" not in shown(visitor.get(second))
    assert "What else you sent us" not in shown(visitor.get(f"{second}?mail={'0' * 32}"))
    assert "What else you sent us" not in shown(visitor.get(first))


def test_what_was_sent_twice_is_one_once_the_address_is_confirmed(visitor, job, db):
    apply_to(visitor, job, cv=ODT)
    apply_to(visitor, job, cv=ODT, message="A second tab.")
    answer = _confirm(visitor, _by_mail(db))
    assert "We keep this one" in shown(visitor.get(answer.location))
    assert [one.stage for one in _applications(db)] == ["withdrawn", "new"]
    _confirm(visitor, _by_mail(db, 0))
    assert [one.stage for one in _applications(db)] == ["withdrawn", "new"]


@pytest.mark.parametrize("apart", ["later", "read", "confirmed"])
def test_what_is_no_double_stays(visitor, job, db, apart):
    apply_to(visitor, job, cv=ODT)
    if apart == "confirmed":
        _confirm(visitor, _by_mail(db))
    if apart == "read":
        db.scalars(select(Application)).one().stage = "screening"
        db.commit()
    with clock.set_to(clock.now() + timedelta(hours=25 if apart == "later" else 0)):
        apply_to(visitor, job, cv=ODT)
        _confirm(visitor, _by_mail(db))
    assert "withdrawn" not in [one.stage for one in _applications(db)]


def test_a_stranger_learns_nothing_by_applying_with_somebodys_address(visitor, job, db):
    apply_to(visitor, job, cv=ODT)
    answer = apply_to(visitor, job, cv=ODT, name="A stranger", message="")
    page = shown(visitor.get(answer.location))
    assert "I like meters." not in page
    assert "Nadia Benali" not in page
    assert "What else you sent us" not in page


def test_nothing_that_a_candidate_gave_is_left_in_any_table(visitor, job, db, database_url, work):
    words = {
        "name": "Zazie Quokka", "email": "zazie@quokka.example", "phone": "+33 6 98 76 54 32",
        "link": "https://quokka.example", "message": "Marsupials everywhere.",
        "told_by": "Uncle Wombat",
    }  # fmt: skip
    address = apply_to(visitor, job, cv=("quokka.odt", ODT[1]), **words).location
    apply_to(visitor, job, cv=("quokka.odt", ODT[1]), **words | {"email": "wrong"})
    assert _left(db, "quokka") != []
    visitor.post(f"{address}/erasure", form_on=address)
    with clock.set_to(clock.now() + timedelta(hours=13)):
        work()
    for word in ("Zazie", "Quokka", "698765432", "Marsupials", "Wombat"):
        assert _left(db, word) == [], word


def _left(db, word: str) -> list[str]:
    """The tables that hold `word`, in any column."""
    db.rollback()
    tables = MetaData()
    tables.reflect(db.get_bind())
    return [
        table.name
        for table in tables.sorted_tables
        if any(word.lower() in str(tuple(row)).lower() for row in db.execute(select(table)))
    ]
