"""What is made once in a process, and not once for each application in it: where addresses lead, and
the code of templates.
"""

from __future__ import annotations

from types import CodeType
from typing import ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Map


class CompiledTemplates(BytecodeCache):
    """The code of each template that was compiled."""

    def __init__(self) -> None:
        self._compiled: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.code


class KnownRoutes(Flask):
    """Works out once where addresses lead: to the same endpoints in every application."""

    known: ClassVar[Map | None] = None
    jinja_options: ClassVar[dict] = {"bytecode_cache": CompiledTemplates()}

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self.url_map = self.known or self.url_map

    def add_url_rule(self, rule, endpoint=None, view_func=None, *more, **options) -> None:
        if self.url_map is not self.known:
            super().add_url_rule(rule, endpoint, view_func, *more, **options)
            return
        assert any(one.rule == rule for one in self.known.iter_rules(endpoint)), rule
        self.view_functions[endpoint] = view_func
