"""The first administrator."""

from __future__ import annotations

import stat
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.company import the_company
from careers.base.people import Person, PersonRole, person_by_email
from careers.base.signin.administrators import setup_address
from tests.cast import Cast
from tests.conftest import Visitor

FIELDS = {
    "company": "Acme Turbines",
    "name": "Fay First",
    "email": "Fay@Acme.example",
    "password": "a fresh elephant walks",
}


@pytest.fixture
def address(bare_settings, app, db) -> str:
    with app.app_context():
        found = setup_address(db, bare_settings)
    db.rollback()
    assert found and found.startswith("http://127.0.0.1:8000/setup?token=")
    return found.removeprefix("http://127.0.0.1:8000")


def admins(db) -> list[str]:
    rows = select(Person.email).join(PersonRole).where(PersonRole.role == "admin")
    found = list(db.scalars(rows))
    db.rollback()
    return found


def fields_with(address: str, **others: str) -> dict[str, str]:
    return {"token": address.split("token=")[1], **FIELDS, **others}


def test_whoever_reads_the_address_becomes_the_first_administrator(address, visitor, db):
    page = visitor.get(address)
    assert page.status_code == 200 and page.headers["Referrer-Policy"] == "no-referrer"
    answer = visitor.post("/setup", fields_with(address), form_on=address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/company")
    assert admins(db) == ["fay@acme.example"]
    assert the_company(db).name == "Acme Turbines"
    db.rollback()
    assert visitor.get("/admin/company").status_code == 200
    Visitor(visitor.app).sign_in("fay@acme.example", FIELDS["password"])


def test_afterwards_there_is_nothing(address, visitor, settings, app, db):
    visitor.post("/setup", fields_with(address), form_on=address)
    assert Visitor(app).get(address).status_code == 404
    assert Visitor(app).get("/setup").status_code == 404
    with app.app_context():
        assert setup_address(db, settings) is None
    assert not (settings.folder() / "setup").exists()


def test_while_there_is_an_administrator_there_is_no_setup(visitor, settings, app, db):
    with app.app_context():
        assert setup_address(db, settings) is None
    assert visitor.get("/setup").status_code == 404
    assert visitor.get("/setup?token=x").status_code == 404


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=" + "a" * 5000])
def test_without_the_token_it_stays_shut(address, visitor, query):
    answer = visitor.get(f"/setup{query}")
    assert answer.status_code == 403
    assert 'name="password"' not in answer.get_data(as_text=True)


def test_the_address_works_for_an_hour(address, app):
    late = Visitor(app)
    token = late.form_token(address)
    with clock.set_to(clock.now() + timedelta(minutes=61)):
        assert late.get(address).status_code == 403
        data = {"form_token": token, **fields_with(address)}
        assert late.client.post("/setup", data=data).status_code == 403


def test_a_newer_address_ends_the_older(address, settings, app, db, visitor):
    with app.app_context():
        newer = setup_address(db, settings)
    assert visitor.get(address).status_code == 403
    assert visitor.get(newer.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_the_token_is_kept_as_a_hash_that_only_we_can_read(address, settings):
    path = settings.folder() / "setup"
    assert address.split("token=")[1] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"hash": 1}', '{"hash":"x","until":"never"}'])
def test_a_damaged_file_opens_nothing(address, settings, visitor, broken):
    (settings.folder() / "setup").write_text(broken)
    assert visitor.get(address).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"company": ""},
        {"company": "x" * 81},
        {"name": "   "},
        {"email": "no address"},
        {"email": ""},
        {"password": "short"},
        {"password": "acme turbines1"},
        {"password": "Fay First 1"},
    ],
)
def test_what_does_not_hold_is_refused_and_can_be_mended(address, visitor, db, wrong):
    answer = visitor.post("/setup", fields_with(address, **wrong), form_on=address)
    assert answer.status_code == 422
    assert admins(db) == []
    assert visitor.post("/setup", fields_with(address), form_on=address).status_code == 302


def test_somebody_imported_before_is_promoted(address, visitor, db):
    answer = visitor.post("/setup", fields_with(address, email=Cast.ENGINEER), form_on=address)
    assert answer.status_code == 302
    assert admins(db) == [Cast.ENGINEER]
    assert person_by_email(db, Cast.ENGINEER).employee_number == "A1"


def test_of_two_at_once_one_becomes_administrator(address, app, db):
    visitors = [Visitor(app), Visitor(app)]
    tokens = [visitor.form_token(address) for visitor in visitors]
    barrier, codes = threading.Barrier(2), []

    def send(number: int) -> None:
        data = fields_with(address, email=f"first{number}@acme.example")
        barrier.wait()
        answer = visitors[number].client.post("/setup", data={"form_token": tokens[number], **data})
        codes.append(answer.status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) in ([302, 404], [302, 403])
    assert len(admins(db)) == 1
