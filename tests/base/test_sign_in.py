"""Coming in with a password, and going out again."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from careers.app import create_app
from careers.base import clock
from careers.base.people import Person, Role, leave, person_by_email
from careers.base.signin import passwords
from careers.base.signin.sessions import SignIn
from careers.base.web import limiter
from tests.cast import Cast
from tests.conftest import Visitor

pytestmark = pytest.mark.usefixtures("real_hashing")
HOME = "/sign-in"
MINE = "/me/account"


def token_of(visitor: Visitor, name: str = "entourage") -> str | None:
    cookie = visitor.client.get_cookie(name)
    return cookie.value if cookie else None


def test_whoever_knows_the_password_comes_in(visitor):
    answer = visitor.post(HOME, {"email": Cast.ENGINEER, "password": Cast.PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitor.get(MINE).status_code == 200


def test_the_address_may_be_written_in_capitals_and_with_spaces(visitor):
    answer = visitor.post(HOME, {"email": " ADA@Acme.example ", "password": Cast.PASSWORD})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (Cast.ENGINEER, "not the password"),
        (Cast.ENGINEER, Cast.PASSWORD + " "),
        (Cast.ENGINEER, Cast.PASSWORD.upper()),
        (Cast.ENGINEER, ""),
        ("", Cast.PASSWORD),
        ("nobody@acme.example", Cast.PASSWORD),
        (Cast.GONE, Cast.PASSWORD),
        ("ada@acme.example'--", Cast.PASSWORD),
        ("%", Cast.PASSWORD),
        (Cast.ENGINEER, "x" * 1001),
    ],
)
def test_nobody_else_does(visitor, email, password):
    answer = visitor.post(HOME, {"email": email, "password": password})
    assert answer.status_code == 422
    assert token_of(visitor) is None
    assert visitor.get(MINE).status_code == 302


def test_an_unknown_account_gets_the_same_answer(app):
    answers = []
    for email in (Cast.ENGINEER, "nobody@acme.example", Cast.GONE):
        page = Visitor(app).post(HOME, {"email": email, "password": "wrong wrong"})
        text = page.get_data(as_text=True).replace(email, "…")
        answers.append((page.status_code, _without_tokens(text)))
    assert answers[0] == answers[1] == answers[2]


def _without_tokens(text: str) -> str:
    import re

    text = re.sub(r'name="form_token" value="[^"]+"', "", text)
    return re.sub(r'nonce="[^"]*"', "", text)


def test_an_unknown_account_takes_the_same_time(app, db):
    db.execute(select(Person)).scalars().first()
    person = person_by_email(db, Cast.ENGINEER)
    person.password_hash = passwords.hash_password(Cast.PASSWORD)
    db.commit()

    def fastest(email: str) -> float:
        visitor, times = Visitor(app), []
        token = visitor.form_token(HOME)
        for _ in range(6):
            begun = time.thread_time()
            visitor.client.post(
                HOME, data={"form_token": token, "email": email, "password": "wrong wrong"}
            )
            times.append(time.thread_time() - begun)
        return min(times)

    known, unknown = fastest(Cast.ENGINEER), fastest("nobody@acme.example")
    assert 0.6 < known / unknown < 1.7


def test_visiting_the_page_sets_no_cookie(visitor):
    answer = visitor.get(HOME)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_failed_attempt_sets_no_cookie(visitor):
    answer = visitor.post(HOME, {"email": Cast.ENGINEER, "password": "wrong wrong"})
    assert "Set-Cookie" not in answer.headers


def test_an_old_hash_is_made_anew_and_goes_on_working(app, db, visit_as):
    before = person_by_email(db, Cast.ENGINEER).password_hash
    db.rollback()
    visit_as(Cast.ENGINEER)
    after = person_by_email(db, Cast.ENGINEER).password_hash
    db.rollback()
    assert passwords.is_outdated(before) and not passwords.is_outdated(after)
    visit_as(Cast.ENGINEER)
    assert person_by_email(db, Cast.ENGINEER).password_hash == after


def test_passwords_of_any_characters_work(app, db):
    odd = "  pâss\twörd 🐘 \"'<>&%;-- "
    person_by_email(db, Cast.ENGINEER).password_hash = passwords.cheap_hash(odd)
    db.commit()
    Visitor(app).sign_in(Cast.ENGINEER, odd)


def test_hashing_holds_no_transaction_that_writes(app, database):
    """While a password is checked, somebody else can write. Whoever had to wait for this thread
    would do so until an error.
    """
    visitor = Visitor(app)
    token = visitor.form_token(HOME)
    wrote = []
    real = passwords.matches

    def watched(stored, password):
        with database.writing() as other:
            person_by_email(other, Cast.COLLEAGUE).office = "Paris"
            other.commit()
        wrote.append(stored)
        return real(stored, password)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "matches", watched)
        answer = visitor.client.post(
            HOME, data={"form_token": token, "email": Cast.ENGINEER, "password": Cast.PASSWORD}
        )
    assert answer.status_code == 302
    assert len(wrote) == 1


# -- where to afterwards


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/me/account", "/me/account"),
        ("/me/account?x=1&y=2", "/me/account?x=1&y=2"),
        ("/fr/me/account", "/fr/me/account"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("\\\\evil.example", None),
        ("/\t/evil.example", None),
        ("/\n/evil.example", None),
        ("javascript:alert(1)", None),
        ("me/account", None),
        ("", None),
        (" //evil.example", None),
        ("///evil.example", None),
        ("/@evil.example", "/@evil.example"),
    ],
)
def test_the_way_on_never_leaves_the_site(visitor, asked, goes):
    fields = {"email": Cast.ENGINEER, "password": Cast.PASSWORD, "next": asked}
    location = visitor.post(HOME, fields).headers["Location"]
    if goes is None:
        assert "evil" not in location and not location.startswith("javascript")
        assert location.startswith("/") and not location.startswith("//")
    else:
        assert location == goes


def test_the_way_on_keeps_the_language(visitor):
    fields = {"email": Cast.ENGINEER, "password": Cast.PASSWORD, "next": "/me/account"}
    answer = visitor.post("/fr/sign-in", fields)
    assert answer.headers["Location"] == "/fr/me/account"


def test_a_private_page_sends_a_visitor_to_sign_in_and_back(visitor):
    answer = visitor.get("/me/account?a=b")
    assert answer.status_code == 302
    page = visitor.get(answer.headers["Location"]).get_data(as_text=True)
    assert 'name="next" value="/me/account?a=b"' in page


def test_whoever_is_signed_in_need_not_sign_in(visit_as):
    answer = visit_as(Cast.ENGINEER).get("/sign-in?next=/me/account")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/account")


# -- sessions


def test_signing_in_gives_a_new_token_and_the_old_one_is_worth_nothing(app, visit_as):
    visitor = visit_as(Cast.ENGINEER)
    planted = token_of(visitor)
    visitor.post("/sign-out", form_on=MINE)
    victim = Visitor(app)
    victim.client.set_cookie("entourage", planted)
    victim.sign_in(Cast.EDITOR)
    assert token_of(victim) != planted
    thief = Visitor(app)
    thief.client.set_cookie("entourage", planted)
    assert thief.get(MINE).status_code == 302


def test_a_token_that_an_attacker_made_up_is_never_taken_over(app):
    visitor = Visitor(app)
    visitor.client.set_cookie("entourage", "a" * 43)
    visitor.sign_in(Cast.ENGINEER)
    assert token_of(visitor) != "a" * 43


def test_signing_in_elsewhere_leaves_other_sessions_alone(visit_as):
    first = visit_as(Cast.ENGINEER)
    visit_as(Cast.ENGINEER)
    assert first.get(MINE).status_code == 200


def test_signing_out_ends_the_session_at_the_server(app, visit_as):
    visitor = visit_as(Cast.ENGINEER)
    stolen = token_of(visitor)
    answer = visitor.post("/sign-out", form_on=MINE)
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert token_of(visitor) is None
    thief = Visitor(app)
    thief.client.set_cookie("entourage", stolen)
    assert thief.get(MINE).status_code == 302


def test_signing_out_by_a_link_is_not_possible(visit_as):
    visitor = visit_as(Cast.ENGINEER)
    assert visitor.get("/sign-out").status_code == 405
    assert visitor.get(MINE).status_code == 200


def test_the_token_is_not_kept_at_the_server(visit_as, db):
    token = token_of(visit_as(Cast.ENGINEER))
    row = db.scalars(select(SignIn).where(SignIn.person_id.is_not(None))).one()
    assert token not in str(vars(row))


@pytest.mark.parametrize(
    ("who", "idle", "still"),
    [
        (Cast.ENGINEER, timedelta(hours=11, minutes=50), True),
        (Cast.ENGINEER, timedelta(hours=12, minutes=1), False),
        (Cast.RECRUITER, timedelta(minutes=29), True),
        (Cast.RECRUITER, timedelta(minutes=31), False),
        (Cast.ADMIN, timedelta(minutes=31), False),
    ],
)
def test_a_session_ends_by_itself(visit_as, who, idle, still):
    visitor = visit_as(who)
    with clock.set_to(clock.now() + idle):
        assert (visitor.get(MINE).status_code == 200) is still


def test_a_session_in_use_still_ends_after_twelve_hours(visit_as):
    visitor = visit_as(Cast.RECRUITER)
    begun = clock.now()
    for minutes in range(25, 12 * 60, 25):
        with clock.set_to(begun + timedelta(minutes=minutes)):
            assert visitor.get(MINE).status_code == 200
    with clock.set_to(begun + timedelta(hours=12, minutes=1)):
        assert visitor.get(MINE).status_code == 302


def test_leaving_ends_every_session_at_once(visit_as, db):
    visitor = visit_as(Cast.ENGINEER)
    leave(db, person_by_email(db, Cast.ENGINEER))
    db.commit()
    assert visitor.get(MINE).status_code == 302
    assert db.scalars(select(SignIn)).all() == []


def test_over_https_the_cookie_is_bound_to_this_very_host(settings):
    app = create_app(settings.model_copy(update={"base_url": "https://jobs.acme.example"}),
                     testing=True)  # fmt: skip
    visitor = Visitor(app)
    origin = {"base_url": "https://jobs.acme.example"}
    page = visitor.get(HOME, **origin)
    assert "Strict-Transport-Security" in page.headers
    token = page.get_data(as_text=True).split('name="form_token" value="')[1].split('"')[0]
    fields = {"form_token": token, "email": Cast.ENGINEER, "password": Cast.PASSWORD}
    cookie = visitor.client.post(HOME, data=fields, **origin).headers["Set-Cookie"]
    assert cookie.startswith("__Host-entourage=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"secure", "httponly", "path=/", "samesite=lax"}
    app.extensions["database"].dispose()


# -- forged forms


@pytest.mark.parametrize("token", ["", "x", "eyJ.forged.token", None])
def test_a_form_without_a_good_token_is_refused(visitor, token):
    fields = {"email": Cast.ENGINEER, "password": Cast.PASSWORD}
    if token is not None:
        fields["form_token"] = token
    assert visitor.client.post(HOME, data=fields).status_code == 400
    assert token_of(visitor) is None


def test_a_form_that_was_open_too_long_is_refused(visitor):
    token = visitor.form_token(HOME)
    fields = {"form_token": token, "email": Cast.ENGINEER, "password": Cast.PASSWORD}
    from itsdangerous import timed

    with pytest.MonkeyPatch.context() as patch:  # itsdangerous has its own idea of the time
        patch.setattr(timed.time, "time", lambda: clock.now().timestamp() + 13 * 3600)
        assert visitor.client.post(HOME, data=fields).status_code == 400


def test_a_form_of_another_session_is_refused(visit_as):
    one, other = visit_as(Cast.ENGINEER), visit_as(Cast.EDITOR)
    token = one.form_token(MINE)
    fields = {"form_token": token, "language": "fr", "time_zone": ""}
    assert other.client.post(MINE, data=fields).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_sent_from_another_site_is_refused(visitor, headers):
    fields = {"email": Cast.ENGINEER, "password": Cast.PASSWORD}
    assert visitor.post(HOME, fields, headers=headers).status_code == 403
    assert token_of(visitor) is None


# -- how often one may try


@pytest.fixture
def strict(settings):
    """The site with its rate limits, as when it serves."""
    app = create_app(settings, testing=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    yield app
    app.extensions["database"].dispose()
    limiter.enabled = False


def attempt(visitor: Visitor, email: str, password: str, address: str = "192.0.2.1"):
    return visitor.post(
        HOME,
        {"email": email, "password": password},
        environ_overrides={"REMOTE_ADDR": address},
    )


def test_guessing_one_account_is_stopped_wherever_it_comes_from(strict):
    codes = [
        attempt(Visitor(strict), Cast.ENGINEER, f"guess number {n}", f"192.0.2.{n}").status_code
        for n in range(12)
    ]
    assert codes == [422] * 10 + [429] * 2
    assert attempt(Visitor(strict), Cast.ENGINEER, Cast.PASSWORD).status_code == 429
    assert attempt(Visitor(strict), Cast.EDITOR, Cast.PASSWORD).status_code == 302


def test_guessing_many_accounts_from_one_address_is_stopped(strict):
    codes = {
        attempt(Visitor(strict), f"person{n}@acme.example", "guess guess").status_code
        for n in range(50)
    }
    assert codes == {422}
    assert attempt(Visitor(strict), Cast.ENGINEER, Cast.PASSWORD).status_code == 429
    answer = attempt(Visitor(strict), Cast.ENGINEER, Cast.PASSWORD, "192.0.2.77")
    assert answer.status_code == 302


def test_an_unknown_account_is_limited_in_the_same_way(strict):
    codes = [
        attempt(Visitor(strict), "nobody@acme.example", "guess", f"192.0.2.{n}").status_code
        for n in range(11)
    ]
    assert codes == [422] * 10 + [429]


def test_whoever_knows_the_password_is_never_counted(strict):
    assert {
        attempt(Visitor(strict), Cast.ENGINEER, Cast.PASSWORD).status_code for _ in range(15)
    } == {302}


def test_the_owner_comes_in_by_mail_while_somebody_guesses(strict, db):
    from careers.base import outbox
    from careers.base.mail import Mail
    from tests.base.conftest import link_in

    for n in range(11):
        attempt(Visitor(strict), Cast.ENGINEER, "guess guess", f"192.0.2.{n}")
    owner = Visitor(strict)
    owner.post("/sign-in/forgot", {"email": Cast.ENGINEER})
    with strict.app_context():
        outbox.do_due_work(strict.extensions["database"], strict.extensions["settings"])
    link = link_in(db.scalars(select(Mail)).one().text)
    db.rollback()
    assert owner.post(link, {"new_password": "a fresh elephant walks"}).status_code == 302
    assert owner.get(MINE).status_code == 200


def test_roles_of_whoever_left_are_none(db):
    person = person_by_email(db, Cast.ADMIN)
    assert Role.ADMIN in person.roles
    leave(db, person)
    assert person.roles == frozenset()
