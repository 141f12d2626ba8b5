"""Single sign-on by OpenID Connect: code flow with PKCE, state and nonce.

The provider is believed about who someone is, never about who may come in: see
docs/decisions/0001-linking-single-sign-on.md. Source of the checks: OpenID Connect Core 1.0,
section 3.1.3.7, and OWASP ASVS 5.0, chapters 9 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import current_app
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from sqlalchemy import update
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.audit import record
from careers.base.config import Settings
from careers.base.people import Person, person_by_email
from careers.base.signin.sessions import present

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
SKEW = 60  # seconds
LARGEST = 256 * 1024  # bytes of any answer of the provider
METADATA_LASTS = timedelta(hours=1)
ATTEMPT_LASTS = timedelta(minutes=30)
log = structlog.get_logger(__name__)


class SignOnFailed(Exception):
    """Single sign-on came to nothing; `problem` is one of the words `pages` has a sentence for."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Identity:
    """Who the provider says somebody is. The account is issuer and subject, never the address."""

    issuer: str
    subject: str
    verified_email: str | None
    id_token: str


class _Provider(OAuth2Session):  # type: ignore[misc]
    """Talks to the provider: with a time limit, without redirects, and never reads without end."""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        options |= {"timeout": (5, 10), "allow_redirects": False, "stream": True}
        answer: requests.Response = super().request(method, url, **options)
        content = answer.raw.read(LARGEST + 1, decode_content=True)
        answer.close()
        if len(content) > LARGEST:
            raise requests.RequestException("the provider's answer is too large")
        answer._content = content  # as if it had been read by `requests`, but bounded
        return answer


class _Client(FlaskOAuth2App):  # type: ignore[misc]
    client_cls = _Provider


_PROBLEMS = (
    AuthlibBaseError, JoseError, requests.RequestException, OSError, ValueError, KeyError,
    TypeError, AttributeError, RuntimeError,
)  # fmt: skip


