"""What administrators do, and who else may not."""

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image
from sqlalchemy import select

from careers.base import mail
from careers.base.admin.logos import NotALogo, logo
from careers.base.audit import Act
from careers.base.company import contrast, the_company
from careers.base.people import Person, PersonRole, Role, employee_left, person_by_email
from careers.base.web import PAGE_ROWS
from tests.base.conftest import link_in
from tests.cast import Cast
from tests.conftest import Visitor

PAGES = ["/admin", "/admin/people", "/admin/company", "/admin/mail", "/admin/audit"]


def address_of(db, email: str) -> str:
    code = db.scalar(select(Person.code).where(Person.email == email))
    db.rollback()
    return f"/admin/people/{code}"


def acts(db) -> list[tuple[str, str]]:
    found = [(act.what, act.subject) for act in db.scalars(select(Act).order_by(Act.id))]
    db.rollback()
    return found


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", [Cast.ENGINEER, Cast.EDITOR, Cast.RECRUITER])
def test_nobody_else_sees_these_pages(visit_as, page, who):
    assert visit_as(who).get(page).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_sign_in(visitor, page):
    assert visitor.get(page).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("act", ["roles", "leave", "sessions", "password-link"])
def test_nobody_else_can_act(visit_as, db, act):
    address = address_of(db, Cast.COLLEAGUE)
    visitor = visit_as(Cast.EDITOR)
    answer = visitor.post(f"{address}/{act}", {"role": "admin", "granted": "1"},
                          form_on="/me/account")  # fmt: skip
    assert answer.status_code == 404
    assert person_by_email(db, Cast.COLLEAGUE).granted == []


@pytest.mark.parametrize("page", PAGES[1:])
def test_an_administrator_sees_them_in_both_languages(visit_as, page):
    visitor = visit_as(Cast.ADMIN)
    for prefix in ("", "/fr"):
        answer = visitor.get(prefix + page)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("act", ["", "/roles", "/leave", "/sessions", "/password-link"])
def test_an_unknown_person_is_not_there(visit_as, act):
    visitor = visit_as(Cast.ADMIN)
    address = f"/admin/people/nobody{act}"
    answer = visitor.get(address) if not act else visitor.post(address, form_on="/me/account")
    assert answer.status_code == 404


# -- people


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", {"Ada Engel", "Gwen Hall", "Carl Bauer"}),
        ("ENGEL", {"Ada Engel"}),
        ("ada eng", {"Ada Engel"}),
        ("gwen@acme", {"Gwen Hall"}),
        ("A6", {"Carl Bauer"}),
        ("%", set()),
        ("_", set()),
        ("\\", set()),
        ("nobody", set()),
        ("'; DROP TABLE person --", set()),
    ],
)
def test_people_are_found_by_name_address_or_number(visit_as, words, names):
    answer = visit_as(Cast.ADMIN).get("/admin/people", query_string={"q": words})
    page = answer.get_data(as_text=True)
    everybody = {"Ada Engel", "Gwen Hall", "Carl Bauer"}
    assert {name for name in everybody if f">{name}</a>" in page} == names


def test_the_list_has_pages(visit_as, db):
    db.add_all(
        Person(name=f"Zoe {n:03}", email=f"zoe{n}@acme.example") for n in range(PAGE_ROWS + 5)
    )
    db.commit()
    visitor = visit_as(Cast.ADMIN)
    first = visitor.get("/admin/people?q=zoe").get_data(as_text=True)
    second = visitor.get("/admin/people?q=zoe&page=2").get_data(as_text=True)
    assert first.count(">Zoe ") == PAGE_ROWS and second.count(">Zoe ") == 5
    assert "q=zoe" in first and "page=2" in first
    assert visitor.get("/admin/people?page=999").status_code == 200


def change(visitor: Visitor, address: str, role: str, granted: str):
    return visitor.post(f"{address}/roles", {"role": role, "granted": granted}, form_on=address)


def test_a_role_is_granted_and_revoked_and_written_down(visit_as, db):
    visitor, address = visit_as(Cast.ADMIN), address_of(db, Cast.COLLEAGUE)
    assert change(visitor, address, "editor", "1").status_code == 303
    change(visitor, address, "editor", "1")  # a second time changes nothing
    assert Role.EDITOR in person_by_email(db, Cast.COLLEAGUE).roles
    db.rollback()
    change(visitor, address, "editor", "0")
    assert Role.EDITOR not in person_by_email(db, Cast.COLLEAGUE).roles
    db.rollback()
    code = address.rsplit("/", 1)[1]
    assert acts(db) == [("role:grant", code), ("role:revoke", code)]
    log = visitor.get("/admin/audit").get_data(as_text=True)
    assert "Granted a role" in log and "Role: Editor" in log and "role:grant" not in log
    assert f'<a href="/admin/people/{code}">' in log


