"""Addresses in templates: what Flask's `url_for` answers, with each path put together once.

A page has hundreds of them. What stands in the query is added each time: the trail of a visit is
another one for everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, has_request_context, request

KEPT = 8192  # paths
SAFE = "!$'()*,/:;?@"  # as Werkzeug leaves them in a query
Values = tuple[tuple[str, str | int], ...]


def links_of(app: Flask) -> Callable[..., str]:
    """`url_for` for the templates of `app`, which has all its routes before the first page."""

    @cache
    def in_path(endpoint: str) -> frozenset[str] | None:
        """The names of what stands in the one path of an endpoint; None where it has several."""
        try:
            (rule,) = app.url_map.iter_rules(endpoint)
        except (KeyError, ValueError):
            return None
        return None if rule.defaults else frozenset(rule.arguments)

    @lru_cache(maxsize=KEPT)
    def path(root: str, endpoint: str, values: Values) -> str:
        return app.url_map.bind("", script_name=root or "/").build(endpoint, dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        names = in_path(endpoint) if has_request_context() else None
        if names is None or not all(map(_is_plain, values.items())):
            return app.url_for(endpoint, **values)
        app.inject_url_defaults(endpoint, values)
        inside = tuple((name, value) for name, value in values.items() if name in names)
        asked = [
            (name, value)
            for name, value in values.items()
            if name not in names and value is not None
        ]
        found = path(request.script_root, endpoint, inside)
        return f"{found}?{urlencode(asked, safe=SAFE)}" if asked else found

    return url_for


def _is_plain(item: tuple[str, Any]) -> bool:
    name, value = item
    return name[0] != "_" and (value is None or type(value) in {str, int})
