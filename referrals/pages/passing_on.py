"""Passing on: whoever came by a link gets one of their own, without an account and without a name;
and what those see who want to be known for it."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import codes
from careers.base.company import the_company
from careers.base.languages import LANGUAGES, address_in, language
from careers.base.people import Person
from careers.base.permissions import public
from careers.base.web import db, limiter, private, settings
from experts.queries import may_be_named
from referrals import chains, passers, queries
from referrals.forms import CorrectionForm, PasserForm
from referrals.models import Introduction, Passer, ShareLink
from referrals.pages.blueprint import address_of, blueprint
from referrals.passing_on import DEEPEST
from referrals.sharing import CHANNEL_NAMES, share_window
from referrals.targets import Standing, Target, find_target, path_to, target_of

WINDOWS = ("whatsapp", "email", "sms", "linkedin", "x", "facebook", "bluesky")
_VISIT = re.compile(r"[0-9A-Za-z_-]{16,32}")


@blueprint.route("/jobs/pass-on", methods=["GET", "POST"], defaults={"kind": "jobs", "slug": None})
@blueprint.route("/jobs/<slug>/pass-on", methods=["GET", "POST"], defaults={"kind": "job"})
@blueprint.route("/blog/<slug>/pass-on", methods=["GET", "POST"], defaults={"kind": "article"})
@blueprint.route("/experts/<slug>/pass-on", methods=["GET", "POST"], defaults={"kind": "expert"})
@limiter.limit("30/hour", methods=["POST"])
@public
def pass_on(kind: str, slug: str | None) -> ResponseReturnValue:
    """Ask for a link of one's own to the page one was looking at."""
    target = find_target(db(), kind, slug) or abort(404)
    if target.standing is not Standing.OPEN:
        abort(410)
    parent = g.came_by
    if g.person is not None and parent is not None and parent.person_id == g.person.id:
        return redirect(url_for("referrals.share", kind=kind, slug=slug))
    if parent is None or not chains.may_be_passed_on(parent):
        return _plainly(target, parent)
    visit = _visit()
    if request.method == "POST":
        if visit is None:
            abort(400)
        link = chains.pass_on(db(), parent, target, visit, g.person)
        db().commit()
        return _to_passed_on(link)
    made = chains.already_passed_on(db(), parent, target, visit) if visit else None
    if made is not None:
        return _to_passed_on(made)
    page = render_template(
        "referrals/pass_on.html",
        target=target,
        sharer=parent.person if may_be_named(db(), parent.person) else None,
        visit="" if visit else codes.token(),
    )
    return private(page)


def _visit() -> str | None:
    """What names this visit: the click that began it, else what the form was given."""
    latest = g.trail.links[-1]
    if latest.how == "click":
        return str(latest.click)
    sent = request.form.get("visit", "")
    return sent if _VISIT.fullmatch(sent) else None


def _plainly(target: Target, parent: ShareLink | None) -> ResponseReturnValue:
    """Where there is no link to be made: the one they came by, if that is at the end of its chain,
    else the page's own address."""
    is_last = parent is not None and parent.depth == DEEPEST and not parent.is_paused
    address = address_of(parent) if parent is not None and is_last else _plain_address(target)
    return private(
        render_template("referrals/pass_on_plainly.html", target=target, address=address)
    )


def _plain_address(target: Target) -> str:
    spoken = target.language if target.language in LANGUAGES else language()
    return settings().base_url + address_in(spoken, path_to(target.kind, target.slug))


def _to_passed_on(link: ShareLink, **said: str) -> ResponseReturnValue:
    """To a child's own page. What was done is said by the address: a message that waits for the
    next page would need a cookie."""
    page = url_for("referrals.passed_on", token=_token_of(link), **said)  # type: ignore[arg-type]
    return private(redirect(page, code=303))


def _token_of(link: ShareLink) -> str:
    """The address of a child's own page: only whoever made it knows it. 128 bits."""
    digest = hmac.new(settings().signing_key.encode(), f"child:{link.code}".encode(), sha256)
    return f"{link.code}-{urlsafe_b64encode(digest.digest()[:16]).decode().rstrip('=')}"


def _child_with(token: str) -> ShareLink:
    link = queries.link_by_code(db(), token.partition("-")[0][:16])
    if link is None or link.parent_id is None:
        abort(404)
    if not hmac.compare_digest(token.encode(), _token_of(link).encode()):
        abort(404)
    return link


