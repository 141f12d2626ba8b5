"""What recruiters see: who brought whom."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import audit, clock
from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, me, page_number
from referrals import queries, totals
from referrals.classifying import LISTS
from referrals.exporting import KINDS, Sheet, as_csv, as_xlsx, total_row
from referrals.losses import lost_since
from referrals.models import ShareLink
from referrals.pages.blueprint import blueprint
from referrals.pages.figures import figure_columns, numbers
from referrals.pages.periods import Choice, chosen_period
from referrals.sharing import CHANNEL_NAMES
from referrals.targets import target_of
from referrals.totals import FIGURES, GROUPS, Board, Brought, Figures, Subject, Trend

SORTS = ("name", *FIGURES)


@blueprint.get("/recruiting/referrals")
@requires("referral:read")
def referrals() -> ResponseReturnValue:
    """Who brought whom: by employee, team, job, channel or office, over a period."""
    group, choice, sort = _group(), chosen_period("90"), _sort()
    board = Board(db(), choice.period)
    rows = ordered(board.brought(group), group, sort)
    page = page_number()
    return render_template(
        "referrals/referrals.html",
        rows=rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        names={row.key: name_of(group, row.key, row.name) for row in rows},
        total=board.total,
        trend=board.trend,
        lost=lost_since(db(), choice.period.since, choice.period.until),
        group=group,
        choice=choice,
        sort=sort,
        page=page,
        pages=-(-len(rows) // PAGE_ROWS),
        lists=LISTS,
    )


def board_query() -> dict[str, str]:
    """What `referrals` is narrowed to, as an address says it."""
    return {**chosen_period("90").query, "by": _group(), "sort": _sort()}


def _group() -> str:
    asked = request.args.get("by", "employee")
    return asked if asked in GROUPS else abort(404)


def _sort() -> str:
    asked = request.args.get("sort", "hires")
    return asked if asked in SORTS else abort(404)


def ordered(rows: list[Brought], group: str, sort: str) -> list[Brought]:
    """`rows` by name, or with the most of `sort` first and then by what matters most."""

    def name(row: Brought) -> str:
        return name_of(group, row.key, row.name).casefold()

    if sort == "name":
        return sorted(rows, key=lambda row: (name(row), row.key))

    def place(row: Brought) -> tuple[Any, ...]:
        by = (sort, "hires", "applications", "confirmed", "people")
        return (*(-getattr(row.figures, figure) for figure in by), name(row), row.key)

    return sorted(rows, key=place)


def name_of(group: str, key: str, name: str) -> str:
    """How one of a group is called on pages."""
    if group == "channel":
        return str(CHANNEL_NAMES[key])
    without = {
        "job": gettext("No single job"),
        "team": gettext("No team"),
        "office": gettext("No office"),
    }
    return name or without.get(group, "")


@blueprint.get("/recruiting/referrals/<by>/", defaults={"key": ""})
@blueprint.get("/recruiting/referrals/<by>/<path:key>")
@requires("referral:read")
def credited(by: str, key: str) -> ResponseReturnValue:
    """One row of `referrals`: its trend, the applications credited to it, and its links."""
    subject = totals.find_subject(db(), by, key)
    choice = chosen_period("all")
    if subject is None:
        abort(404)
    page = page_number()
    skip = (page - 1) * PAGE_ROWS
    rows, credits = totals.credited(db(), subject, choice.period, PAGE_ROWS, skip)
    figures, trend = totals.brought_by(db(), subject, choice.period)
    links = queries.count_links(db(), _shared_by(subject))
    return render_template(
        "referrals/credited.html",
        figures=figures,
        trend=trend,
        lost=lost_since(db(), choice.period.since, choice.period.until),
        rows=rows,
        links=queries.link_rows(db(), _shared_by(subject), choice.period, PAGE_ROWS, skip),
        count_links=links,
        count_credits=credits,
        subject=subject,
        name=name_of(by, key, subject.name),
        choice=choice,
        channels=CHANNEL_NAMES,
        page=page,
        pages=-(-max(credits, links) // PAGE_ROWS),
        lists=LISTS,
    )


def _shared_by(subject: Subject) -> list[Any]:
    return [subject.is_shared]


@blueprint.get("/recruiting/referrals/link/<code>")
@requires("referral:read")
def link_log(code: str) -> ResponseReturnValue:
    """All that is known of the clicks on one link, added up: never a single click."""
    link = queries.link_by_code(db(), code) or abort(404)
    choice = chosen_period("all")
    this = [ShareLink.id == link.id]
    sources = queries.sources_of(db(), link)
    return render_template(
        "referrals/link_log.html",
        link=link,
        target=target_of(link),
        figures=queries.clicks_on(db(), this, choice.period),
        trend=queries.clicks_by_day(db(), this, choice.period),
        lost=lost_since(db(), choice.period.since, choice.period.until),
        sources=sources,
        check=queries.checked(link.channel, sources["human"]),
        versions=queries.lists_of(db(), link),
        choice=choice,
        channels=CHANNEL_NAMES,
    )


@blueprint.post("/recruiting/referrals/export/<kind>")
@requires("referral:read")
def export_referrals(kind: str) -> ResponseReturnValue:
    """All rows of `referrals` as a table to take along; who took it is recorded."""
    if kind not in KINDS:
        abort(404)
    group, choice, sort = _group(), chosen_period("90"), _sort()
    board = Board(db(), choice.period)
    rows = ordered(board.brought(group), group, sort)
    sheets = [_table(group, rows, board.total), _trend(board.trend), _notes(choice)]
    made = as_csv(sheets[0]) if kind == "csv" else as_xlsx(sheets)
    audit.record(db(), me(), "referral:export", group, kind=kind, rows=len(rows), **choice.query)
    db().commit()
    answer = Response(made, mimetype=KINDS[kind])
    name = f"referrals-{group}-{clock.now().date()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _heads() -> list[str]:
    return [column.head for column in figure_columns()]


def _table(group: str, rows: list[Brought], total: Figures) -> Sheet:
    heads = [group_words(group), *_heads()]
    cells: list[list[Any]] = [
        [name_of(group, row.key, row.name), *numbers(row.figures)] for row in rows
    ]
    return Sheet(gettext("Who brought whom"), heads, [*cells, total_row(numbers(total))])


def _trend(found: Trend | None) -> Sheet:
    steps = [[day, *numbers(figures)] for day, figures in (found.steps if found else [])]
    first = gettext("Month") if found and found.unit == "month" else gettext("Day")
    return Sheet(gettext("Over time"), [f"{first} (UTC)", *_heads()], steps)


def _notes(choice: Choice) -> Sheet:
    since, until = choice.period.since, choice.period.until
    rows = [
        [gettext("First day"), since or gettext("the beginning")],
        [gettext("Last day"), until or gettext("today")],
        [gettext("Clicks told apart by lists of version"), LISTS],
        [gettext("Clicks lost by a full disk"), lost_since(db(), since, until)],
        [gettext("Exported at (UTC)"), clock.now().strftime("%Y-%m-%d %H:%M")],
    ]
    return Sheet(gettext("About these figures"), [gettext("What"), gettext("Value")], rows)


@blueprint.app_template_global()
def group_words(group: str) -> str:
    """What one row of a group is."""
    words = {
        "employee": gettext("Employee"),
        "team": gettext("Team"),
        "job": gettext("Job"),
        "channel": gettext("Channel"),
        "office": gettext("Office"),
    }
    return str(words[group])
