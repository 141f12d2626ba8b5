"""Letters to candidates, and the templates that they are made from."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from sqlalchemy.exc import IntegrityError

from careers.base import codes
from careers.base.company import the_company
from careers.base.database import ChangedMeanwhile
from careers.base.languages import LANGUAGES
from careers.base.permissions import requires
from careers.base.signin.sessions import token_hash
from careers.base.web import db, me
from careers.hiring.forms import LetterForm, TemplateForm
from careers.hiring.models import Application
from careers.hiring.pages.blueprint import blueprint
from careers.hiring.pages.here import application_here
from careers.hiring.pipeline import letters, standard_letters
from careers.hiring.pipeline.letters import PLACES, Words
from careers.hiring.pipeline.models import LetterTemplate

# -- a letter ------------------------------------------------------------------------------------


@blueprint.route("/recruiting/applications/<code>/letters/new", methods=["GET", "POST"])
@requires("application:write")
def write(code: str) -> ResponseReturnValue:
    """Write a letter, look at it as it will be, then send it."""
    found = application_here(code)
    if found.erased_at is not None:
        abort(404)
    chosen = request.args.get("template", "")
    template = letters.template_by_code(db(), chosen) if chosen else None
    words = letters.words_for(db(), template, found, me()) if template else Words("", "")
    form = LetterForm(subject=words.subject, text=words.text, key=codes.token())
    wanted = request.form.get("act", "")
    if not form.sent_and_valid() or wanted == "edit":
        status = 422 if form.errors and wanted != "edit" else 200
        page = render_template(
            "hiring/write.html",
            application=found,
            form=form,
            templates=letters.templates(db()),
            chosen=chosen,
        )
        return page, status
    words = Words(" ".join((form.subject.data or "").split()), form.text.data or "")
    if wanted != "send":
        return render_template("hiring/letter.html", application=found, form=form, words=words)
    return _send(found, words, token_hash(form.key.data or ""))


def _send(found: Application, words: Words, submission: str) -> ResponseReturnValue:
    try:
        if letters.letter_by_submission(db(), submission) is None:
            letters.send_letter(db(), found, me(), words, submission)
            db().commit()
    except IntegrityError:
        db().rollback()  # the same form was sent twice at once: the other one sent it
    flash(
        gettext("The letter goes to %(email)s in ten minutes. Until then you can take it back.",
                email=found.email)
    )  # fmt: skip
    return _to(found)


@blueprint.post("/recruiting/applications/<code>/letters/<letter>/taking-back")
@requires("application:write")
def take_back(code: str, letter: str) -> ResponseReturnValue:
    """Have a letter not sent."""
    found = application_here(code)
    held = letters.letter_by_code(db(), found, letter) or abort(404)
    try:
        letters.take_back(db(), held, me(), found)
        db().commit()
        flash(gettext("The letter is not sent."))
    except letters.TooLate:
        db().rollback()
        flash(gettext("This letter is on its way: it can’t be taken back any more."), "alert")
    return _to(found)


def _to(found: Application) -> Response:
    address = url_for("hiring.application", code=found.code) + "#so-far"
    return redirect(address, code=303)  # type: ignore[return-value]


# -- templates -----------------------------------------------------------------------------------


@blueprint.get("/recruiting/letters")
@requires("pipeline:edit")
def letter_templates() -> ResponseReturnValue:
    """Every template."""
    return render_template("hiring/letter_templates.html", templates=letters.templates(db()))


@blueprint.post("/recruiting/letters/standard")
@requires("pipeline:edit")
def add_standard_letters() -> ResponseReturnValue:
    """Begin with ours, to be rewritten; only where there is none yet."""
    if not letters.templates(db()):
        for values in standard_letters.LETTERS:
            letters.add_template(db(), values, me())
        db().commit()
    return redirect(url_for("hiring.letter_templates"), code=303)


@blueprint.route("/recruiting/letters/new", methods=["GET", "POST"])
@requires("pipeline:edit")
def new_template() -> ResponseReturnValue:
    """Write a template."""
    form = TemplateForm()
    if not form.sent_and_valid():
        return _template_page(form, None, 422 if form.errors else 200)
    if _is_looked_at():
        return _template_page(form, None, 200)
    letters.add_template(db(), form.values(), me())
    db().commit()
    flash(gettext("“%(name)s” is kept.", name=form.name.data))
    return redirect(url_for("hiring.letter_templates"), code=303)


@blueprint.route("/recruiting/letters/<code>", methods=["GET", "POST"])
@requires("pipeline:edit")
def template(code: str) -> ResponseReturnValue:
    """Change a template that one saw."""
    found = letters.template_by_code(db(), code) or abort(404)
    form = TemplateForm(obj=found)
    if not form.sent_and_valid():
        return _template_page(form, found, 422 if form.errors else 200)
    if _is_looked_at():
        return _template_page(form, found, 200)
    try:
        letters.change_template(db(), found, form.version.data or 0, form.values(), me())
        db().commit()
    except ChangedMeanwhile:
        db().rollback()
        db().refresh(found)
        return _template_page(form, found, 409, is_late=True)
    flash(gettext("“%(name)s” is kept.", name=form.name.data))
    return redirect(url_for("hiring.letter_templates"), code=303)


def _is_looked_at() -> bool:
    """Whether the form was sent only to see what candidates would read."""
    return request.form.get("act") == "preview"


def _template_page(
    form: TemplateForm, found: LetterTemplate | None, status: int, is_late: bool = False
) -> ResponseReturnValue:
    """The form; of one that somebody else changed meanwhile with what they made of it beside."""
    if is_late and found is not None:
        form.version.process_data(found.version)
        form.version.raw_data = None
    page = render_template(
        "hiring/letter_template.html",
        form=form,
        template=found,
        is_late=is_late,
        fillable=PLACES,
        examples=_examples(),
        previews=_previews(form) if _is_looked_at() and not form.errors else {},
    )
    return page, status


def _examples() -> dict[str, str]:
    return {
        "name": "Nadia Benali",
        "job": gettext("the title of the job"),
        "company": the_company(db()).name,
        "recruiter": me().name,
    }


def _previews(form: TemplateForm) -> dict[str, Words]:
    """The letter as an invented candidate gets it, in each language."""
    said, found = form.values(), {}
    for language in LANGUAGES:
        with force_locale(language):
            values = _examples()
        subject = letters.filled(said[f"subject_{language}"], values)
        found[language] = Words(subject, letters.filled(said[f"text_{language}"], values))
    return found


@blueprint.post("/recruiting/letters/<code>/deletion")
@requires("pipeline:edit")
def delete_template(code: str) -> ResponseReturnValue:
    """Delete a template."""
    found = letters.template_by_code(db(), code) or abort(404)
    letters.delete_template(db(), found, me())
    db().commit()
    flash(gettext("“%(name)s” is deleted. The letters written with it stay.", name=found.name))
    return redirect(url_for("hiring.letter_templates"), code=303)
