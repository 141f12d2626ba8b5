"""What tests of the ground floor stand on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from careers.base.config import Settings
from tests.conftest import Visitor

LINK = re.compile(r"http://127\.0\.0\.1:8000(/\S+)")


@pytest.fixture
def bare_settings(settings: Settings, db) -> Settings:
    """The settings of a site that nobody runs yet."""
    from sqlalchemy import text

    db.execute(text("DELETE FROM person_role WHERE role = 'admin'"))
    db.commit()
    return settings


@pytest.fixture
def new_visitor(app: Flask) -> Callable[[], Visitor]:
    """`new_visitor()` is one more browser."""
    return lambda: Visitor(app)


def link_in(text: str) -> str:
    """The path of the first address of this site in `text`."""
    found = LINK.search(text)
    assert found, text
    return found[1]
