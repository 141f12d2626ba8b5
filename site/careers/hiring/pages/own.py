"""The candidate's own page: opened by the link of a mail, then known by a session of its own."""

from __future__ import annotations

from contextlib import suppress

from flask import (
    Response,
    abort,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext
from limits import parse

from careers.base import clock, storage
from careers.base.permissions import public
from careers.base.signin.sessions import present, token_hash
from careers.base.web import db, limiter, private, settings
from careers.hiring import moving, own_links, queries, retention
from careers.hiring.exporting import export as exported
from careers.hiring.forms import SEES, FindForm
from careers.hiring.models import Application, SharerSees, Stage
from careers.hiring.pages.blueprint import blueprint
from careers.hiring.pipeline.joining import confirm_address
from careers.hiring.pipeline.letters import letters_sent

MINE = "applications"  # in the session: the codes of one's own; True: by a link that came by mail
MOST = 20
MAILS = parse("4/day")  # to one mailbox, however often they are asked for


SAID: dict[str, tuple[str, LazyString]] = {
    "doubles": (
        "",
        lazy_gettext("You had sent this application more than once. We keep this one."),
    ),
    "stay": (
        "",
        lazy_gettext("Thank you. We keep your data longer, and write to you before we erase it."),
    ),
    "corrected": ("", lazy_gettext("Corrected: this is what those who hire see now.")),
    "sees": ("", lazy_gettext("Changed: this is what they see from now on.")),
}
"""What a candidate's own page says of what was just done, by the word for it in the address. Higher
floors add what they do there."""


# -- coming in -----------------------------------------------------------------------------------


@blueprint.get("/applications/<token>")
@public
def open_application(token: str) -> ResponseReturnValue:
    """Where the link of a mail leads: a button, so that programs that open links open nothing."""
    application = _by_link(token)
    is_open = _mine().get(application.code) and application.email_confirmed_at is not None
    if is_open or application.erased_at is not None:
        return back_to(application.code)
    return private(render_template("hiring/open_application.html", token=token))


@blueprint.post("/applications/<token>")
@limiter.limit("60/hour")
@public
def come_in(token: str) -> ResponseReturnValue:
    """Whoever presses it reads mail at the address: it is confirmed, and all that was sent with it
    can be seen in this browser."""
    application = _by_link(token)
    if application.erased_at is not None:
        return back_to(application.code)
    confirm_address(db(), application)
    doubles = moving.withdraw_doubles(db(), application)
    db().commit()
    others = queries.others_of(db(), application)[: MOST - 1]
    _let_in({one.code: True for one in [*others, application]})
    return back_to(application.code, *(["doubles"] if doubles else []))


@blueprint.route("/applications", methods=["GET", "POST"])
@limiter.limit("20/hour", methods=["POST"])
@public
def find_application() -> ResponseReturnValue:
    """Have the link sent again; whether there is anything to be sent, nobody learns here."""
    form = FindForm()
    if not form.sent_and_valid():
        page = render_template("hiring/find_application.html", form=form, sent_to="", is_lost=False)
        return private((page, 422 if form.errors else 200))
    email = form.email.data or ""
    if not limiter.enabled or limiter.limiter.hit(MAILS, "own page", token_hash(email)):
        own_links.send_again(db(), settings(), email)
        db().commit()
    page = render_template("hiring/find_application.html", form=form, sent_to=email, is_lost=False)
    return private(page)


def _by_link(token: str) -> Application:
    """The application to which a link that still holds leads."""
    found = own_links.application_by_link(db(), token) if len(token) < 100 else None
    return found or abort(_lost())


def _lost() -> Response:
    """For whoever has no key, or an old one: how to come by another; the same for everybody."""
    form = FindForm()
    page = render_template("hiring/find_application.html", form=form, sent_to="", is_lost=True)
    return private((page, 404))


def let_sender_in(application: Application) -> None:
    """Whoever has just sent an application sees what they sent, in this browser."""
    _let_in({application.code: False})


def _mine() -> dict[str, bool]:
    found: dict[str, bool] = session.get(MINE, {})
    return found


def _let_in(codes: dict[str, bool]) -> None:
    """Open applications to this browser, under a new token: nobody else may have given it the old
    one."""
    mine = dict(_mine())
    for code, by_mail in codes.items():
        mine[code] = mine.pop(code, False) or by_mail
    if mine != _mine():
        session[MINE] = dict(list(mine.items())[-MOST:])
        present().renew()


# -- the page ------------------------------------------------------------------------------------


@blueprint.get("/applications/mine/<code>")
@public
def my_application(code: str) -> ResponseReturnValue:
    """Where one's application stands, and what one can do about it."""
    application = own_application(code)
    steps = [Stage.NEW, Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER, Stage.HIRED]
    stage = Stage(application.stage)
    by_mail = came_by_mail(application)
    page = render_template(
        "hiring/my_application.html",
        application=application,
        steps=steps,
        at=steps.index(stage) if stage in steps else None,
        can_withdraw=moving.may_withdraw(stage),
        by_mail=by_mail,
        is_asked_to_stay=by_mail and retention.is_asked(db(), application),
        kept_until=retention.ends_at(clock.now(), settings().retention_months),
        letters=letters_sent(db(), application) if by_mail else [],
        others=queries.others_of(db(), application) if by_mail else [],
        mine=_mine(),
        choices=SEES,
        said=[SAID[word] for word in request.args.getlist("said")[:5] if word in SAID],
    )
    return private(page)


def own_application(code: str) -> Application:
    """The application with this code, if it was opened in this browser, or is erased and says
    nothing any more; else how to open it."""
    found = queries.application_by_code(db(), code)
    if found is None or (found.erased_at is None and code not in _mine()):
        abort(_lost())
    return found


def came_by_mail(application: Application) -> bool:
    """Whether this is whoever reads the mail at the address, and not only has typed it."""
    return _mine().get(application.code, False)


@blueprint.get("/applications/mine/<code>/data.zip")
@limiter.limit("30/hour")
@public
def export(code: str) -> ResponseReturnValue:
    """All that is kept of the candidate, with their files."""
    application = own_application(code)
    if application.erased_at is not None:
        abort(404)
    content = exported(db(), settings(), application, with_letters=came_by_mail(application))
    made = private(Response(content, mimetype="application/zip"))
    made.headers["Content-Disposition"] = f"attachment; filename=application-{application.code}.zip"
    made.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return made


# -- what one can do -----------------------------------------------------------------------------


@blueprint.post("/applications/mine/<code>/sharer")
@limiter.limit("60/hour")
@public
def set_sharer_sees(code: str) -> ResponseReturnValue:
    """Change what the person through whom one came can see."""
    application = own_application(code)
    chosen = request.form.get("sharer_sees", "")
    if chosen not in set(SharerSees) or application.erased_at is not None:
        abort(400)
    moving.show_sharer(db(), application, SharerSees(chosen))
    db().commit()
    return back_to(code, "sees")


@blueprint.post("/applications/mine/<code>/withdrawal")
@limiter.limit("60/hour")
@public
def withdraw(code: str) -> ResponseReturnValue:
    """Take one's application back; pressing twice is once."""
    application = own_application(code)
    try:
        moving.withdraw(db(), application)
        db().commit()
    except (moving.NotAllowed, moving.MovedMeanwhile):
        db().rollback()
    return back_to(code)


@blueprint.post("/applications/mine/<code>/stay")
@limiter.limit("60/hour")
@public
def stay(code: str) -> ResponseReturnValue:
    """Let us keep one's data longer, when a mail has asked for it; pressing twice is once."""
    application = own_application(code)
    if not came_by_mail(application):
        abort(404)
    if retention.is_asked(db(), application):
        retention.agree(db(), application)
        db().commit()
    return back_to(code, "stay")


@blueprint.post("/applications/mine/<code>/erasure")
@limiter.limit("60/hour")
@public
def erase(code: str) -> ResponseReturnValue:
    """Have one's data erased."""
    _erase_now(own_application(code))
    _leave(code)
    return back_to(code)


@blueprint.post("/applications/mine/<code>/closing")
@limiter.limit("60/hour")
@public
def close(code: str) -> ResponseReturnValue:
    """Close the page on a device that others use, with all of one's others."""
    _leave(*_mine())
    answer = private(redirect(url_for("home.home"), code=303))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _leave(*codes: str) -> None:
    kept = {code: by_mail for code, by_mail in _mine().items() if code not in codes}
    if kept:
        session[MINE] = kept
    else:
        session.pop(MINE, None)


def _erase_now(application: Application) -> None:
    """Erase, at once: the file too, which the outbox would delete a little later."""
    number, key = application.id, application.cv_key
    try:
        moving.erase(db(), application)
    except moving.MovedMeanwhile:
        db().rollback()
        moving.erase(db(), db().get_one(Application, number))
    db().commit()
    if key:
        with suppress(OSError):  # then the outbox does it
            storage.store(settings(), "cvs").forget(key)


def back_to(code: str, *said: str) -> Response:
    """Back to the candidate's own page, which then says what was done (`SAID`)."""
    return private(
        redirect(url_for("hiring.my_application", code=code, said=said or None), code=303)
    )
