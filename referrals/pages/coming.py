"""How a candidate came, in the form with which they apply: shown before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from careers.base import clock
from careers.base.people import Person
from careers.base.permissions import public
from careers.base.web import db, limiter, settings
from careers.hiring.applying import Came
from careers.jobs.queries import job_by_slug
from referrals import crediting
from referrals.attribution import By, Dropped, Kind
from referrals.chains import Passing
from referrals.models import Touch
from referrals.naming import names_like
from referrals.pages.blueprint import blueprint
from referrals.pages.carrying import is_a_person
from referrals.starting import note_start
from referrals.touches import ANSWER, CODE, link_typed, touches_in


@dataclass(frozen=True, slots=True)
class ShownTouch:
    """A touch as its candidate sees it."""

    key: str  # names it in forms
    touch: Touch
    dropped: Dropped | None  # why it does not count
    is_decided: bool = True
    is_left_out: bool = False
    chain: tuple[Passing, ...] = ()  # who passed the link on

    @property
    def person(self) -> Person | None:
        """Whom it speaks for."""
        return self.touch.person

    @property
    def people(self) -> list[Person]:
        """That person, and colleagues who passed the link on and have a part in it."""
        return ([self.person] if self.person else []) + list(self.colleagues.values())

    @property
    def colleagues(self) -> dict[str, Person]:
        """The colleagues who passed it on, by code."""
        parts = [one.person for one in self.chain if one.person and one.dropped is None]
        return {person.code: person for person in parts if person is not self.person}

    @property
    def hops(self) -> list[dict[str, Any]]:
        """By whom it was passed on, as receipts hold it."""
        return [passing.stated for passing in self.chain]

    @property
    def shares_with(self) -> list[str]:
        """Who else has a part in what it earns, in words; people outside aren't named."""
        outside = {one.passer.id for one in self.chain if one.passer and one.dropped is None}
        names = [person.first_name for person in self.colleagues.values()]
        if outside:
            names.append(ngettext("someone outside", "%(num)s people outside", len(outside)))
        return names

    @property
    def earns(self) -> str:
        """`referral` or `inspiration`; "" when it doesn't count."""
        return "" if self.dropped or not self.is_decided else By(self.touch.how).kind.value


@dataclass(frozen=True, slots=True)
class Coming:
    """All that a form says of how its candidate came."""

    came: Came
    touches: list[ShownTouch]
    told: frozenset[str]  # the codes of those whom the form that was sent had named

    @property
    def _kept(self) -> list[ShownTouch]:
        return [touch for touch in self.touches if not touch.is_left_out]

    @property
    def people(self) -> list[Person]:
        """Whom it names, each once."""
        return list(dict.fromkeys(person for one in self._kept for person in one.people))

    @property
    def names_anybody(self) -> bool:
        """Whether anybody here may come to see something of the application."""
        return bool(self.people)

    @property
    def names_a_sharer(self) -> bool:
        """Whether anybody is named who shared or vouched."""
        return any(one.person and By(one.touch.how).kind is Kind.REFERRAL for one in self._kept)

    @property
    def news(self) -> list[ShownTouch]:
        """What names somebody of whom the form said nothing yet.

        Candidates are told whom they name, and what those will see, before they send.
        """
        typed = [one for one in self._kept if one.key in {CODE, ANSWER} and one.person]
        return [one for one in typed if {person.code for person in one.people} - self.told]

    @property
    def told_now(self) -> str:
        """The codes of those whom the form names now, for it to carry."""
        named = dict.fromkeys(person.code for one in self.touches for person in one.people)
        return " ".join(named)


@blueprint.before_app_request
def notice_start() -> None:
    """Keep that the visit began to fill in the form, when it is sent, right or wrong."""
    if request.endpoint == "hiring.apply" and request.method == "POST":
        _note_start()


@blueprint.post("/jobs/<slug>/apply/begun")
@limiter.limit("120/hour")
@public
def begun(slug: str) -> ResponseReturnValue:
    """Keep the same when a script says that something was typed into the form; nothing else."""
    job_by_slug(db(), slug) or abort(404)
    _note_start()
    return "", 204


def _note_start() -> None:
    if is_a_person() and note_start(db(), g.trail):
        db().commit()


@blueprint.before_app_request
def notice_coming() -> None:
    """Work out for the form how its candidate came.

    `g.code_refused` tells it that there is no such code.
    """
    if request.endpoint != "hiring.apply":
        return
    form = request.form
    came = Came(
        via=g.trail.token,
        code=form.get("code", "").strip(),
        told_by=form.get("told_by", "").strip(),
        without=frozenset(form.getlist("without")),
    )
    link = link_typed(db(), came.code) if came.code else None
    g.code_refused = bool(came.code) and link is None
    heard = touches_in(db(), came, settings().signing_key, clock.now())
    email = form.get("email", "")
    reasons = crediting.foreseen(db(), settings(), {one.key: one.touch for one in heard}, email)
    chains = crediting.passed_on(db(), [one.touch for one in heard], clock.now(), email)
    g.coming = Coming(
        came,
        [
            ShownTouch(
                one.key,
                one.touch,
                reasons[one.key],
                is_left_out=one.key in came.without,
                chain=chain,
            )
            for one, chain in zip(heard, chains, strict=True)
        ],
        frozenset(form.get("told", "").split()),
    )


@blueprint.get("/named")
@limiter.limit("60/minute")
@public
def named() -> ResponseReturnValue:
    """Names of colleagues who show themselves, for "who told you about us?": a few, by letters."""
    answer = jsonify(names_like(db(), request.args.get("q", "")[:120]))
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
