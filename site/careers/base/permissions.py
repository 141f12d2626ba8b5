"""Who may do what: the only place where that is decided.

A permission is named `resource:action`. A route declares one with `@requires(...)`, or `@public`;
a route that declares nothing answers nobody (and fails a test).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from careers.base.people import Person, Role

View = TypeVar("View", bound=Callable[..., object])

_EMPLOYEE: Final = {
    "self:read",  # one's own space
    "profile:edit",  # one's own expert page
    "article:write",  # one's own articles
    "feed:subscribe",  # one's own feeds
    "link:share",  # one's own share links and what became of them
}
_EDITOR: Final = {"article:review", "entry:withdraw"}
_BONUSES: Final = {
    "bonus:edit",  # programmes, bonuses, and what goes to the payroll
    "appeal:decide",  # of others, about what somebody else decided
}
_RECRUITER: Final = {
    "application:read",
    "application:move",
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

GRANTS: Final[dict[Role, frozenset[str]]] = {
    Role.EMPLOYEE: frozenset(_EMPLOYEE),
    Role.EDITOR: frozenset(_EMPLOYEE | _EDITOR),
    Role.RECRUITER: frozenset(_EMPLOYEE | _RECRUITER),
    Role.ADMIN: frozenset(_EMPLOYEE | _ADMIN),
}
ALL: Final = frozenset().union(*GRANTS.values())
PUBLIC: Final = "public"


def may(person: Person | None, permission: str) -> bool:
    """Whether `person` (None: somebody not signed in) has `permission`.

    Raises KeyError for a permission that no role has, so that a misspelt one cannot hide.
    """
    if permission == PUBLIC:
        return True
    if permission not in ALL:
        raise KeyError(permission)
    return person is not None and any(permission in GRANTS[role] for role in person.roles)


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
