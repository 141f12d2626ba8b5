"""Signing in and out, passwords, single sign-on, one's own account, the first administrator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

import structlog
from flask import (
    Blueprint,
    Response,
    abort,
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
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from careers.base import clock
from careers.base.audit import record
from careers.base.forms import Form, stripped
from careers.base.people import Person
from careers.base.permissions import View, public, requires
from careers.base.signin import accounts, administrators, oidc, passwords, sessions
from careers.base.signin.forms import (
    ChangePasswordForm,
    ForgotForm,
    LinkForm,
    PreferencesForm,
    SetPasswordForm,
    SetupForm,
    SignInForm,
    zones,
)
from careers.base.unsent import SAFE
from careers.base.web import (
    database,
    db,
    limiter,
    me,
    no_store,
    safe_next,
    settings,
    visitors_network,
)

blueprint = Blueprint("signin", __name__)
log = structlog.get_logger(__name__)
MAY_LINK_FOR = timedelta(minutes=10)


# -- how often one may try ---------------------------------------------------------------------
#
# Failures are counted per address and per account. Nobody can lock an owner out for ever: the
# count is forgotten after a quarter of an hour, and a link by mail signs in meanwhile.


def _address() -> str:
    return f"address:{visitors_network()}"


def _account() -> str:
    asked = stripped(request.form.get("email", "")).lower()
    return f"account:{hashlib.sha256(asked.encode()).hexdigest()}"


def _failed(response: Response) -> bool:
    return response.status_code != 302


def _too_many(_limit: object) -> Response:
    return no_store((render_template("signin/too_many.html"), 429))


def _limited(view: View) -> View:
    """Count failures of a page that asks a visitor for a password."""
    for count, whose in (("10 per 15 minutes", _account), ("50 per 15 minutes", _address)):
        limit = limiter.limit(
            count, key_func=whose, methods=["POST"], deduct_when=_failed, on_breach=_too_many
        )
        view = cast(View, limit(view))
    return view


def _limited_for_me(view: View) -> View:
    """Count failures of a page that asks the signed-in person for their password again."""
    limit = limiter.limit(
        "10 per 15 minutes", methods=["POST"], deduct_when=_failed, on_breach=_too_many
    )
    return cast(View, limit(view))


def _asking(count: str, whose: Callable[[], str]) -> Callable[[View], View]:
    """Count how often something is asked for, whatever the answer."""
    limit = limiter.limit(count, key_func=whose, methods=["POST"], on_breach=_too_many)
    return cast(Callable[[View], View], limit)


# -- in and out --------------------------------------------------------------------------------


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@_limited
def sign_in() -> ResponseReturnValue:
    if g.person is not None:
        return redirect(_target(request.args.get("next")))
    form = SignInForm()
    refused = False
    if form.sent_and_valid():
        person = accounts.person_who_knows(db(), form.email.data or "", form.password.data or "")
        if person is not None:
            db().commit()
            sessions.begin(person)
            log.info("signed in", person=person.code)
            return no_store(redirect(_target(_asked_next())))
        log.info("sign-in refused")
        refused = True
    return no_store(
        (
            render_template(
                "signin/sign_in.html",
                form=form,
                refused=refused,
                problem=_problem(request.args.get("problem")),
                next=safe_next(_asked_next()),
                sso=_sso_host(),
            ),
            422 if refused or form.errors else 200,
        )
    )


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    if g.person is None:
        return redirect(url_for("home.home"), 303)
    id_token = session.get("id_token")
    session.clear()
    elsewhere = oidc.logout_address(settings(), id_token) if id_token else None
    if elsewhere:  # a link, not a redirect: the policy of our pages lets no form lead outside
        g.person = None
        answer = make_response(
            render_template("signin/signed_out.html", elsewhere=elsewhere, sso=_sso_host())
        )
    else:
        answer = make_response(redirect(url_for("home.home"), 303))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    answer.headers["Referrer-Policy"] = "no-referrer"
    return no_store(answer)


def _asked_next() -> str | None:
    return request.form.get("next") or request.args.get("next")


def _target(asked: str | None) -> str:
    """Where somebody goes after signing in: where they wanted to, in the same language."""
    inside = safe_next(asked)
    if inside is None:
        return url_for("referrals.me_page")
    prefix = f"/{settings().other_language}"
    if inside == prefix or inside.startswith((f"{prefix}/", f"{prefix}?")):
        return inside
    return request.script_root + inside


# -- passwords ---------------------------------------------------------------------------------


@blueprint.route("/sign-in/forgot", methods=["GET", "POST"])
@public
@_asking("5 per hour", _account)
@_asking("20 per hour", _address)
def forgot() -> ResponseReturnValue:
    form = ForgotForm()
    if form.sent_and_valid():
        accounts.ask_for_link(db(), form.email.data or "")
        db().commit()
        return no_store(render_template("signin/link_sent.html", email=form.email.data))
    return no_store((render_template("signin/forgot.html", form=form), 422 if form.errors else 200))


@blueprint.route("/sign-in/password/<token>", methods=["GET", "POST"])
@public
@_asking("30 per hour", _address)
def set_password(token: str) -> ResponseReturnValue:
    person = accounts.person_with_link(db(), token)
    if person is None:
        return _private((render_template("signin/link_gone.html"), 410))
    form = SetPasswordForm(accounts.context_words(db(), person))
    if form.sent_and_valid():
        db().rollback()  # hashing is slow: nobody waits for it
        hashed = passwords.hash_password(form.new_password.data or "")
        changed = accounts.use_link(db(), token, hashed)
        if changed is None:
            return _private((render_template("signin/link_gone.html"), 410))
        db().commit()
        sessions.begin(changed)
        return _private(redirect(_target(None)))
    return _private(
        (
            render_template("signin/set_password.html", form=form, whose=person),
            422 if form.errors else 200,
        )
    )


def _private(answer: ResponseReturnValue) -> Response:
    """The answer at an address that is itself a secret: neither kept nor told to others."""
    made = no_store(answer)
    made.headers["Referrer-Policy"] = "no-referrer"
    made.headers["X-Robots-Tag"] = "noindex"
    return made


# -- single sign-on ----------------------------------------------------------------------------


@blueprint.get("/sign-in/oidc")
@public
@limiter.limit("60 per hour", key_func=_address, on_breach=_too_many)
def sign_on() -> ResponseReturnValue:
    """Start single sign-on; a visitor gets a session here, and nowhere else."""
    if not oidc.is_offered(settings()):
        abort(404)
    links = request.args.get("link") == "1"
    if links and not _may_link():
        return redirect(url_for("signin.account"))
    if g.person is not None and not links:
        return redirect(_target(_asked_next()))
    try:
        return no_store(
            oidc.start(
                settings(), next=safe_next(_asked_next()), at=request.script_root, link=links
            )
        )
    except oidc.SignOnFailed as failed:
        return _sign_on_failed(failed, links)


@blueprint.get("/sign-in/oidc/callback")
@public
@limiter.limit("60 per hour", key_func=_address, on_breach=_too_many)
def signed_on() -> ResponseReturnValue:
    """Where the provider sends people back."""
    if not oidc.is_offered(settings()):
        abort(404)
    links = g.person is not None
    try:
        identity, remembered = oidc.finish(settings())
        links = bool(remembered["link"])
        if links != (g.person is not None) or (links and not _may_link()):
            raise oidc.SignOnFailed("expired")
        with database().writing() as writing:  # this request only reads otherwise
            if links:
                person = writing.get_one(Person, me().id)
                oidc.link(writing, person, identity)
            else:
                person = oidc.person_of(writing, identity)
            writing.commit()
            if links:
                session.pop("may_link_until", None)
                flash(gettext("Single sign-on is linked to your account."))
                return redirect(url_for("signin.account"))
            sessions.begin(person)
            session["id_token"] = identity.id_token
            log.info("signed in", person=person.code, by="single sign-on")
    except oidc.SignOnFailed as failed:
        return _sign_on_failed(failed, links)
    except IntegrityError:  # somebody else was linked to the same identity at this very moment
        return _sign_on_failed(oidc.SignOnFailed("taken"), links)
    return no_store(redirect(_in(remembered["at"], _target(remembered["next"]))))


def _in(script_root: str, path: str) -> str:
    return path if not script_root or path.startswith(script_root) else script_root + path


def _sign_on_failed(failed: oidc.SignOnFailed, links: bool) -> ResponseReturnValue:
    log.info("single sign-on refused", problem=failed.problem)
    if links and g.person is not None:
        flash(_problem(failed.problem) or "", "error")
        return redirect(url_for("signin.account"))
    session.clear()
    return no_store(redirect(url_for("signin.sign_in", problem=failed.problem)))


def _problem(word: str | None) -> str | None:
    """The sentence for what became of single sign-on; None for a word that we don't use."""
    return {
        "unreachable": gettext(
            "Single sign-on does not answer just now. Try again later, or use your password."
        ),
        "expired": gettext("Signing in took too long or was interrupted. Please start again."),
        "refused": gettext(
            "Single sign-on was refused or its answer did not hold. Please start again."
        ),
        "unverified": gettext(
            "Single sign-on has not confirmed your e-mail address, so we cannot tell who you are."
        ),
        "unknown": gettext(
            "Nobody here has this address. Ask whoever runs the site to add you first."
        ),
        "password-first": gettext(
            "You have a password here: sign in with it, then link single sign-on in Your account."
        ),
        "taken": gettext("One of the two is already linked to another account."),
    }.get(word or "")


