"""Pages of bonuses, payroll, corrections and appeals."""

from referrals.bonuses.pages import (  # noqa: F401  their routes
    appeals,
    bonuses,
    corrections,
    mine,
    payroll,
    programmes,
)
from referrals.bonuses.pages.blueprint import blueprint

__all__ = ["blueprint"]
