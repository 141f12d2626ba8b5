"""The documents say what is."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import permissions_table  # noqa: E402
import settings_table  # noqa: E402


def test_the_page_of_settings_is_made_from_the_settings():
    assert settings_table.PAGE.read_text() == settings_table.page()


def test_the_page_of_permissions_is_made_from_the_code_that_decides():
    said, is_so = permissions_table.PAGE.read_text(), permissions_table.page()
    assert said == is_so, "make it anew: python scripts/permissions_table.py"


def test_the_readme_is_short_and_its_links_and_pictures_exist():
    text = (ROOT / "README.md").read_text()
    assert len(text.split()) < 900
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (ROOT / target).exists(), target


def test_no_lock_says_where_its_packages_come_from():
    for path in ROOT.glob("requirements*.txt"):
        assert "://" not in path.read_text(), path
    assert '"resolved"' not in (ROOT / "tests/oidc/package-lock.json").read_text()
