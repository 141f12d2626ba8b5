"""QR codes of links, and printed campaigns with their sheets."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from careers.base import codes
from careers.base.company import Company, palette, the_company
from careers.base.forms import Form, stripped
from careers.base.languages import LANGUAGES, address_in
from careers.base.permissions import public, requires
from careers.base.web import PAGE_ROWS, db, limiter, me, page_number, settings
from referrals import printing, queries
from referrals.campaigns import campaign_named, campaign_of
from referrals.models import Campaign
from referrals.pages.blueprint import address_of, blueprint, keep
from referrals.qr import SIZES, logo_picture, qr_png, qr_svg
from referrals.sheets import FORMATS, House, write_sheets
from referrals.targets import Target, all_jobs, language_of, target_of
from referrals.typed_codes import grouped

_ = lazy_gettext
CHUNK = 64 * 1024  # bytes sent at once
QR_SIZES = {
    "screen": _("for a screen or a slide"),
    "badge": _("for a badge, 3 cm"),
    "a6": _("for a card (A6), 5 cm"),
    "a3": _("for a poster (A3), 14 cm"),
}
FORMAT_NAMES = {
    "a6-4": _("Table cards (A6), four on a page of A4"),
    "a6": _("Table cards (A6), one on a page"),
    "a3": _("Posters (A3), one on a page"),
    "badge-10": _("Badges (85 × 54 mm), ten on a page of A4"),
}
assert set(QR_SIZES) == set(SIZES)
assert set(FORMAT_NAMES) == set(FORMATS)

blueprint.add_app_template_filter(grouped, "spaced")


# -- QR codes ------------------------------------------------------------------------------------


@blueprint.get("/r/<code>.svg")
@public
def qr_as_svg(code: str) -> ResponseReturnValue:
    """The QR code of a link, to print at any size."""
    return _qr(code, "svg")


@blueprint.get("/r/<code>.png")
@public
def qr_as_png(code: str) -> ResponseReturnValue:
    """The QR code of a link, for screens and slides."""
    return _qr(code, "png")


def _qr(code: str, kind: str) -> ResponseReturnValue:
    """The code at the `size` asked for, with the `logo` if asked, to `save` if asked."""
    size = request.args.get("size", "screen")
    link = queries.link_by_code(db(), code)
    if link is None or size not in SIZES:
        abort(404)
    logo = _house(the_company(db())).logo if request.args.get("logo") == "1" else None
    draw, media_type = {"svg": (qr_svg, "image/svg+xml"), "png": (qr_png, "image/png")}[kind]
    response = Response(draw(address_of(link), size, logo), mimetype=media_type)
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; img-src data:"
    if request.args.get("save") == "1":
        target = target_of(link)
        name = f"{target.slug or target.kind}-{size}.{kind}"
        response.headers.set("Content-Disposition", "attachment", filename=name)
    response.add_etag()
    return response.make_conditional(request)


@blueprint.app_context_processor
def qr_sizes() -> dict[str, object]:
    """The sizes in which a code can be saved, for every template."""
    return {"qr_sizes": QR_SIZES}


def _house(company: Company) -> House:
    logo = logo_picture(company.logo, palette(company.colour).mark)
    return House(company.name, company.colour, logo, company.logo is not None)


# -- where printed links lead --------------------------------------------------------------------


@dataclass
class Where:
    """Where printed links shall lead, while somebody chooses it: by words, then among what was
    found, or by an address.
    """

    text: str = ""
    choice: str = "jobs:"
    found: list[Target] = field(default_factory=list)
    target: Target | None = None
    error: str = ""

    @property
    def options(self) -> list[tuple[str, Target]]:
        """What can be chosen: all jobs, what is chosen now, what was found."""
        shown = [all_jobs(), *([self.target] if self.target else []), *self.found]
        return list({f"{one.kind}:{one.slug or ''}": one for one in shown}.items())

    def take(self, target: Target) -> None:
        """Choose `target`."""
        self.target, self.choice = target, f"{target.kind}:{target.slug or ''}"


def where_from(text: str, looked: str, choice: str) -> Where:
    """What was chosen. `looked` is the `text` whose results were shown beside `choice`: whatever
    was typed since then is what is meant.
    """
    where = Where(text.strip()[:500], choice)
    is_new = where.text != looked.strip()[:500]
    try:
        if where.text and is_new:
            if printing.looks_like_an_address(where.text):
                base, prefixed = settings().base_url, settings().other_language
                where.take(printing.target_at(db(), where.text, base, prefixed))
                return where
            where.choice, where.found = "", printing.targets_found(db(), where.text)
            where.error = (
                gettext("Choose one of these.")
                if where.found
                else gettext("Nothing that is open is called that. Try fewer words.")
            )
            return where
        if where.text and not printing.looks_like_an_address(where.text):
            where.found = printing.targets_found(db(), where.text)
        kind, _separator, slug = choice.partition(":")
        where.take(printing.open_target(db(), kind, slug or None))
    except printing.NotOurs as refused:
        where.error = {
            "elsewhere": gettext(
                "This address is not on our site, and our links lead nowhere else. "
                "Copy the address of a job, an article or a person's page here."
            ),
            "unknown": gettext(
                "A link can lead to a job, to all jobs, to an article or to a person's page. "
                "This is none of them."
            ),
            "closed": gettext("This job is closed. Choose one that is open."),
        }[refused.reason]
    return where


def _where_sent() -> Where:
    where = where_from(
        request.form.get("where", ""),
        request.form.get("looked", ""),
        request.form.get("target", ""),
    )
    if "look" in request.form and where.found:
        where.error = ""  # having looked, nobody has failed to choose yet
    return where


# -- campaigns -----------------------------------------------------------------------------------


class CampaignForm(Form):
    """An event, and what will be put up there."""

    name = StringField(
        _("What is it for?"),
        [
            InputRequired(_("Please give it a name.")),
            Length(max=printing.LONGEST_NAME, message=_("Please keep it under 80 characters.")),
        ],
        filters=[stripped],
        description=_("The event, say. Only you see this, and it stands small on what you print."),
        render_kw={"maxlength": printing.LONGEST_NAME, "autocomplete": "off"},
    )
    count = IntegerField(
        _("How many posters or tables?"),
        [
            InputRequired(_("Please write a number.")),
            NumberRange(1, printing.MOST_LINKS, _("Please choose from 1 to 200.")),
        ],
        description=_("Each gets a link of its own, so that you see which one people came by."),
        render_kw={"min": 1, "max": printing.MOST_LINKS, "inputmode": "numeric"},
    )
    label = StringField(
        _("What is each of them called?"),
        [
            InputRequired(_("Please give them a name.")),
            Length(max=60, message=_("Please keep it under 60 characters.")),
        ],
        filters=[stripped],
        description=_("They are numbered, and you can change each name later."),
        render_kw={"maxlength": 60, "autocomplete": "off"},
    )


@blueprint.get("/me/campaigns")
@requires("link:share")
def campaigns() -> ResponseReturnValue:
    """My printed campaigns."""
    page = page_number()
    return render_template(
        "referrals/campaigns.html",
        campaigns=printing.printed_campaigns_of(db(), me(), PAGE_ROWS, (page - 1) * PAGE_ROWS),
        page=page,
        pages=-(-printing.count_printed_campaigns_of(db(), me()) // PAGE_ROWS),
    )


@blueprint.route("/me/campaigns/new", methods=["GET", "POST"])
@limiter.limit("120/hour", methods=["POST"])
@requires("link:share")
def new_campaign() -> ResponseReturnValue:
    """A name, how many, and where they lead; "Look" shows what can be chosen and keeps the rest."""
    form = CampaignForm(count=10, label=gettext("Table"))
    if request.method == "GET":
        where = where_from("", "", request.args.get("target", "jobs:"))
        return _campaign_form(form, where, None, 200)
    where = _where_sent()
    if "look" in request.form:
        return _campaign_form(form, where, None, 200)
    taken = None
    if form.validate() and where.target is not None:
        name, count = " ".join((form.name.data or "").split()), form.count.data or 0
        labels = printing.labels_for(" ".join((form.label.data or "").split()), count)
        try:
            campaign = printing.make_campaign(db(), me(), name, where.target, labels)
            db().commit()
            return redirect(url_for("referrals.campaign", code=campaign.code), code=303)
        except printing.NameTaken:
            db().rollback()
            taken = campaign_named(db(), me(), name)
            form.name.errors = [gettext("You have a campaign of this name already.")]
    return _campaign_form(form, where, taken, 422)


def _campaign_form(
    form: CampaignForm, where: Where, taken: Campaign | None, status: int
) -> ResponseReturnValue:
    page = render_template("referrals/new_campaign.html", form=form, where=where, taken=taken)
    return page, status


@blueprint.get("/me/campaigns/<code>")
@requires("link:share")
def campaign(code: str) -> ResponseReturnValue:
    """What became of each printed link of a campaign, and its sheets."""
    found = campaign_of(db(), me(), code) or abort(404)
    return render_template(
        "referrals/campaign.html",
        campaign=found,
        links=printing.printed_links(db(), found),
        formats=FORMAT_NAMES,
    )


@blueprint.get("/me/campaigns/<code>/links")
@requires("link:share")
def campaign_links(code: str) -> ResponseReturnValue:
    """Some of a campaign's links: rename one, lead them elsewhere, switch them off or on."""
    found = campaign_of(db(), me(), code) or abort(404)
    if not request.args.getlist("link"):
        flash(gettext("Choose at least one first."), "alert")
        return redirect(url_for("referrals.campaign", code=code))
    links = _chosen(found, request.args.getlist("link"))
    target = links[0].target
    where = where_from("", "", f"{target.kind}:{target.slug or ''}")
    where.error = ""
    return _links_page(found, links, where, 200)


