"""Everybody's view of experts, an employee's own page, portraits."""

from __future__ import annotations

import hashlib
from typing import Any

from babel import Locale
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import prose
from careers.base.company import the_company
from careers.base.forms import options
from careers.base.languages import address_in, language
from careers.base.people import person_by_code
from careers.base.permissions import public, requires
from careers.base.web import db, me, page_number, settings
from experts import posts, queries, showing
from experts.editing import NETWORKS, StillShown, draw_another_portrait, write_profile
from experts.forms import LANGUAGES_SPOKEN, SPARE_ROWS, ProfileForm
from experts.models import Expert
from experts.portrait import portrait_svg

blueprint = Blueprint("experts", __name__)
POSTS_AT_A_TIME = 20


@blueprint.get("/experts")
@public
def experts() -> ResponseReturnValue:
    """Everybody who shows themselves; some of them, by topic or by words."""
    topic, words = request.args.get("topic", "")[:60], request.args.get("q", "")[:100]
    page = page_number()
    found = queries.shown_experts(db(), topic=topic, words=words, page=page)
    topics = queries.topics_shown(db())
    return render_template(
        "experts/experts.html",
        found=found,
        topics=topics,
        topic=next((one for one in topics if one.slug == topic), None),
        asked_topic=topic,
        words=words,
        page=page,
    )


@blueprint.get("/experts/<slug>")
@public
def expert(slug: str) -> ResponseReturnValue:
    """One expert and what they publish; 410 once they no longer show themselves."""
    found = queries.shown_expert(db(), slug)
    if found is None:
        abort(410 if queries.was_shown(db(), slug) else 404)
    page, count = page_number(), posts.count_posts_of(db(), found.person)
    return render_template(
        "experts/expert.html",
        expert=found,
        languages=spoken(found.languages),
        networks=[(network_name(one.kind), one.url) for one in found.networks],
        posts=posts.posts_of(db(), found.person, POSTS_AT_A_TIME, (page - 1) * POSTS_AT_A_TIME),
        page=page,
        pages=-(-count // POSTS_AT_A_TIME),
        colleagues=queries.colleagues_of(db(), found),
        described=described(found),
    )


def spoken(codes: list[str]) -> list[str]:
    """Languages, named in the reader's one."""
    names = Locale.parse(language()).languages
    return [str(names.get(code, code)) for code in codes]


def network_name(kind: str) -> str:
    """What a network is called in the interface."""
    if kind in {"website", "other"}:
        return str(gettext("Website") if kind == "website" else gettext("Elsewhere"))
    return NETWORKS.get(kind, kind)


def described(expert: Expert) -> dict[str, Any]:
    """The page for machines: schema.org ProfilePage of a Person."""
    base, person = settings().base_url, expert.person
    address = base + address_in(settings().default_language, f"/experts/{expert.slug}")
    about: dict[str, Any] = {
        "@type": "Person",
        "@id": address,
        "name": person.name,
        "url": address,
        "description": expert.headline,
        "image": f"{base}/portraits/{person.code}.svg",
        "jobTitle": person.job_title,
        "knowsAbout": [topic.name for topic in expert.topics],
        "knowsLanguage": list(expert.languages),
        "sameAs": [network.url for network in expert.networks],
        "worksFor": {"@type": "Organization", "name": _company_name(), "url": base},
    }
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "url": address,
        "dateCreated": expert.shown_since.isoformat() if expert.shown_since else None,
        "dateModified": expert.changed_at.isoformat(),
        "mainEntity": {name: value for name, value in about.items() if value},
    }


def _company_name() -> str:
    return str(the_company(db()).name)


@blueprint.get("/portraits/<code>.svg")
@public
def portrait(code: str) -> ResponseReturnValue:
    """A generated portrait: of experts for everybody, of colleagues only for who is signed in."""
    person = person_by_code(db(), code)
    if person is None or not (person.is_active or g.person):
        abort(404)
    if person.page is None and g.person is None:
        abort(404)
    drawn: str = portrait_svg(person.name, person.portrait_seed)
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = (
        "public, max-age=60"  # whoever takes their page down is gone
        if g.person is None
        else "private, no-cache"  # whoever has another one drawn sees it
    )
    answer.set_etag(hashlib.sha256(drawn.encode()).hexdigest()[:20])
    return answer.make_conditional(request)


@blueprint.route("/me/profile", methods=["GET", "POST"])
@requires("profile:edit")
def edit_profile() -> ResponseReturnValue:
    """What the person who asks says about themselves; "Preview" keeps nothing of it, and another
    portrait leaves it as it was typed.
    """
    mine = queries.expert_of(db(), me())
    form = _filled(mine)
    if request.method != "POST":
        return _edit(mine, form)
    if "portrait" in request.form:
        draw_another_portrait(db(), me())
        db().commit()
        flash(gettext("Another portrait is drawn."))
        return _edit(mine, form)
    if not form.validate():
        return _edit(mine, form), 422
    profile = form.profile()
    try:
        if "preview" in request.form:
            return _edit(mine, form, preview_html=prose.markdown_to_html(profile.biography))
        write_profile(db(), me(), profile)
        if "show" in request.form:
            showing.opt_in(db(), me())
    except showing.NotReady:
        db().rollback()
        form.headline.errors = [gettext("First write what you do, in one sentence.")]
        return _edit(mine, form), 422
    except StillShown:
        form.headline.errors = [gettext("Your page is shown and needs this sentence.")]
        return _edit(mine, form), 422
    except ValueError:
        form.biography.errors = [gettext("This text cannot be shown: its parts are too nested.")]
        return _edit(mine, form), 422
    db().commit()
    if "show" in request.form:
        flash(gettext("Your page is shown to everybody now."))
    else:
        flash(gettext("Kept."))
    return redirect(url_for("experts.edit_profile"))


def _filled(mine: Expert | None) -> ProfileForm:
    """The form with what is there, and a few rows for further networks."""
    values: dict[str, Any] = {}
    if mine is not None:
        values = {
            "headline": mine.headline,
            "biography": mine.biography,
            "ask_me_about": mine.ask_me_about,
            "languages": mine.languages,
            "topics": [topic.name for topic in mine.topics],
            "networks": [{"kind": one.kind, "url": one.url} for one in mine.networks],
        }
    form = ProfileForm(**values)
    topics = {topic.name for topic in queries.vocabulary(db())} | set(values.get("topics", []))
    form.topics.choices = options((name, name) for name in sorted(topics, key=str.casefold))
    form.languages.choices = options(
        zip(LANGUAGES_SPOKEN, spoken(list(LANGUAGES_SPOKEN)), strict=True)
    )
    if request.method != "POST":
        for _row in range(SPARE_ROWS):
            if len(form.networks) < 12:
                form.networks.append_entry()
    return form


def _edit(mine: Expert | None, form: ProfileForm, preview_html: str = "") -> str:
    return render_template(
        "experts/edit_profile.html",
        form=form,
        preview_html=preview_html,
        shown=mine is not None and mine.state == "shown",
        was_shown=mine is not None and mine.slug is not None,
    )


@blueprint.post("/me/profile/take-down")
@requires("profile:edit")
def take_page_down() -> ResponseReturnValue:
    """Take the page of the person who asks down, at once."""
    showing.opt_out(db(), me())
    db().commit()
    flash(gettext("Your page is taken down. Whoever opens it reads that it is gone."))
    return redirect(url_for("experts.edit_profile"))
