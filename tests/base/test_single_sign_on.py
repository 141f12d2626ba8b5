"""Single sign-on: at a real provider, and at one that lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey
from pydantic import ValidationError
from sqlalchemy import func, select

from careers.app import create_app
from careers.base import clock
from careers.base.config import Settings
from careers.base.people import Person, leave, person_by_email
from careers.base.signin.sessions import SignIn
from tests.base.providers import (
    CLIENT_ID,
    CLIENT_SECRET,
    Browser,
    LyingProvider,
    real_provider,
)
from tests.cast import Cast
from tests.conftest import Visitor
from tests.serving import free_port

MINE = "/me/account"


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    with real_provider() as issuer:
        yield issuer


@pytest.fixture
def liar() -> Iterator[LyingProvider]:
    made = LyingProvider()
    yield made
    made.stop()


@pytest.fixture
def site_at(settings) -> Iterator[Callable[[str], Visitor]]:
    """`site_at(issuer)` is a visitor of a site with single sign-on there."""
    apps = []

    def make(issuer: str) -> Visitor:
        changes = {
            "oidc_issuer": issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
        }
        known = settings.model_dump() | {"secret_key": "s" * 40} | changes
        apps.append(create_app(Settings(_env_file=None, **known), testing=True))
        return Visitor(apps[-1])

    yield make
    for app in apps:
        app.extensions["database"].dispose()


def without_password(db, email: str = Cast.COLLEAGUE) -> None:
    person_by_email(db, email).password_hash = None
    db.commit()


def subject_of(db, email: str) -> str | None:
    found = db.scalar(select(Person.oidc_subject).where(Person.email == email))
    db.rollback()
    return found


def sign_on(visitor: Visitor, name: str, start: str = "/sign-in/oidc"):
    answer = visitor.get(start)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    back = urlsplit(Browser().sign_in(answer.headers["Location"], name))
    return visitor.get(f"{back.path}?{back.query}")


# -- at a real provider


def test_somebody_without_a_password_comes_in_and_is_linked(site_at, provider, db):
    without_password(db)
    visitor = site_at(provider)
    answer = sign_on(visitor, "carl", "/sign-in/oidc?next=/me/account")
    assert (answer.status_code, answer.headers["Location"]) == (302, MINE)
    assert visitor.get(MINE).status_code == 200
    assert subject_of(db, Cast.COLLEAGUE) == "carl"
    again = Visitor(visitor.app)
    sign_on(again, "carl")
    assert again.get(MINE).status_code == 200


def test_the_account_is_the_subject_and_not_the_address(site_at, provider, db):
    person = person_by_email(db, Cast.COLLEAGUE)
    person.oidc_issuer, person.oidc_subject = provider, "carl"
    person.email = "charles@acme.example"
    db.commit()
    visitor = site_at(provider)
    sign_on(visitor, "carl")
    assert "charles@acme.example" in visitor.get(MINE).get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("ada", "password-first"),
        ("nobody-here", "unknown"),
        ("gwen", "unknown"),
        ("unverified-carl", "unverified"),
    ],
)
def test_whom_it_does_not_let_in(site_at, provider, db, name, problem):
    without_password(db)
    without_password(db, Cast.GONE)
    visitor = site_at(provider)
    people = db.scalar(select(func.count()).select_from(Person))
    db.rollback()
    answer = sign_on(visitor, name)
    assert answer.headers["Location"] == f"/sign-in?problem={problem}"
    assert 'role="alert"' in visitor.get(answer.headers["Location"]).get_data(as_text=True)
    assert visitor.get(MINE).status_code == 302
    assert db.scalar(select(func.count()).select_from(Person)) == people
    db.rollback()
    assert subject_of(db, Cast.COLLEAGUE) is None and subject_of(db, Cast.ENGINEER) is None


def test_whoever_left_does_not_come_in(site_at, provider, db):
    person = person_by_email(db, Cast.COLLEAGUE)
    person.oidc_issuer, person.oidc_subject = provider, "carl"
    leave(db, person)
    db.commit()
    answer = sign_on(site_at(provider), "carl")
    assert answer.headers["Location"] == "/sign-in?problem=unknown"


def test_whoever_has_a_password_links_the_two_themselves(site_at, provider, db):
    visitor = site_at(provider).sign_in(Cast.ENGINEER)
    assert visitor.get("/sign-in/oidc?link=1").headers["Location"] == MINE
    wrong = visitor.post(f"{MINE}/link", {"password": "wrong wrong"}, form_on=MINE)
    assert wrong.status_code == 422
    assert visitor.get("/sign-in/oidc?link=1").headers["Location"] == MINE
    visitor.post(f"{MINE}/link", {"password": Cast.PASSWORD}, form_on=MINE)
    answer = sign_on(visitor, "ada", "/sign-in/oidc?link=1")
    assert answer.headers["Location"] == MINE
    assert subject_of(db, Cast.ENGINEER) == "ada"
    other = Visitor(visitor.app)
    sign_on(other, "ada")
    assert other.get(MINE).status_code == 200
    visitor.post(f"{MINE}/unlink", {"password": Cast.PASSWORD}, form_on=MINE)
    assert subject_of(db, Cast.ENGINEER) is None


def test_an_identity_belongs_to_one_person(site_at, provider, db):
    person = person_by_email(db, Cast.COLLEAGUE)
    person.oidc_issuer, person.oidc_subject = provider, "carl"
    db.commit()
    visitor = site_at(provider).sign_in(Cast.ENGINEER)
    visitor.post(f"{MINE}/link", {"password": Cast.PASSWORD}, form_on=MINE)
    sign_on(visitor, "carl", "/sign-in/oidc?link=1")
    assert subject_of(db, Cast.ENGINEER) is None


def test_signing_out_offers_to_sign_out_there_too(site_at, provider, db):
    without_password(db)
    visitor = site_at(provider)
    sign_on(visitor, "carl")
    page = visitor.post("/sign-out", form_on=MINE)
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and page.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert f'href="{provider}/session/end?id_token_hint=' in text
    assert visitor.get(MINE).status_code == 302


def test_starting_asks_for_a_code_with_pkce_state_and_nonce(site_at, provider):
    visitor = site_at(provider)
    assert "Set-Cookie" not in visitor.get("/sign-in").headers
    answer = visitor.get("/sign-in/oidc")
    assert "Set-Cookie" in answer.headers
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["response_type"] == ["code"] and asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 20 and len(asked["nonce"][0]) >= 20
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/oidc/callback"]


# -- at one that lies


def come_back(visitor: Visitor, liar: LyingProvider) -> str:
    answer = visitor.get("/sign-in/oidc")
    return visitor.get(liar.authorise(answer.headers["Location"])).headers["Location"]


def test_an_honest_answer_is_believed(site_at, liar, db):
    without_password(db)
    visitor = site_at(liar.issuer)
    assert "problem" not in come_back(visitor, liar)
    assert visitor.get(MINE).status_code == 200
    assert len(liar.asked["code_verifier"][0]) >= 43


def _set(name: str, value):
    return lambda liar: setattr(liar, name, value)


LIES = {
    "another nonce": _set("claims", {"nonce": "another"}),
    "no nonce": _set("without", {"nonce"}),
    "another issuer": _set("claims", {"iss": "https://evil.example"}),
    "no issuer": _set("without", {"iss"}),
    "for another client": _set("claims", {"aud": "another"}),
    "for another client, with us as its party": _set("claims", {"aud": "other", "azp": CLIENT_ID}),
    "for several, with another party": _set("claims", {"aud": [CLIENT_ID, "x"], "azp": "x"}),
    "no audience": _set("without", {"aud"}),
    "expired": _set("claims", {"exp": 1_600_000_000}),
    "expired two minutes ago": lambda liar: liar.claims.update(
        exp=int(clock.now().timestamp()) - 120
    ),
    "from the future": lambda liar: liar.claims.update(iat=int(clock.now().timestamp()) + 900),
    "never expires": _set("without", {"exp"}),
    "no subject": _set("without", {"sub"}),
    "an empty subject": _set("claims", {"sub": ""}),
    "a subject that is no text": _set("claims", {"sub": ["subject-1"]}),
    "an endless subject": _set("claims", {"sub": "x" * 256}),
    "not signed": _set("alg", "none"),
    "signed with another key": lambda liar: setattr(liar, "sign_with", liar.other_key),
    "signed with our own secret": lambda liar: (
        setattr(liar, "alg", "HS256"),
        setattr(liar, "sign_with", OctKey.import_key(CLIENT_SECRET)),
    ),
    "no token": _set("without", {"id_token"}),
    "no JSON": _set("answer", (200, b"<html>")),
    "not an object": _set("answer", (200, b"[]")),
    "an error": _set("answer", (500, b"{}")),
    "endless": _set("answer", (200, b'{"x": "' + b"x" * 400_000 + b'"}')),
    "a half token": _set("answer", (200, b'{"access_token": "x", "id_token": "a.b"}')),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_is_believed(site_at, liar, db, lie):
    without_password(db)
    visitor = site_at(liar.issuer)
    LIES[lie](liar)
    assert come_back(visitor, liar) == "/sign-in?problem=refused"
    assert visitor.get(MINE).status_code == 302
    assert subject_of(db, Cast.COLLEAGUE) is None


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_only_a_verified_address_links(site_at, liar, db, verified):
    without_password(db)
    liar.claims["email_verified"] = verified
    assert come_back(site_at(liar.issuer), liar) == "/sign-in?problem=unverified"
    assert subject_of(db, Cast.COLLEAGUE) is None


def test_a_linked_person_is_not_linked_to_a_second_subject(site_at, liar, db):
    without_password(db)
    visitor = site_at(liar.issuer)
    come_back(visitor, liar)
    liar.claims["sub"] = "subject-2"
    assert come_back(Visitor(visitor.app), liar) == "/sign-in?problem=taken"


def test_a_state_works_once_and_only_in_its_browser(site_at, liar, db):
    without_password(db)
    visitor = site_at(liar.issuer)
    back = liar.authorise(visitor.get("/sign-in/oidc").headers["Location"])
    stranger = Visitor(visitor.app)
    assert stranger.get(back).headers["Location"] == "/sign-in?problem=expired"
    stranger.get("/sign-in/oidc")
    assert stranger.get(back).headers["Location"] == "/sign-in?problem=refused"
    assert "problem" not in visitor.get(back).headers["Location"]
    token = visitor.client.get_cookie("entourage").value
    visitor.get(back)
    assert visitor.client.get_cookie("entourage").value == token


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x", "?state=x&code=y"])
def test_a_broken_way_back_is_a_clear_message(site_at, liar, query):
    visitor = site_at(liar.issuer)
    visitor.get("/sign-in/oidc")
    answer = visitor.get(f"/sign-in/oidc/callback{query}")
    assert answer.headers["Location"] == "/sign-in?problem=refused"


def test_attempts_that_were_given_up_do_not_pile_up(site_at, liar, db):
    visitor = site_at(liar.issuer)
    for _ in range(5):
        visitor.get("/sign-in/oidc")
    (row,) = db.scalars(select(SignIn)).all()
    assert len([key for key in row.data if key.startswith("_state_")]) == 1


def test_an_attempt_is_forgotten_after_half_an_hour(site_at, liar, db):
    without_password(db)
    visitor = site_at(liar.issuer)
    back = liar.authorise(visitor.get("/sign-in/oidc").headers["Location"])
    with clock.set_to(clock.now() + timedelta(minutes=31)):
        assert visitor.get(back).headers["Location"] == "/sign-in?problem=expired"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
def test_a_provider_that_announces_nonsense_is_not_used(site_at, liar, metadata):
    liar.metadata = metadata
    answer = site_at(liar.issuer).get("/sign-in/oidc")
    assert answer.headers["Location"].startswith("/sign-in?problem=")


def test_a_provider_that_is_down_is_a_clear_message(site_at):
    visitor = site_at(f"http://127.0.0.1:{free_port()}")
    answer = visitor.get("/sign-in/oidc")
    assert answer.headers["Location"] == "/sign-in?problem=unreachable"
    page = visitor.get(answer.headers["Location"]).get_data(as_text=True)
    assert "does not answer just now" in page


def test_the_way_on_from_single_sign_on_never_leaves_the_site(site_at, liar, db):
    without_password(db)
    visitor = site_at(liar.issuer)
    answer = visitor.get("/sign-in/oidc?next=//evil.example/")
    back = visitor.get(liar.authorise(answer.headers["Location"]))
    assert "evil" not in back.headers["Location"]


def test_the_language_is_kept_through_single_sign_on(site_at, liar, db):
    without_password(db)
    visitor = site_at(liar.issuer)
    answer = visitor.get("/fr/sign-in/oidc?next=/me/account")
    back = visitor.get(liar.authorise(answer.headers["Location"]))
    assert back.headers["Location"] == "/fr/me/account"


@pytest.mark.parametrize(
    "issuer", ["http://login.example.com", "http://192.0.2.1", "ftp://127.0.0.1", "login", ""]
)
def test_a_provider_without_tls_is_refused_at_start(issuer):
    with pytest.raises(ValidationError):
        Settings(_env_file=None, oidc_issuer=issuer)