def _links_page(
    found: Campaign,
    links: list[printing.PrintedLink],
    where: Where,
    status: int,
    label_error: str = "",
) -> ResponseReturnValue:
    page = render_template(
        "referrals/campaign_links.html",
        campaign=found,
        links=links,
        where=where,
        label=request.form.get("label", links[0].link.name),
        label_error=label_error,
    )
    return page, status


def _chosen(found: Campaign, chosen: list[str]) -> list[printing.PrintedLink]:
    """The links with these codes; 404 unless all are of this campaign."""
    if not chosen or len(chosen) > printing.MOST_LINKS:
        abort(404)
    return printing.printed_links(db(), found, chosen) or abort(404)


@blueprint.post("/me/campaigns/<code>/name")
@requires("link:share")
def rename_link(code: str) -> ResponseReturnValue:
    """Call one printed link otherwise."""
    found = campaign_of(db(), me(), code) or abort(404)
    links = _chosen(found, request.form.getlist("link")[:1])
    label = " ".join(stripped(request.form.get("label")).split())
    if not label or len(label) > printing.LONGEST_NAME:
        where = where_from("", "", f"{links[0].target.kind}:{links[0].target.slug or ''}")
        problem = gettext("Please give it a name of at most 80 characters.")
        return _links_page(found, links, where, 422, problem)
    printing.rename(db(), links[0].link, label)
    db().commit()
    flash(gettext("It is called “%(label)s” now.", label=label))
    return redirect(url_for("referrals.campaign", code=code), code=303)


