"""Everybody's view of experts."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    make_response,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from careers.base import codes
from careers.base.company import the_company
from careers.base.languages import address_in
from careers.base.permissions import public
from careers.base.topics import topic_by_slug
from careers.base.web import db, page_number, settings, wants_part
from experts import feeding, posts, queries
from experts.forms import AskForm
from experts.models import Expert
from experts.presenting import presented, spoken
from experts.showing import QUESTIONS

blueprint = Blueprint("experts", __name__)
POSTS_AT_A_TIME = 20


@blueprint.get("/experts")
@public
def experts() -> ResponseReturnValue:
    """Everybody who shows themselves; some of them, by topic, place, language or words."""
    topic, words = request.args.get("topic", "")[:60], request.args.get("q", "")[:100]
    office, speaks = request.args.get("office", "")[:80], request.args.get("speaks", "")[:8]
    page = page_number()
    found = queries.shown_experts(
        db(), topic=topic, words=words, office=office, language=speaks, page=page
    )
    shown = {
        "found": found, "topic": topic_by_slug(db(), topic) if topic else None,
        "asked_topic": topic, "words": words, "office": office, "language_asked": speaks,
        "is_narrowed": bool(topic or words.strip() or office or speaks), "page": page,
        "topics_of": queries.topic_names(db(), found.experts),
    }  # fmt: skip
    answer = make_response(render_template("experts/experts.html", **shown, **_choices()))
    answer.vary.add("HX-Request")
    return answer


def _choices() -> dict[str, Any]:
    """What narrows the list; nothing for who only fetches another list while typing."""
    if wants_part():
        return {"topics": [], "topic_choices": [], "offices": [], "languages": []}
    topics = queries.topics_shown(db())
    offices, languages = queries.offices_and_languages(db())
    named = sorted(zip(spoken(list(languages)), languages, strict=True))
    return {
        "topics": topics,
        "topic_choices": [(one.slug, one.name, one.experts) for one in topics],
        "offices": [(name, name, offices[name]) for name in sorted(offices, key=codes.slug)],
        "languages": [(code, name, languages[code]) for name, code in named],
    }


@blueprint.get("/experts/<slug>")
@public
def expert(slug: str) -> ResponseReturnValue:
    """One expert and what they publish; 410 once they no longer show themselves."""
    found = shown_or_gone(slug)
    page, counts = page_number(), posts.count_posts_of(db(), found.person)
    kind = request.args.get("kind", "")
    kind = kind if kind in counts else ""
    count = counts[kind] if kind else counts.total()
    return render_template(
        "experts/expert.html",
        expert=found,
        shown=presented(found),
        posts=posts.posts_of(
            db(), found.person, POSTS_AT_A_TIME, (page - 1) * POSTS_AT_A_TIME, kind
        ),
        counts=counts,
        kind=kind,
        ask_form=AskForm() if found.agrees_to(QUESTIONS) else None,
        page=page,
        pages=-(-count // POSTS_AT_A_TIME),
        colleagues=queries.colleagues_of(db(), found),
        described=described(found),
    )


@blueprint.get("/experts/<slug>/feed.atom")
@public
def expert_atom(slug: str) -> ResponseReturnValue:
    """What one expert publishes, as Atom."""
    return feeding.atom(_feed(shown_or_gone(slug)))


@blueprint.get("/experts/<slug>/feed.json")
@public
def expert_json(slug: str) -> ResponseReturnValue:
    """What one expert publishes, as JSON Feed."""
    return feeding.json_feed(_feed(shown_or_gone(slug)))


@blueprint.get("/experts/<slug>/card.vcf")
@public
def expert_vcard(slug: str) -> ResponseReturnValue:
    """What is public of one expert, for an address book."""
    return feeding.vcard(shown_or_gone(slug))


def shown_or_gone(slug: str) -> Expert:
    """The expert at `slug`; 410 once they no longer show themselves."""
    return queries.shown_expert(db(), slug) or abort(410 if queries.was_shown(db(), slug) else 404)


def _feed(expert: Expert) -> feeding.Feed:
    return feeding.Feed(
        title=expert.person.name,
        about=expert.headline,
        path=f"/experts/{expert.slug}",
        posts=posts.posts_of(db(), expert.person, feeding.FEED_POSTS),
        changed_at=expert.changed_at,
    )


def described(expert: Expert) -> dict[str, Any]:
    """The page for machines: schema.org ProfilePage of a Person."""
    base, person = settings().base_url, expert.person
    address = base + address_in(settings().default_language, f"/experts/{expert.slug}")
    about: dict[str, Any] = {
        "@type": "Person",
        "@id": address,
        "identifier": person.code,
        "name": person.name,
        "url": address,
        "description": expert.headline,
        "image": f"{base}/portraits/{person.code}{'/640.jpg' if person.photo else '.svg'}",
        "jobTitle": the_company(db()).facts_of(person).job_title,
        "knowsAbout": [topic.name for topic in expert.topics],
        "knowsLanguage": list(expert.languages),
        "sameAs": [link.url for link in presented(expert).networks],
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
