"""What every request goes through: the database, who asks, permissions, forged forms, headers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv6Network
from typing import Any

import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_decimal, format_time, gettext
from flask_limiter import Limiter
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from careers.base import codes, permissions
from careers.base.company import Company, the_company
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.languages import LANGUAGES, address_in, language
from careers.base.linking import links_of
from careers.base.people import Person
from careers.base.permissions import View
from careers.base.unsent import DRAFT, SAFE, unsent

log = structlog.get_logger(__name__)
FORM_LASTS = 12 * 3600  # seconds
PAGE_ROWS = 50


def limit_scope() -> str:
    """Whom a rate limit counts: the account, else the address, which is never stored."""
    return f"person:{g.person.id}" if g.get("person") else f"address:{visitors_network()}"


def visitors_network() -> str:
    """Where a request comes from, as limits count it: an IPv4 address, or an IPv6 network (/64),
    all of which one household has."""
    address = request.remote_addr or ""
    if ":" not in address:
        return address
    try:
        return str(IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


limiter = Limiter(key_func=limit_scope, strategy="moving-window", headers_enabled=False)


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["settings"]
    return found


def database() -> Database:
    """The database of the running application."""
    found: Database = current_app.extensions["database"]
    return found


def db() -> Session:
    """This request's session: it may write only when the method may change something."""
    if "db" not in g:
        reads = request.method in SAFE or g.get("only_reads", False)
        g.db_context = database().reading() if reads else database().writing()
        g.db = g.db_context.__enter__()
    found: Session = g.db
    return found


def me() -> Person:
    """The signed-in person; only where a permission has made sure that there is one."""
    person: Person | None = g.person
    assert person is not None
    return person


def page_number(name: str = "page") -> int:
    """The page asked for in the query, from 1; nonsense is 1. `name` where a page has two lists."""
    asked = request.args.get(name, "1")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def wants_part() -> bool:
    """Whether htmx asks for a part of a page instead of a person for the whole, or for the whole
    again, on going back.
    """
    again = "HX-History-Restore-Request" in request.headers
    return request.headers.get("HX-Request") == "true" and not again


def safe_next(target: str | None) -> str | None:
    """`target` if it is an address on this site, else None: a redirect never leaves it."""
    if not target or not re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target):
        return None
    return target


# -- forged requests -------------------------------------------------------------------------


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().signing_key, salt="form")


def form_token() -> str:
    """A signed, expiring token for forms: bound to the session of whoever is signed in, else to
    nobody, as a visitor's session comes and goes with what it has to tell."""
    return str(_signer().dumps(_bound_to()))


def _bound_to() -> str:
    return str(session.key) if g.get("person") is not None else ""  # type: ignore[attr-defined]


def sealed(view: View) -> View:
    """Declare that what is sent to a route needs no form token: it is signed, or its address is,
    and programs send it from anywhere (RFC 8058, Standard Webhooks)."""
    view.is_sealed = True  # type: ignore[attr-defined]
    return view


