"""Pages of share links, clicks and credit, for employees, recruiters and whoever follows a link."""

from referrals.pages import (  # noqa: F401
    cards,
    carrying,
    following,
    funnel,
    managing,
    mine,
    printing,
    receipts,
    recruiting,
    sharing,
    typed_codes,
)
from referrals.pages.blueprint import blueprint

__all__ = ["blueprint"]
