"""Sharing: an employee says something in their words, picks a channel and gets their own link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from careers.base.languages import LANGUAGES
from careers.base.permissions import requires
from careers.base.web import db, limiter, me, settings, wants_part
from careers.jobs.models import Job
from careers.jobs.queries import latest_open_jobs
from referrals import texts
from referrals.models import CHANNELS, ShareLink
from referrals.pages.blueprint import address_of, blueprint
from referrals.sharing import (
    CHANNEL_NAMES,
    instance_host,
    instance_of,
    links_to,
    share_window,
)
from referrals.sharing import share as make_link
from referrals.targets import Standing, Target, find_target, language_of, target_of, title_in

CODE_LENGTH = 12  # of a link that is not made yet, to count the characters it will take


@dataclass(frozen=True, slots=True)
class Offer:
    """What the panel shows: the texts to turn through, and which of them is the first."""

    voice: str
    language: str
    texts: list[str]
    own: Collection[int]  # variants that are the person's own
    mine: str  # what they wrote for this very page before; "" when it was one of the texts
    chosen: int | None  # a variant; None: `mine`

    @property
    def words(self) -> str:
        """The text that is offered."""
        return self.mine if self.chosen is None else self.texts[self.chosen]


@blueprint.route("/jobs/share", methods=["GET", "POST"], defaults={"kind": "jobs", "slug": None})
@blueprint.route("/jobs/<slug>/share", methods=["GET", "POST"], defaults={"kind": "job"})
@blueprint.route("/blog/<slug>/share", methods=["GET", "POST"], defaults={"kind": "article"})
@blueprint.route("/experts/<slug>/share", methods=["GET", "POST"], defaults={"kind": "expert"})
@requires("link:share")
@limiter.limit("200/hour", methods=["POST"])
def share(kind: str, slug: str | None) -> ResponseReturnValue:
    """Say something in one's own words, pick a channel, get one's own link for it.

    A script of ours asks for JSON and opens the network's window; without it the link's page does.
    """
    target = find_target(db(), kind, slug) or abort(404)
    if target.standing is not Standing.OPEN:
        abort(410)
    links = links_to(db(), me(), target)
    offer = _offer(target, links)
    if request.method != "POST":
        if offer.chosen is not None:
            session["text"] = offer.chosen
        return _panel(target, offer, links)
    form = request.form
    variant = _variant(form.get("forget"))
    if variant is not None:
        texts.drop_text(db(), me(), offer.voice, offer.language, variant)
        db().commit()
        return redirect(_here(target, language=offer.language, text=variant + 1), code=303)
    channel = form.get("channel", "")
    if channel not in CHANNELS:
        abort(400)
    written = form.get("words", offer.words)
    try:
        words = texts.said_of(target, offer.language, texts.plain(written))
        if form.get("keep"):
            _keep(target, offer, words)
    except texts.TextRefused as refused:
        return _panel(target, offer, links, words=written, error=str(refused)), 422
    link = make_link(db(), me(), target, channel)
    link.words = words
    if channel == "mastodon":
        remember_instance(form.get("instance", ""))
    page = url_for("referrals.my_link", code=link.code)
    made = {
        "address": address_of(link),
        "words": words,
        "text": texts.with_link(words, address_of(link)),
        "window": _window(link, words, offer.language),
        "page": page,
    }
    db().commit()
    return jsonify(made) if _wants_data() else redirect(page, code=303)


def _offer(target: Target, links: list[ShareLink]) -> Offer:
    """The texts for `target` in the language that is asked for, and which one is offered now."""
    asked = request.values.get("language", "")
    default = target.language or me().language
    language = asked if target.language is None and asked in LANGUAGES else default
    voice = texts.voice_of(db(), me(), target)
    own = texts.own_texts(db(), me(), voice, language)
    said = texts.texts_for(target, language, voice, own)
    used = links[0].words if links else ""
    mine = ""
    if language == default:
        mine = texts.own_words(target, voice, own.values(), used)
    chosen = _variant(request.args.get("text"), first=1)
    if chosen is None and not (mine and request.args.get("text", "mine") == "mine"):
        chosen = texts.first_offered(me().code, said, session.get("text"), used)
    return Offer(voice, language, said, own.keys(), mine, chosen)


def _variant(written: str | None, first: int = 0) -> int | None:
    """The number of a text in a form or an address, where the first one is called `first`."""
    names = {str(first + number): number for number in range(texts.VARIANTS)}
    return names.get(written or "")


def _keep(target: Target, offer: Offer, words: str) -> None:
    """Keep `words` in the place of the text they began as; what began as one's own words takes
    the first place that is still ours."""
    places = range(texts.VARIANTS)
    free = next((number for number in places if number not in offer.own), 0)
    variant = _variant(request.form.get("variant"))
    place = free if variant is None else variant
    texts.keep_text(db(), me(), target, offer.voice, offer.language, place, words)


def _panel(
    target: Target,
    offer: Offer,
    links: list[ShareLink],
    *,
    words: str | None = None,
    error: str = "",
) -> str:
    words = offer.words if words is None else words
    address = f"{settings().base_url}/r/{'x' * CODE_LENGTH}"
    return render_template(
        "referrals/panel.html" if wants_part() else "referrals/share.html",
        is_part=wants_part(),
        target=target,
        offer=offer,
        words=words,
        error=error,
        panel_address=lambda **values: _here(target, **values),
        languages=LANGUAGES if target.language is None else {},
        channels=CHANNEL_NAMES,
        shared={link.channel for link in links},
        instance=_instance(),
        link_length=len(address),
        lengths={name: texts.length_on(name, words, address) for name in (*texts.LIMITS, "sms")},
        limits=texts.LIMITS,
        longest=texts.LONGEST,
    )


def _here(target: Target, **values: Any) -> str:
    return url_for("referrals.share", kind=target.kind, slug=target.slug, **values)


def _wants_data() -> bool:
    return request.accept_mimetypes.best == "application/json"


def remember_instance(written: str) -> bool:
    """Remember somebody's Mastodon server while they are signed in; False when none is named."""
    host = instance_host(written)
    if host is not None:
        session["mastodon"] = host
    return host is not None


def _instance() -> str:
    """The person's Mastodon server: as they wrote it since signing in, else the one that their
    own page names; "" when neither is known."""
    return session.get("mastodon") or instance_of(db(), me())


def _window(link: ShareLink, words: str, language: str) -> str | None:
    instance = _instance() if link.channel == "mastodon" else ""
    subject = title_in(target_of(link), language)
    return share_window(link.channel, words, address_of(link), subject, instance)


def share_parts(link: ShareLink) -> dict[str, Any]:
    """What the page of `link` needs to share it: its text and the network's window."""
    words, language = texts.words_of(db(), link), language_of(link)
    return {
        "words": words,
        "text": texts.with_link(words, address_of(link)),
        "text_language": language,
        "window": _window(link, words, language),
        "longest": texts.LONGEST,
    }


@blueprint.app_template_global()
def newest_open_jobs(count: int) -> list[Job]:
    """A few open jobs, for pages that have nothing else to show."""
    return latest_open_jobs(db(), count)
