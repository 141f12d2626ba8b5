"""Gather the texts of code and templates into the French catalogue, keeping what is translated.

Prints each text that still lacks its French, and exits with 1 when there is one.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "site" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
PLACES = ("site/careers", "experts", "feeds", "referrals", "templates")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.xml", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true"}}
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

Text = str | tuple[str, str]


def texts_in_use() -> set[Text]:
    """Every text of the interface: a string, or singular and plural."""
    return {
        found[2]
        for place in PLACES
        for found in extract_from_dir(ROOT / place, METHODS, OPTIONS, keywords=KEYWORDS)
    }


def french() -> Catalog:
    """The French catalogue as it stands."""
    with CATALOGUE.open("rb") as lines:
        return read_po(lines, locale="fr")


def renewed(before: Catalog) -> Catalog:
    """A catalogue of the texts in use, with the French of `before`."""
    day = datetime(2026, 1, 1, tzinfo=UTC)  # a fixed one: the file changes when a text does
    made = Catalog(
        locale="fr", project="Entourage", version="0", fuzzy=False, creation_date=day,
        revision_date=day, copyright_holder="the Entourage authors",
        last_translator="the Entourage authors", language_team="French",
        msgid_bugs_address="the issue tracker",
    )  # fmt: skip
    made.header_comment = "# The French texts of Entourage; `make messages` keeps them in step."
    known = {message.id: message.string for message in before if message.id}
    for text in sorted(texts_in_use(), key=str):
        made.add(text, known.get(text, ""))
    return made


def main() -> int:
    """Renew the catalogue."""
    made = renewed(french())
    with CATALOGUE.open("wb") as out:
        write_po(out, made, width=0, sort_output=True)
    lacking = [message.id for message in made if message.id and not any(message.string)]
    for text in lacking:
        print(f"lacks its French: {text!r}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
