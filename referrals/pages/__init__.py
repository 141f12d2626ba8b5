"""Pages of share links, clicks and credit, for employees, recruiters and whoever follows a link."""

from referrals.pages import (  # noqa: F401
    cards,
    carrying,
    coming,
    following,
    managing,
    mine,
    printing,
    receipts,
    recruiting,
    sharing,
    telling,
    typed_codes,
)
from referrals.pages.blueprint import blueprint

__all__ = ["blueprint"]