def _check_form() -> None:
    """Refuse an unsafe request that this site's own page did not send (ASVS 5.0, 3.5)."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    if origin not in {None, "null"} and str(origin).partition("://")[2] != request.host:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403)
    sent = request.form.get("form_token", "")
    try:
        is_theirs = _signer().loads(sent, max_age=FORM_LASTS) == _bound_to()
    except BadSignature:
        raise FormExpired from None
    if not is_theirs:
        raise FormExpired


class FormExpired(HTTPException):
    """The form was open too long, or its page belongs to another session."""

    code = 400


class NotTaken(HTTPException):
    """What was written cannot be taken any more: the page says why in `words`, gives it back, and
    leads on to `then`, an address with what to call it."""

    code = 409

    def __init__(self, words: str, then: tuple[str, str]) -> None:
        super().__init__(words)
        self.then = then


def keeps_form(view: View) -> View:
    """Declare that a view shows an expired form (`g.form_has_expired`) again, with what was written
    in it, instead of doing what it asks."""
    view.keeps_form = True  # type: ignore[attr-defined]
    return view


def changes_nothing(view: View) -> View:
    """Declare that what is sent to a route is only read: it takes no lock and writes nothing."""
    view.changes_nothing = True  # type: ignore[attr-defined]
    return view


# -- each request ----------------------------------------------------------------------------


def _texts(values: MultiDict[str, str]) -> Iterator[str]:
    for key, value in values.items(multi=True):
        yield key
        yield value


def _begin() -> ResponseReturnValue | None:
    g.nonce = secrets.token_urlsafe(16)
    g.only_reads = g.form_has_expired = False
    if "\0" in request.path:  # no database can look for it, and no honest address has it
        abort(404)
    if any("\0" in value for values in (request.args, request.form) for value in _texts(values)):
        abort(400)
    view = current_app.view_functions[request.endpoint] if request.endpoint else None
    g.only_reads = getattr(view, "changes_nothing", False)
    person_id = session.get("person_id")
    g.person = db().get(Person, person_id) if person_id else None
    if view is None:
        return None
    permission = permissions.declared(view)
    if permission is None:
        log.error("a route declares no permission", endpoint=request.endpoint)
        abort(404)
    try:
        if not getattr(view, "is_sealed", False):
            _check_form()
    except FormExpired:
        if g.person is None and not _may_now(permission):
            abort(401)
        if not getattr(view, "keeps_form", False):
            raise
        g.form_has_expired = True
    if _may_now(permission):
        return None
    if g.person is None:
        if request.method in SAFE:
            return redirect(url_for("signin.sign_in", next=request.full_path.rstrip("?")))
        abort(401)
    abort(404)


def _end(response: Response) -> Response:
    _let_go_of_db()
    _tell_browser_that_it_was_taken(response)
    return with_headers(response)


def _tell_browser_that_it_was_taken(response: Response) -> None:
    """Have the next page tell the browser which of its drafts the site has now (js/unsent.js): who
    leads on from a form has taken it."""
    if request.method == "POST" and response.status_code in {302, 303} and g.get("person"):
        draft = request.form.get(DRAFT, "")
        if draft.startswith("unsent:") and len(draft) < 200:
            flash(draft, "taken")


def _let_go_of_db() -> None:
    context = g.pop("db_context", None)
    g.pop("db", None)
    if context is not None:
        context.__exit__(None, None, None)


def with_headers(response: Response) -> Response:
    """The headers of every answer (security.md 25 to 27); a view may set a stricter policy."""
    nonce = g.get("nonce", "")
    head = response.headers
    head.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    )
    head.setdefault("X-Content-Type-Options", "nosniff")
    head.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    head.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    head.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    head.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    if settings().is_https:
        head.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if g.get("person") is not None:
        head.setdefault("Cache-Control", "no-store")
    elif response.mimetype == "text/html":
        head.setdefault("Cache-Control", "no-cache")
    return response


def _show_error(error: HTTPException) -> ResponseReturnValue:
    """A page for an error, in the reader's language, that says what to do next."""
    if error.response is not None:
        return error
    code = error.code or 500
    if code < 400:
        return error
    words = {
        400: (
            gettext("This form has expired"),
            gettext("Its page was open for too long, or you have signed in anew since."),
        )
        if isinstance(error, FormExpired)
        else (gettext("This cannot be read"), gettext("Something in the request is not right.")),
        401: (gettext("Please sign in first"), gettext("Your session has ended.")),
        403: (gettext("This was refused"), gettext("The request came from another site.")),
        404: (gettext("There is nothing here"), gettext("The address may be old or mistyped.")),
        405: (gettext("This cannot be read"), gettext("Something in the request is not right.")),
        410: (gettext("This page is gone"), gettext("It was here, and has been taken away.")),
        413: (
            gettext("This is too large"),
            gettext(
                "Go back and choose a smaller file: at most %(megabytes)s MB.",
                megabytes=settings().cv_megabytes,
            ),
        ),
        429: (gettext("That was a lot at once"), gettext("Please wait a minute and try again.")),
    }
    if isinstance(error, NotTaken):
        return _error_page(
            gettext("This could not be taken"), error.description or "", code, error.then
        )
    title, text = words.get(
        code,
        (gettext("Something broke on our side"), gettext("Nothing was lost. Please try again.")),
    )
    return _error_page(title, text, code)