def _sso_host() -> str | None:
    """Where single sign-on happens, to be named; None where there is none."""
    issuer = settings().oidc_issuer
    if not oidc.is_offered(settings()) or issuer is None:
        return None
    return issuer.split("://", 1)[-1].split("/", 1)[0]


def _may_link() -> bool:
    """Whether the signed-in person proved who they are a moment ago (ASVS 5.0, 6.8.1)."""
    until = session.get("may_link_until")
    if g.person is None or not until:
        return False
    return clock.now() < datetime.fromisoformat(until)


# -- one's own account -------------------------------------------------------------------------


@blueprint.route("/me/account", methods=["GET", "POST"])
@requires("self:read")
def account() -> ResponseReturnValue:
    """Language and time zone; the other forms of the page have addresses of their own."""
    form = PreferencesForm(language=me().language, time_zone=_zone())
    if form.sent_and_valid():
        person = me()
        person.language = form.language.data
        person.time_zone = form.time_zone.data or None
        db().commit()
        flash(gettext("Saved."))
        return redirect(url_for("signin.account"), 303)
    return _account_page(preferences=form)


@blueprint.post("/me/account/password")
@requires("self:read")
@_limited_for_me
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm(accounts.context_words(db(), me()))
    if form.sent_and_valid():
        person = me()
        if accounts.knows_password(db(), person, form.old_password.data or ""):
            hashed = passwords.hash_password(form.new_password.data or "")
            accounts.set_password(db(), person, hashed, but=sessions.present().key)
            db().commit()
            sessions.present().renew()
            flash(gettext("Your password is changed. Every other session was ended."))
            return redirect(url_for("signin.account"))
        form.old_password.errors = [gettext("This is not your present password.")]
    return _account_page(password=form)