@blueprint.post("/me/campaigns/<code>/redirection")
@requires("link:share")
def redirect_links(code: str) -> ResponseReturnValue:
    """Let printed links lead to another page of ours."""
    found = campaign_of(db(), me(), code) or abort(404)
    links = _chosen(found, request.form.getlist("link"))
    where = _where_sent()
    if "look" in request.form:
        return _links_page(found, links, where, 200)
    if where.target is None:
        return _links_page(found, links, where, 422)
    changed = [printed.link for printed in links]
    printing.redirect_links(db(), changed, where.target)
    said = ngettext(
        "%(num)s link leads to “%(title)s” now. Everywhere within a minute.",
        "%(num)s links lead to “%(title)s” now. Everywhere within a minute.",
        len(links),
        title=where.target.title,
    )
    keep(changed, said)
    return redirect(url_for("referrals.campaign", code=code), code=303)


@blueprint.post("/me/campaigns/<code>/switch")
@requires("link:share")
def switch_links(code: str) -> ResponseReturnValue:
    """Switch printed links off, or on again."""
    found = campaign_of(db(), me(), code) or abort(404)
    links = _chosen(found, request.form.getlist("link"))
    to = request.form.get("to")
    if to not in {"on", "off"}:
        abort(400)
    changed = [printed.link for printed in links]
    printing.switch(db(), changed, is_on=to == "on")
    if to == "on":
        said = ngettext("%(num)s link is on again.", "%(num)s links are on again.", len(links))
    else:
        said = ngettext(
            "%(num)s link is off. It still leads on, but brings you nothing.",
            "%(num)s links are off. They still lead on, but bring you nothing.",
            len(links),
        )
    keep(changed, said)
    return redirect(url_for("referrals.campaign", code=code), code=303)


@blueprint.get("/me/campaigns/<code>/sheets.pdf")
@limiter.limit("120/hour")
@requires("link:share")
def campaign_sheets(code: str) -> ResponseReturnValue:
    """The posters, cards or badges of a campaign, or of some of its links, as PDF."""
    found = campaign_of(db(), me(), code) or abort(404)
    form = FORMATS.get(request.args.get("format", "")) or abort(404)
    links = printing.printed_links(db(), found, request.args.getlist("link")) or abort(404)
    company = the_company(db())
    sheets = []
    for printed in links:
        language = language_of(printed.link)
        says = ""
        if request.args.get("by") == "company":
            says = company.tagline(language) or company.name
        spoken = language if language in LANGUAGES else settings().default_language
        here = settings().base_url + address_in(spoken, "/code")
        sheets.append(
            printing.sheet_of(
                printed.link, address_of(printed.link), here.partition("://")[2], says
            )
        )
    out = tempfile.TemporaryFile()  # noqa: SIM115  closed with the answer
    try:
        write_sheets(out, form, _house(company), sheets, found.name, language_of(links[0].link))
    except BaseException:
        out.close()
        raise
    answer = Response(_content(out), mimetype="application/pdf")
    answer.call_on_close(out.close)  # also when nobody reads to the end
    answer.content_length = out.tell()
    name = f"{codes.slug(found.name) or 'campaign'}-{request.args['format']}.pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _content(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        out.seek(0)
        while chunk := out.read(CHUNK):
            yield chunk