def _error_page(
    title: str, text: str, code: int, then: tuple[str, str] | None = None
) -> ResponseReturnValue:
    """The page of an error, from a session that only reads: what failed may have broken the other,
    and nobody waits for a lock to be told no. Plain words where even that fails.

    What was written into a form stands on it, and can be sent from there where that may help.
    """
    try:
        _let_go_of_db()
        g.only_reads = True
        if g.get("person") is not None:
            g.person = db().get(Person, g.person.id)
        page = render_template(
            "error.html", title=title, text=text, code=code, then=then, unsent=unsent(),
            may_help=code in {400, 401, 429} or code >= 500,
        )  # fmt: skip
        return page, code
    except Exception:
        log.exception("the page of an error failed", code=code)
        return Response(f"{title}\n{text}\n", status=code, mimetype="text/plain")


def _show_failure(error: Exception) -> ResponseReturnValue:
    number = codes.code(8)
    log.exception("request failed", number=number, endpoint=request.endpoint)
    title = gettext("Something broke on our side")
    text = gettext(
        "Nothing was lost. Please try again. If it stays, tell us: %(code)s", code=number
    )
    return _error_page(title, text, 500)


def brand_version(company: Company) -> str:
    """Changes with the company's colour, so that its style sheet can be kept by browsers."""
    return company.colour.removeprefix("#")


def show_moment(moment: datetime | str) -> str:
    """A moment (or its ISO 8601 text) as date and time in the reader's zone and language."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{format_date(moment, 'long')}, {format_time(moment, 'short')}"


def no_store(response: ResponseReturnValue) -> Response:
    """`response` marked as never to be kept by any cache."""
    made = make_response(response)
    made.headers["Cache-Control"] = "no-store"
    return made


def private(response: ResponseReturnValue) -> Response:
    """A page whose address is a secret: kept nowhere, told to nobody."""
    made = no_store(response)
    made.headers["Referrer-Policy"] = "no-referrer"
    made.headers["X-Robots-Tag"] = "noindex, nofollow"
    return made


def init_web(app: Flask) -> None:
    """Put every request of `app` through the above, and give templates what all of them use."""
    limiter.init_app(app)
    app.before_request(_begin)
    app.after_request(_end)
    app.register_error_handler(HTTPException, _show_error)
    if not app.testing:
        app.register_error_handler(Exception, _show_failure)
    app.context_processor(_context)
    app.jinja_env.globals["brand_version"] = brand_version
    app.jinja_env.globals["url_for"] = links_of(app)
    app.jinja_env.filters["dateformat"] = format_date
    app.jinja_env.filters["momentformat"] = show_moment
    app.jinja_env.filters["numberformat"] = format_decimal


def _context() -> dict[str, Any]:
    here = request.path + (f"?{request.query_string.decode()}" if request.query_string else "")
    other = next(code for code in LANGUAGES if code != language())
    return {
        "company": the_company(db()),
        "person": g.get("person"),
        "may": _may_now,
        "language": language(),
        "other_language": other,
        "other_language_url": address_in(other, here) if _can_be_read() else None,
        "form_token": form_token,
        "nonce": g.get("nonce", ""),
        "static": current_app.extensions["static_address"],
        "settings": settings(),
    }


def _can_be_read() -> bool:
    """Whether the address of this request can be opened, and not only be sent a form."""
    rule = request.url_rule
    return rule is None or "GET" in (rule.methods or ())


def _may_now(permission: str) -> bool:
    person = g.get("person")
    if permissions.may(person, permission):
        return True
    return person is not None and permissions.may(person, permission, _parts(person))


def _parts(person: Person) -> frozenset[permissions.Part]:
    """Every part that `person` has in hiring, asked once in a request."""
    if "parts" not in g:
        told = permissions.parts_held.send(person, db=db())
        g.parts = frozenset().union(*(parts for _, parts in told))
    found: frozenset[permissions.Part] = g.parts
    return found
