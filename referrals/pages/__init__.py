"""Pages of share links, clicks and credit, for employees, recruiters and whoever follows a link."""

from referrals.pages import (  # noqa: F401
    analysis,
    articles,
    cards,
    carrying,
    coming,
    following,
    funnel,
    managing,
    mine,
    passing_on,
    printing,
    receipts,
    recruiting,
    remembering,
    rule,
    sharing,
    telling,
    typed_codes,
    views,
)
from referrals.pages.blueprint import blueprint

__all__ = ["blueprint"]
