"""Nonsense in an address or a form is answered, never a failure."""

from __future__ import annotations

import pytest

PATHS = [
    "/jobs/%00",
    "/experts/%00",
    "/blog/%00",
    "/r/%00",
    "/jobs/x/apply%00",
    "/%FF%FE",
    "/jobs/" + "x" * 5000,
]
QUERIES = ["q=%00", "page=-1", "page=99999999999999999999", "page=x", "topic=%00", "via=%00",
           "via=x.y.z", "q=" + "%F0%9F%92%A9" * 300, "q=%22", "q=*", "q=(((", "team=%27%3B--"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_path_is_not_found(visitor, path):
    assert visitor.get(path).status_code in {400, 404}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/", "/jobs", "/experts", "/blog", "/search", "/fr/jobs"])
def test_a_hostile_query_is_answered(visitor, path, query):
    assert visitor.get(f"{path}?{query}").status_code in {200, 400, 404}
