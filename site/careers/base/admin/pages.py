"""The administrators' pages, and what of them everybody sees: the logo and the colours."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.admin import queries, words
from careers.base.admin.forms import CompanyForm
from careers.base.audit import count_acts, recent_acts, record
from careers.base.company import (
    FACTS,
    INK,
    PAPER,
    Company,
    Palette,
    contrast,
    facts_changed,
    palette,
    the_company,
)
from careers.base.people import Person, Role, leave, person_by_code
from careers.base.permissions import public, requires
from careers.base.signin import accounts, administrators, sessions
from careers.base.web import PAGE_ROWS, db, me, page_number, settings

blueprint = Blueprint("admin", __name__)
blueprint.add_app_template_global(words.act_words, "act_words")
blueprint.add_app_template_global(words.detail_name, "act_detail_name")
blueprint.add_app_template_global(words.detail_value, "act_detail_value")
GRANTED = (Role.EDITOR, Role.RECRUITER, Role.ADMIN)


@blueprint.get("/admin")
@requires("person:manage")
def start() -> ResponseReturnValue:
    return redirect(url_for("admin.people"))


# -- people ------------------------------------------------------------------------------------


@blueprint.get("/admin/people")
@requires("person:manage")
def people() -> ResponseReturnValue:
    words = request.args.get("q", "")[:100].strip()
    found, count = queries.people(db(), words, page_number())
    return render_template(
        "admin/people.html", people=found, count=count, words=words, roles=_role_words(),
        **_pages(count),
    )  # fmt: skip


@blueprint.get("/admin/people/<code>")
@requires("person:manage")
def person_page(code: str) -> ResponseReturnValue:
    found = _person(code)
    return render_template(
        "admin/person.html",
        whose=found,
        sessions=sessions.sessions_of(db(), found),
        roles=_role_words(),
    )


@blueprint.post("/admin/people/<code>/roles")
@requires("person:manage")
def change_role(code: str) -> ResponseReturnValue:
    """Grant or revoke one role; the person's sessions end, for what they may do has changed."""
    person = _person(code)
    if request.form.get("role") not in {role.value for role in GRANTED} or not person.is_active:
        abort(404)
    role = Role(request.form["role"])
    try:
        if request.form.get("granted") == "1":
            changed, what = administrators.grant(db(), person, role), "role:grant"
        else:
            changed, what = administrators.revoke(db(), person, role), "role:revoke"
    except administrators.LastAdmin:
        return _last_admin(code)
    if changed:
        _end_sessions(person)
        record(db(), me(), what, person.code, role=role.value)
        db().commit()
        flash(gettext("Saved."))
    return _back_to(code)


@blueprint.post("/admin/people/<code>/limit")
@requires("person:manage")
def limit(code: str) -> ResponseReturnValue:
    """Let a recruiter see every job, or only those in whose hiring team they are."""
    person = _person(code)
    if Role.RECRUITER not in person.roles:
        abort(404)
    person.is_limited = request.form.get("limited") == "1"
    _end_sessions(person)
    record(db(), me(), "recruiter:limit", person.code, limited=person.is_limited)
    db().commit()
    flash(gettext("Saved."))
    return _back_to(code)


@blueprint.route("/admin/people/<code>/leave", methods=["GET", "POST"])
@requires("person:manage")
def mark_left(code: str) -> ResponseReturnValue:
    """Record that somebody has left; asked once more, for their page goes at once."""
    person = _person(code)
    if not person.is_active:
        return _back_to(code)
    if request.method == "GET":
        return render_template("admin/leave.html", whose=person)
    try:
        with administrators.an_administrator_stays(db()):
            db().refresh(person)
            leave(db(), person)
    except administrators.LastAdmin:
        return _last_admin(code)
    record(db(), me(), "person:leave", person.code)
    db().commit()
    flash(gettext("%(name)s is recorded as having left.", name=person.name))
    return _back_to(code)


@blueprint.post("/admin/people/<code>/sessions")
@requires("person:manage")
def end_sessions(code: str) -> ResponseReturnValue:
    person = _person(code)
    _end_sessions(person)
    record(db(), me(), "session:end-all", person.code)
    db().commit()
    flash(gettext("Every session of %(name)s was ended.", name=person.name))
    return _back_to(code)


@blueprint.post("/admin/people/<code>/password-link")
@requires("person:manage")
def send_link(code: str) -> ResponseReturnValue:
    person = _person(code)
    if not person.is_active:
        abort(404)
    accounts.ask_for_link(db(), person.email)
    record(db(), me(), "password:send-link", person.code)
    db().commit()
    flash(gettext("A link to set a password is on its way to %(email)s.", email=person.email))
    return _back_to(code)


def _person(code: str) -> Person:
    return person_by_code(db(), code) or abort(404)


