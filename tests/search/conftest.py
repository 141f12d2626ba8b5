"""An index of either engine, with documents of its own."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from careers.base import search
from careers.base.search import Document


class Things:
    """Documents that stand for rows, and the index of them."""

    def __init__(self, database, settings) -> None:
        self.database, self.settings = database, settings
        self.rows: dict[str, Document] = {}

    def supply(self, _db, keys) -> Iterable[Document]:
        return [row for key, row in list(self.rows.items()) if keys is None or key in keys]

    def have(self, *documents: Document) -> None:
        """These are the rows now, and the index is built of them."""
        self.rows = {document.key: document for document in documents}
        with self.database.reading() as db:
            search.rebuild(db, self.settings, ["thing"])

    def change(self, *documents: Document, gone: Iterable[str] = ()) -> None:
        """Rows that change, and go; the index follows."""
        self.rows |= {document.key: document for document in documents}
        keys = [document.key for document in documents]
        for key in gone:
            self.rows.pop(key)
            keys.append(key)
        with self.database.writing() as db:
            search.follow(db, {"kind": "thing", "keys": keys}, self.settings)
            db.commit()

    def found(self, query: str) -> search.Found:
        with self.database.reading() as db:
            return search.find(db, self.settings, "thing", query)

    def keys(self, query: str) -> list[str]:
        """What has everything that was asked for."""
        found = self.found(query)
        assert found.is_ready
        return found.keys if found.every else []


@pytest.fixture
def things(database, settings, monkeypatch) -> Things:
    made = Things(database, settings)
    monkeypatch.setitem(search._suppliers, "thing", made.supply)
    return made