def is_offered(settings: Settings) -> bool:
    """Whether the operator has set a provider."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def may_be_asked(address: str, issuer: str) -> bool:
    """Whether `address` may be asked: https, or http on this very machine if the issuer is too."""
    here = ("localhost", "127.0.0.1", "::1")
    parts, of_issuer = urlsplit(address), urlsplit(issuer)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and parts.hostname in here and of_issuer.hostname in here


def _client(settings: Settings) -> Any:
    """The client, with what the provider announces about itself: read again every hour."""
    kept: tuple[datetime, Any] | None = current_app.extensions.get("single-sign-on")
    if kept is not None and clock.now() - kept[0] < METADATA_LASTS:
        return kept[1]
    issuer = settings.oidc_issuer or ""
    if not may_be_asked(issuer, issuer):
        raise SignOnFailed("unreachable")
    secret = settings.oidc_client_secret
    client = OAuth(current_app._get_current_object()).register(  # type: ignore[attr-defined]
        "sso",
        client_cls=_Client,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        server_metadata_url=issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )
    announced = client.load_server_metadata()
    if announced.get("issuer") != issuer:
        raise SignOnFailed("refused")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not may_be_asked(announced[name], issuer):
            raise SignOnFailed("refused")
    offered = announced.get("id_token_signing_alg_values_supported") or ["RS256"]
    announced["id_token_signing_alg_values_supported"] = [
        name for name in ALGORITHMS if name in offered
    ]
    current_app.extensions["single-sign-on"] = (clock.now(), client)
    return client


def start(settings: Settings, **remembered: Any) -> ResponseReturnValue:
    """Send the browser to the provider; `remembered` is handed back by `finish`.

    Raises SignOnFailed.
    """
    session = present()
    for key in [key for key in session if key.startswith("_state_")]:
        del session[key]  # of attempts that were given up; Authlib keeps them otherwise
    try:
        answer: ResponseReturnValue = _client(settings).authorize_redirect(
            f"{settings.base_url}/sign-in/oidc/callback"
        )
    except _PROBLEMS as error:
        log.warning("the sign-on provider cannot be used", error=str(error))
        raise SignOnFailed("unreachable") from None
    session["sign_on"] = {"begun": clock.now().isoformat(), "remembered": remembered}
    return answer


def finish(settings: Settings) -> tuple[Identity, dict[str, Any]]:
    """Whom the provider sent back, and what `start` was asked to remember. Raises SignOnFailed."""
    attempt = present().pop("sign_on", None)
    if attempt is None or clock.now() - datetime.fromisoformat(attempt["begun"]) >= ATTEMPT_LASTS:
        raise SignOnFailed("expired")
    remembered = attempt["remembered"]
    try:
        client = _client(settings)
        issuer, client_id = settings.oidc_issuer or "", settings.oidc_client_id or ""
        token = client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
                "sub": {"essential": True},
            },
            leeway=SKEW,
        )
        claims = token["userinfo"]
        identity = Identity(
            issuer, _subject(claims), _verified_email(client, token, claims), token["id_token"]
        )
    except _PROBLEMS as error:
        log.warning("single sign-on failed", error=f"{type(error).__name__}: {error}")
        raise SignOnFailed("refused") from None
    return identity, remembered


def _subject(claims: dict[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ValueError("the subject is not a text of at most 255 characters")
    return subject


def _verified_email(client: Any, token: dict[str, Any], claims: dict[str, Any]) -> str | None:
    """The address that the provider has verified; asked for separately where it is not said."""
    said = claims
    if "email" not in claims and client.server_metadata.get("userinfo_endpoint"):
        if not may_be_asked(client.server_metadata["userinfo_endpoint"], claims["iss"]):
            raise ValueError("the provider announces an address that may not be asked")
        said = client.userinfo(token=token)
        if said["sub"] != claims["sub"]:
            raise ValueError("the provider speaks of two people")
    email = said.get("email")
    return email if isinstance(email, str) and said.get("email_verified") is True else None


def person_of(db: Session, identity: Identity) -> Person:
    """Who `identity` is here. Nobody is ever made. Raises SignOnFailed.

    At the first time, the verified address decides, and only where nothing else could: an active
    person without a password and without a link. Whoever has a password links the two themselves.
    """
    linked = (
        db.query(Person)
        .filter_by(oidc_issuer=identity.issuer, oidc_subject=identity.subject)
        .one_or_none()
    )
    if linked is not None:
        if not linked.is_active:
            raise SignOnFailed("unknown")
        return linked
    if identity.verified_email is None:
        raise SignOnFailed("unverified")
    person = person_by_email(db, identity.verified_email)
    if person is None or not person.is_active:
        raise SignOnFailed("unknown")
    if person.password_hash is not None:
        raise SignOnFailed("password-first")
    _link(db, person, identity, Person.password_hash.is_(None))
    return person


def link(db: Session, person: Person, identity: Identity) -> None:
    """Link `person`, who has just proven who they are, to `identity`. Raises SignOnFailed."""
    taken = db.query(Person).filter_by(oidc_issuer=identity.issuer, oidc_subject=identity.subject)
    if taken.one_or_none() is not None:
        raise SignOnFailed("taken")
    _link(db, person, identity)


def _link(db: Session, person: Person, identity: Identity, *conditions: Any) -> None:
    linked = db.execute(
        update(Person)
        .where(
            Person.id == person.id, Person.oidc_subject.is_(None), Person.status == "active",
            *conditions,
        )
        .values(oidc_issuer=identity.issuer, oidc_subject=identity.subject)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if not linked.rowcount:  # type: ignore[attr-defined]
        raise SignOnFailed("taken")
    db.refresh(person)
    record(db, person, "single-sign-on:link", person.code, issuer=identity.issuer)


def logout_address(settings: Settings, id_token: str) -> str | None:
    """Where the provider ends its own session, if it announces that it can."""
    try:
        client = _client(settings)
        where = client.server_metadata.get("end_session_endpoint")
        if not where or not may_be_asked(where, settings.oidc_issuer or ""):
            return None
        made = client.create_logout_url(
            post_logout_redirect_uri=f"{settings.base_url}/sign-in",
            id_token_hint=id_token,
            client_id=settings.oidc_client_id,
        )
    except (*_PROBLEMS, SignOnFailed):
        return None
    return str(made["url"])