def _end_sessions(person: Person) -> None:
    """End the sessions of `person`; one's own present one goes on under a new token."""
    mine = person.id == me().id
    sessions.end_all(db(), person, but=sessions.present().key if mine else "")
    if mine:
        sessions.present().renew()


def _last_admin(code: str) -> ResponseReturnValue:
    db().rollback()
    flash(gettext("Nothing was changed: without this person, nobody could run the site."), "error")
    return _back_to(code)


def _back_to(code: str) -> ResponseReturnValue:
    return redirect(url_for("admin.person_page", code=code), 303)


def _role_words() -> dict[str, str]:
    return {
        "editor": gettext("Editor"),
        "recruiter": gettext("Recruiter"),
        "admin": gettext("Administrator"),
    }


def _pages(count: int) -> dict[str, int]:
    return {"page": page_number(), "pages": max(1, -(-count // PAGE_ROWS))}


# -- the company -------------------------------------------------------------------------------


@blueprint.route("/admin/company", methods=["GET", "POST"])
@requires("company:edit")
def company() -> ResponseReturnValue:
    present = the_company(db())
    form = CompanyForm(
        name=present.name, tagline_en=present.tagline_en, tagline_fr=present.tagline_fr,
        website=present.website, colour=present.colour, internal=present.internal,
    )  # fmt: skip
    if form.sent_and_valid():
        row = db().merge(present)
        changed = _take_over(row, form)
        record(db(), me(), "company:edit", "", fields=changed)
        if "internal" in changed:
            facts_changed.send(row, db=db())
        db().commit()
        flash(gettext("Saved."))
        return redirect(url_for("admin.company"), 303)
    colour = form.colour.data if not form.colour.errors else present.colour
    return (
        render_template("admin/company.html", form=form, roles=_contrasts(palette(str(colour)))),
        422 if form.errors else 200,
    )


def _take_over(row: Company, form: CompanyForm) -> list[str]:
    """Put what the form holds into `row`; the names of what changed."""
    changed = []
    for name in ("name", "tagline_en", "tagline_fr", "website", "colour"):
        value = form[name].data or ""
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    internal = [name for name in FACTS if name in (form.internal.data or ())]
    if row.internal != internal:
        row.internal = internal
        changed.append("internal")
    if form.made_logo is not None:
        row.logo, row.logo_type = form.made_logo, "image/png"
        changed.append("logo")
    elif form.no_logo.data:
        row.logo = row.logo_type = None
        changed.append("logo")
    return changed


def _contrasts(roles: Palette) -> list[tuple[str, str, str, float]]:
    """For each role of the colour: what it is for, the colour, its ground, their contrast."""
    shown = [
        (gettext("Lines and marks"), roles.mark, PAPER),
        (gettext("Text"), roles.text, PAPER),
        (gettext("Lines and marks, by night"), roles.mark_dark, INK),
        (gettext("Text, by night"), roles.text_dark, INK),
    ]
    return [(words, colour, ground, contrast(colour, ground)) for words, colour, ground in shown]


@blueprint.get("/logo.png")
@public
def logo() -> ResponseReturnValue:
    """The company's logo. Other sites may show it: mail, feed readers, search engines."""
    content = the_company(db()).logo
    if content is None:
        abort(404)
    response = _briefly_kept(content, "image/png")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/brand.css")
@public
def brand() -> ResponseReturnValue:
    """The company's colour in its four roles."""
    names = {"mark": "brand", "text": "brand-text", "mark_dark": "brand-dark",
             "text_dark": "brand-text-dark"}  # fmt: skip
    roles = asdict(palette(the_company(db()).colour))
    lines = "\n".join(f"  --{names[role]}: {colour};" for role, colour in roles.items())
    return _briefly_kept(f":root {{\n{lines}\n}}\n".encode(), "text/css")


def _briefly_kept(content: bytes, kind: str) -> Response:
    """An answer that is kept for five minutes, and asked after by its tag then."""
    response = make_response(content)
    response.mimetype = kind
    response.set_etag(hashlib.sha256(content).hexdigest()[:20])
    response.cache_control.public = True
    response.cache_control.max_age = 300
    response.make_conditional(request)
    return response


# -- mail and the log --------------------------------------------------------------------------


@blueprint.get("/admin/mail")
@requires("mail:read")
def mail() -> ResponseReturnValue:
    found, count = queries.letters(db(), page_number())
    return render_template(
        "admin/mail.html", letters=found, has_server=settings().smtp_url is not None,
        **_pages(count),
    )  # fmt: skip


@blueprint.get("/admin/audit")
@requires("audit:read")
def audit() -> ResponseReturnValue:
    acts = recent_acts(db(), PAGE_ROWS, (page_number() - 1) * PAGE_ROWS)
    return render_template(
        "admin/audit.html",
        acts=acts,
        people=queries.people_named(db(), acts),
        **_pages(count_acts(db())),
    )
