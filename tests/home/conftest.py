"""Experts and what they say, as the tests of experts have them."""

from tests.experts.conftest import queries, said, show, wrote  # noqa: F401
from tests.referrals.conftest import job, link  # noqa: F401
