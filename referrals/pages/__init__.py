"""Pages of share links, clicks and credit, for employees, recruiters and whoever follows a link."""

from referrals.pages import cards, carrying, following, mine, receipts, recruiting, sharing  # noqa: F401
from referrals.pages.blueprint import blueprint

__all__ = ["blueprint"]