@pytest.mark.parametrize("role", ["employee", "root", "", "ADMIN"])
def test_only_known_roles_are_granted(visit_as, db, role):
    address = address_of(db, Cast.COLLEAGUE)
    assert change(visit_as(Cast.ADMIN), address, role, "1").status_code == 404


def test_a_changed_role_ends_the_sessions_of_that_person(visit_as, db):
    colleague, admin = visit_as(Cast.COLLEAGUE), visit_as(Cast.ADMIN)
    change(admin, address_of(db, Cast.COLLEAGUE), "recruiter", "1")
    assert colleague.get("/me/account").status_code == 302
    before = admin.client.get_cookie("entourage").value
    change(admin, address_of(db, Cast.ADMIN), "editor", "1")
    assert admin.get("/admin/people").status_code == 200
    assert admin.client.get_cookie("entourage").value != before


def test_the_last_administrator_stays(visit_as, db):
    visitor, address = visit_as(Cast.ADMIN), address_of(db, Cast.ADMIN)
    change(visitor, address, "admin", "0")
    visitor.post(f"{address}/leave", form_on=address)
    page = visitor.get(address).get_data(as_text=True)
    assert "nobody could run the site" in page
    assert Role.ADMIN in person_by_email(db, Cast.ADMIN).roles
    assert acts(db) == []


def test_somebody_who_left_is_no_administrator_who_could_stay(visit_as, db):
    gone = person_by_email(db, Cast.GONE)
    gone.granted.append(PersonRole(role="admin"))
    db.commit()
    visitor, address = visit_as(Cast.ADMIN), address_of(db, Cast.ADMIN)
    change(visitor, address, "admin", "0")
    assert Role.ADMIN in person_by_email(db, Cast.ADMIN).roles


@pytest.mark.parametrize("second", ["roles", "leave"])
def test_two_administrators_who_remove_each_other_at_once_leave_one(visit_as, db, second):
    person_by_email(db, Cast.EDITOR).grant(Role.ADMIN)
    db.commit()
    alma, edith = visit_as(Cast.ADMIN), visit_as(Cast.EDITOR)
    jobs = [
        (alma, f"{address_of(db, Cast.EDITOR)}/roles"),
        (edith, f"{address_of(db, Cast.ADMIN)}/{second}"),
    ]
    barrier, failures = threading.Barrier(2), []

    def act(visitor: Visitor, address: str) -> None:
        token = visitor.form_token("/me/account")
        barrier.wait()
        fields = {"form_token": token, "role": "admin", "granted": "0"}
        try:
            visitor.client.post(address, data=fields)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=act, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    both = [person_by_email(db, email) for email in (Cast.ADMIN, Cast.EDITOR)]
    assert sum(Role.ADMIN in person.roles for person in both) == 1


def test_leaving_is_asked_once_more_then_recorded_and_announced(visit_as, db):
    told = []

    def listen(person: Person, db) -> None:
        told.append(person.email)

    employee_left.connect(listen)
    gone = visit_as(Cast.COLLEAGUE)
    visitor, address = visit_as(Cast.ADMIN), address_of(db, Cast.COLLEAGUE)
    assert visitor.get(f"{address}/leave").status_code == 200
    assert person_by_email(db, Cast.COLLEAGUE).is_active
    db.rollback()
    visitor.post(f"{address}/leave")
    assert not person_by_email(db, Cast.COLLEAGUE).is_active
    db.rollback()
    assert told == [Cast.COLLEAGUE]
    assert gone.get("/me/account").status_code == 302
    assert acts(db) == [("person:leave", address.rsplit("/", 1)[1])]
    assert visitor.get(f"{address}/leave").status_code == 303


def test_sessions_are_ended_and_a_link_is_sent(visit_as, db, work, app):
    colleague, visitor = visit_as(Cast.COLLEAGUE), visit_as(Cast.ADMIN)
    address = address_of(db, Cast.COLLEAGUE)
    visitor.post(f"{address}/sessions", form_on=address)
    assert colleague.get("/me/account").status_code == 302
    visitor.post(f"{address}/password-link", form_on=address)
    work()
    text = db.scalar(select(mail.Mail.text))
    db.rollback()
    assert Visitor(app).get(link_in(text)).status_code == 200
    assert [what for what, _ in acts(db)] == ["session:end-all", "password:send-link"]


def test_what_people_are_called_is_shown_as_text(visit_as, db):
    person = person_by_email(db, Cast.COLLEAGUE)
    person.name, person.team = "<script>alert(1)</script>", '"><img src=x>'
    db.commit()
    visitor, address = visit_as(Cast.ADMIN), address_of(db, Cast.COLLEAGUE)
    for page in ("/admin/people", address, f"{address}/leave"):
        text = visitor.get(page).get_data(as_text=True)
        assert "<script>alert" not in text and "<img src=x>" not in text


