"""Who may do what: the only place where that is decided.

A permission is named `resource:action`. A route declares one with `@requires(...)`, or `@public`;
a route that declares nothing answers nobody (and fails a test).

What one may do with the applications of a job depends on one's part in hiring for it besides: see
`may_for_job`. `may` only says whether that is anything at all.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar

from blinker import Signal

from careers.base.people import Person, Role

View = TypeVar("View", bound=Callable[..., object])

_EMPLOYEE: Final = {
    "self:read",  # one's own space
    "profile:edit",  # one's own expert page
    "article:write",  # one's own articles
    "feed:subscribe",  # one's own feeds
    "link:share",  # one's own share links and what became of them
}
_EDITOR: Final = {
    "article:review",
    "entry:withdraw",
    "feed:confirm",  # that it is whose it is said to be
    "post:feature",  # on the homepage
    "topic:edit",  # the shared vocabulary
    "question:moderate",  # of visitors to experts
}
_BONUSES: Final = {
    "bonus:edit",  # programmes, bonuses, and what goes to the payroll
    "appeal:decide",  # of others, about what somebody else decided
}
_INTERVIEWING: Final = {
    "application:read",
    "application:review",  # notes and ratings
}
_MANAGING: Final = {
    *_INTERVIEWING,
    "application:move",  # and assign
    "application:write",  # letters to candidates
}
_HIRING: Final = {
    *_MANAGING,
    "application:merge",
    "job:staff",  # who hires for a job, and by what criteria
}
_RECRUITER: Final = {
    *_HIRING,
    "pipeline:edit",  # letters and criteria of the company, systems outside
    "referral:read",
    "rule:choose",  # by which rule credit is decided; administrators may too
    "job:edit",
    "board:edit",  # where jobs come from; administrators may too
    "credit:correct",
    "doubt:review",  # of applications that they are no part of
    *_BONUSES,
}
_ADMIN: Final = {
    "person:manage", "company:edit", "mail:read", "audit:read", "rule:choose", "board:edit",
    *_BONUSES,
}  # fmt: skip


class Part(StrEnum):
    """What somebody does in hiring for one job, whatever their role."""

    RECRUITER = "recruiter"
    MANAGER = "manager"
    INTERVIEWER = "interviewer"


PARTS: Final[dict[Part, frozenset[str]]] = {
    Part.RECRUITER: frozenset(_HIRING),
    Part.MANAGER: frozenset(_MANAGING),
    Part.INTERVIEWER: frozenset(_INTERVIEWING),
}
parts_held = Signal()
"""Sent as `parts_held.send(person, db=session)`; whoever knows answers with every Part that
`person` has in hiring for any job."""

GRANTS: Final[dict[Role, frozenset[str]]] = {
    Role.EMPLOYEE: frozenset(_EMPLOYEE),
    Role.EDITOR: frozenset(_EMPLOYEE | _EDITOR),
    Role.RECRUITER: frozenset(_EMPLOYEE | _RECRUITER),
    Role.ADMIN: frozenset(_EMPLOYEE | _ADMIN),
}
ALL: Final = frozenset().union(*GRANTS.values())
PUBLIC: Final = "public"


def may(person: Person | None, permission: str, parts: frozenset[Part] = frozenset()) -> bool:
    """Whether `person` (None: somebody not signed in) has `permission`, if only for one job.

    `parts` are those that they have in hiring for any job. A recruiter who is limited to the jobs
    they hire for may do nothing else of what recruiters do. Raises KeyError for a permission that
    no role has, so that a misspelt one cannot hide.
    """
    if permission == PUBLIC:
        return True
    if permission not in ALL:
        raise KeyError(permission)
    if person is None or not person.is_active:
        return False
    if may_for_every_job(person, permission) or any(permission in PARTS[part] for part in parts):
        return True
    return _is_limited(person) and permission in _HIRING


def may_for_every_job(person: Person, permission: str) -> bool:
    """Whether a role gives `permission` to `person`, whatever the job."""
    roles = person.roles - ({Role.RECRUITER} if _is_limited(person) else frozenset())
    return any(permission in GRANTS[role] for role in roles)


def may_for_job(person: Person, permission: str, part: Part | None) -> bool:
    """Whether `person`, who has this `part` in hiring for a job, has `permission` there."""
    if permission not in ALL:
        raise KeyError(permission)
    if not person.is_active:
        return False
    return may_for_every_job(person, permission) or (part is not None and permission in PARTS[part])


def _is_limited(person: Person) -> bool:
    return person.is_limited and Role.RECRUITER in person.roles


def requires(permission: str) -> Callable[[View], View]:
    """Declare that a route answers only people who have `permission`."""
    if permission not in ALL:
        raise KeyError(permission)

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declare that a route answers everybody."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def declared(view: Callable[..., object] | None) -> str | None:
    """The permission that `view` declares; None when it declares nothing."""
    return getattr(view, "permission", None)
