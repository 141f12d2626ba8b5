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
PLAIN = frozenset({str, int, type(None)})


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

    @cache
    def givers(endpoint: str) -> list[Callable[[str, dict[str, Any]], None]]:
        """What adds values to the addresses of an endpoint, as Flask has it."""
        whose = (None, endpoint.rpartition(".")[0])
        return [give for name in whose for give in app.url_default_functions.get(name, ())]

    @lru_cache(maxsize=KEPT)
    def path(root: str, endpoint: str, *values: tuple[str, str | int]) -> str:
        return app.url_map.bind("", script_name=root or "/").build(endpoint, dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        names = in_path(endpoint) if has_request_context() else None
        if names is None:
            return app.url_for(endpoint, **values)
        for give in givers(endpoint):
            give(endpoint, values)
        inside, asked = [], []
        for item in values.items():
            name, value = item
            if type(value) not in PLAIN or name[0] == "_":
                return app.url_for(endpoint, **values)
            if name in names:
                inside.append(item)
            elif value is not None:
                asked.append(item)
        found = path(request.script_root, endpoint, *inside)
        return f"{found}?{urlencode(asked, safe=SAFE)}" if asked else found

    return url_for