@blueprint.get("/passed-on/<token>")
@public
def passed_on(token: str) -> ResponseReturnValue:
    """A link that somebody passed on, for whoever did: to copy, to scan, to send."""
    link = _child_with(token)
    return _passed_on_page(link, token, PasserForm())


def _passed_on_page(link: ShareLink, token: str, form: PasserForm) -> Response:
    target, address = target_of(link), address_of(link)
    words = _words(target)
    page = render_template(
        "referrals/passed_on.html",
        link=link,
        sharer=link.person if may_be_named(db(), link.person) else None,
        token=token,
        target=target,
        address=address,
        words=words,
        windows=[
            (CHANNEL_NAMES[name], share_window(name, words, address, target.title))
            for name in WINDOWS
        ],
        form=form,
    )
    return private(page)


def _words(target: Target) -> str:
    """What goes with the link: what the page is, and nothing that somebody else said."""
    company = the_company(db()).name
    if target.kind == "jobs":
        return str(gettext("Open jobs at %(company)s", company=company))
    if target.kind == "job":
        words = gettext("%(company)s is hiring: %(title)s", company=company, title=target.title)
        return str(words)
    return f"{target.title} · {company}"


@blueprint.post("/passed-on/<token>/introduction")
@limiter.limit("6/hour")
@public
def introduce(token: str) -> ResponseReturnValue:
    """Say who one is: what is believed once the mailbox answers."""
    link = _child_with(token)
    form = PasserForm()
    if not form.validate():
        answer = _passed_on_page(link, token, form)
        answer.status_code = 422
        return answer
    try:
        passers.introduce(
            db(), link, str(form.name.data), str(form.email.data), language(),
            bool(form.tells_sharer.data),
        )  # fmt: skip
    except passers.IsKnown:
        return _to_passed_on(link)
    db().commit()
    return _to_passed_on(link, said="asked")


# -- who wants to be known --------------------------------------------------------------------


@blueprint.route("/introductions/<token>", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
@public
def introduction(token: str) -> ResponseReturnValue:
    """The link in the mail: a button, for scanners of mail follow links too."""
    found = _introduction_with(token)
    if found is None:
        return private(render_template("referrals/introduction_gone.html")), 404
    if request.method == "GET":
        return private(
            render_template(
                "referrals/introduction.html", introduction=found, target=target_of(found.link)
            )
        )
    try:
        known = passers.confirm(db(), found, settings().signing_key)
    except passers.IsKnown:
        db().rollback()
        return private(render_template("referrals/introduction_gone.html")), 409
    db().commit()
    if isinstance(known, Person):
        return private(redirect(url_for("referrals.passed_on", token=_token_of(found.link)), 303))
    token = passers.token_of(known.code, settings().signing_key)
    return private(redirect(url_for("referrals.passer", token=token, said="known"), code=303))


def _introduction_with(token: str) -> Introduction | None:
    return passers.introduction_with(db(), token)


@blueprint.get("/passers/<token>")
@public
def passer(token: str) -> ResponseReturnValue:
    """What became of the links that somebody passed on, for themself alone."""
    found = _passer_with(token)
    return _passer_page(
        found, token, CorrectionForm(name=found.name, tells_sharer=found.tells_sharer)
    )


def _passer_with(token: str) -> Passer:
    return (passers.passer_with(db(), token) if len(token) <= 100 else None) or abort(404)


def _passer_page(found: Passer, token: str, form: CorrectionForm) -> Response:
    return private(
        render_template(
            "referrals/passer.html",
            passer=found,
            token=token,
            form=form,
            rows=passers.links_of_passer(db(), found),
            address_of=address_of,
        )
    )


@blueprint.post("/passers/<token>/name")
@limiter.limit("30/hour")
@public
def correct_passer(token: str) -> ResponseReturnValue:
    """Correct one's name, and who may know it."""
    found = _passer_with(token)
    form = CorrectionForm()
    if not form.validate():
        answer = _passer_page(found, token, form)
        answer.status_code = 422
        return answer
    passers.correct(found, str(form.name.data), bool(form.tells_sharer.data))
    db().commit()
    return private(redirect(url_for("referrals.passer", token=token, said="kept"), code=303))


@blueprint.post("/passers/<token>/removal")
@limiter.limit("30/hour")
@public
def forget_passer(token: str) -> ResponseReturnValue:
    """Be forgotten."""
    passers.forget(db(), _passer_with(token))
    db().commit()
    return private(render_template("referrals/passer_gone.html"))