@blueprint.post("/me/account/sessions")
@requires("self:read")
def end_session() -> ResponseReturnValue:
    """End one other session, or all of them, this one included."""
    if request.form.get("all") == "1":
        sessions.end_all(db(), me())
        record(db(), me(), "session:end-all", me().code)
        db().commit()
        session.clear()
        return no_store(redirect(url_for("signin.sign_in"), 303))
    if sessions.end_one(db(), me(), request.form.get("session", "")):
        record(db(), me(), "session:end", me().code)
        db().commit()
        flash(gettext("That session has ended."))
    return redirect(url_for("signin.account"), 303)


@blueprint.post("/me/account/link")
@requires("self:read")
@_limited_for_me
def prepare_link() -> ResponseReturnValue:
    """Ask for the password once more; then single sign-on may be linked for ten minutes."""
    if not oidc.is_offered(settings()):
        abort(404)
    form = LinkForm()
    if form.sent_and_valid():
        if accounts.knows_password(db(), me(), form.password.data or ""):
            session["may_link_until"] = (clock.now() + MAY_LINK_FOR).isoformat()
            return redirect(url_for("signin.account", _anchor="single-sign-on"))
        form.password.errors = [gettext("This is not your present password.")]
    return _account_page(link=form)


@blueprint.post("/me/account/unlink")
@requires("self:read")
@_limited_for_me
def unlink() -> ResponseReturnValue:
    """Take single sign-on away again; only whoever has a password can, and proves it."""
    form = LinkForm()
    if form.sent_and_valid():
        person = me()
        if accounts.knows_password(db(), person, form.password.data or ""):
            person.oidc_issuer = person.oidc_subject = None
            record(db(), person, "single-sign-on:unlink", person.code)
            db().commit()
            flash(gettext("Single sign-on is no longer linked to your account."))
            return redirect(url_for("signin.account"))
        form.password.errors = [gettext("This is not your present password.")]
    return _account_page(link=form)


def _account_page(**sent: Form) -> ResponseReturnValue:
    """The page of one's account, with the form that was sent and its errors, if any."""
    person = me()
    forms = {
        "preferences": PreferencesForm(language=person.language, time_zone=_zone()),
        "password": _unsent(ChangePasswordForm),
        "link": _unsent(LinkForm),
    } | sent
    return (
        render_template(
            "signin/account.html",
            forms_of=forms,
            sent=next(iter(sent.values()), None),
            sessions=sessions.sessions_of(db(), person),
            this_session=sessions.present().key,
            sso=_sso_host(),
            may_link=_may_link(),
        ),
        200 if request.method in SAFE else 422,
    )


def _unsent(kind: type[Form]) -> Form:
    """A form of the page other than the one that was sent: empty, and without errors."""
    form = kind()
    form.process(None)
    return form


def _zone() -> str:
    zone = me().time_zone or ""
    return zone if zone in zones() else ""


# -- the first administrator -------------------------------------------------------------------


@blueprint.route("/setup", methods=["GET", "POST"])
@public
@_asking("30 per hour", _address)
def setup() -> ResponseReturnValue:
    """Made once, with the address that the server printed; afterwards there is nothing here."""
    if administrators.administrators(db()):
        abort(404)
    token = request.values.get("token", "")
    if not administrators.opens_setup(settings(), token):
        return _private((render_template("signin/setup_closed.html"), 403))
    form = SetupForm()
    if form.sent_and_valid():
        db().rollback()  # hashing is slow: nobody waits for it
        hashed = passwords.hash_password(form.password.data or "")
        person = administrators.make_first_administrator(
            db(),
            settings(),
            company=form.company.data or "",
            name=form.name.data or "",
            email=form.email.data or "",
            hashed=hashed,
        )
        if person is None:
            abort(404)
        record(db(), person, "administrator:first", person.code)
        db().commit()
        administrators.forget_setup(settings())
        sessions.begin(person)
        return _private(redirect(url_for("admin.company")))
    return _private(
        (render_template("signin/setup.html", form=form, token=token), 422 if form.errors else 200)
    )