# -- the company

COMPANY = {
    "name": "Acme Turbines",
    "tagline_en": "We make wind useful.",
    "tagline_fr": "Nous rendons le vent utile.",
    "website": "https://www.acme.example",
    "colour": "#2255AA",
}


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#2255aa").save(out, kind, **options)
    return out.getvalue()


def send_company(visitor: Visitor, **others):
    fields = COMPANY | others
    return visitor.post("/admin/company", fields, content_type="multipart/form-data")


def test_the_company_is_described(visit_as, visitor, db):
    assert send_company(visit_as(Cast.ADMIN)).status_code == 303
    company = the_company(db)
    kept = {name: getattr(company, name) for name in COMPANY}
    db.rollback()
    assert kept == COMPANY | {"colour": "#2255aa"}
    assert acts(db) == [("company:edit", "")]
    assert "Acme Turbines" in visitor.get("/sign-in").get_data(as_text=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 81},
        {"tagline_en": "x" * 201},
        {"website": "javascript:alert(1)"},
        {"website": "www.acme.example"},
        {"website": "https://user@evil.example"},
        {"colour": "red"},
        {"colour": "#12345"},
        {"colour": "#123456;}"},
        {"colour": "#12345g"},
        {"colour": ""},
    ],
)
def test_what_does_not_hold_is_refused(visit_as, db, wrong):
    assert send_company(visit_as(Cast.ADMIN), **wrong).status_code == 422
    assert the_company(db).name == "Entourage"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_made_anew_small_and_without_anything_else(visit_as, visitor, kind):
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    sent = picture(kind, exif=exif)
    send_company(visit_as(Cast.ADMIN), logo=(io.BytesIO(sent), "logo.bin"))
    answer = visitor.get("/logo.png")
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers
    with Image.open(io.BytesIO(answer.data)) as made:
        assert (made.format, made.size) == ("PNG", (400, 133))
    assert b"a secret place" not in answer.data
    tag = answer.headers["ETag"]
    assert visitor.get("/logo.png", headers={"If-None-Match": tag}).status_code == 304
    assert '/logo.png"' in visitor.get("/sign-in").get_data(as_text=True)


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: gif(), "not a PNG, JPEG or WebP"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG, JPEG or WebP"),
        (lambda: b"", "not a PNG, JPEG or WebP"),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture"),
        (lambda: picture()[:-80], "damaged"),
        (lambda: picture(size=(5001, 5000)), "25 million"),
    ],
)
def test_what_is_no_logo_is_refused_with_a_reason(visit_as, visitor, content, words):
    answer = send_company(visit_as(Cast.ADMIN), logo=(io.BytesIO(content()), "logo.png"))
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert visitor.get("/logo.png").status_code == 404


def test_a_logo_of_more_than_five_megabytes_is_not_even_opened():
    with pytest.raises(NotALogo, match="large"):
        logo(picture() + b"x" * (5 * 1024 * 1024))


def test_a_logo_is_taken_away_again(visit_as, visitor):
    admin = visit_as(Cast.ADMIN)
    send_company(admin, logo=(io.BytesIO(picture()), "logo.png"))
    send_company(admin)  # without a file the logo stays
    assert visitor.get("/logo.png").status_code == 200
    send_company(admin, no_logo="y")
    assert visitor.get("/logo.png").status_code == 404


@pytest.mark.parametrize("colour", ["#ffff00", "#000000", "#ffffff", "#2255aa"])
def test_the_colours_stand_out_whatever_the_company_chose(visit_as, visitor, colour):
    send_company(visit_as(Cast.ADMIN), colour=colour)
    answer = visitor.get("/brand.css")
    assert answer.mimetype == "text/css" and "max-age=300" in answer.headers["Cache-Control"]
    roles = dict(
        line.strip().rstrip(";").split(": ") for line in answer.text.splitlines() if ":" in line
        and line.startswith("  --")
    )  # fmt: skip
    assert list(roles) == ["--brand", "--brand-text", "--brand-dark", "--brand-text-dark"]
    assert contrast(roles["--brand-text"], "#fbfaf7") >= 4.5
    assert contrast(roles["--brand-text-dark"], "#17191e") >= 4.5
    tag = answer.headers["ETag"]
    assert visitor.get("/brand.css", headers={"If-None-Match": tag}).status_code == 304


# -- mail


def test_waiting_mail_can_be_read_and_says_why_it_waits(visit_as, db, work):
    mail.write(db, "someone@acme.example", "A subject", "Words & <b>more</b> words")
    db.commit()
    visitor = visit_as(Cast.ADMIN)
    work()
    page = visitor.get("/admin/mail").get_data(as_text=True)
    assert "Words &amp; &lt;b&gt;more&lt;/b&gt; words" in page
    assert "no mail server is set" in page
