"""A database with one share link."""

from __future__ import annotations

import pytest

from careers.base.database import Database
from tests.shared import share_a_job


@pytest.fixture
def shared(database_url):
    """A database with one share link, and the link's code."""
    database = Database(database_url)
    yield database, share_a_job(database)
    database.dispose()
