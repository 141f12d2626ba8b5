"""Rules over every template, present and future."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import meta, nodes

from careers.base.files import folder

TEMPLATES = [path for path in folder("templates").rglob("*.*") if path.is_file()]
FRAME = folder("templates") / "base.html"
MEANT = {"ui", "working"}  # pages have the one of their frame, and tell it the other


def test_every_template_can_be_read(app):
    for path in TEMPLATES:
        name = path.relative_to(folder("templates")).as_posix()
        app.jinja_env.get_template(name)


def test_no_template_carries_styles_or_scripts_that_the_policy_refuses():
    for path in TEMPLATES:
        text = path.read_text()
        assert not re.search(r"\sstyle=", text), path
        assert not re.search(r"<style", text), path
        assert not re.search(r"<[a-z][^<>]*\son[a-z]+=[\"']", text), path
        # Data in a script element is never run, so the policy doesn't ask for a nonce there.
        assert not re.search(r"<script(?![^>]*(nonce|application/ld\+json))", text), path


def test_no_template_has_a_visitors_browser_call_another_host():
    for path in TEMPLATES:
        for loaded in re.findall(
            r"<(?:img|script|link|iframe|source)[^>]*?(?:src|href)=[\"'](https?:[^\"']*)",
            path.read_text(),
        ):
            raise AssertionError(f"{path} loads {loaded}")


def test_only_sanitised_columns_are_printed_unescaped():
    allowed = re.compile(r"(\w+_html|html)\s*\|\s*safe|['\"]\s*\|\s*safe")
    for path in TEMPLATES:
        for line in path.read_text().splitlines():
            if re.search(r"\|\s*safe\b", line):
                assert allowed.search(line), f"{path}: {line.strip()}"


def names_set(body: list[nodes.Node]) -> Iterator[str]:
    """The names that a template with this `body` sets for all that stand on it, over their own."""
    for node in body:
        match node:
            case nodes.Assign() | nodes.AssignBlock():
                yield from (one.name for one in node.find_all(nodes.Name) if one.ctx == "store")
            case nodes.Import():
                yield node.target
            case nodes.FromImport():
                yield from (name if isinstance(name, str) else name[1] for name in node.names)
            case nodes.Macro():
                yield node.name
            case nodes.If():
                yield from names_set([*node.body, *node.elif_, *node.else_])


def test_the_frame_of_pages_takes_no_name_that_is_given_to_one(app):
    read = app.jinja_env.parse
    frame = set(names_set(read(FRAME.read_text()).body)) - MEANT
    for path in TEMPLATES:
        if path != FRAME:
            page = read(path.read_text())
            theirs = meta.find_undeclared_variables(page) | set(names_set(page.body))
            assert theirs & frame == set(), path


def test_every_way_to_set_a_name_is_found(app):
    text = """
        {% import "a.html" as a %}{% from "b.html" import b, x as c %}{% macro d(x) %}{% endmacro %}
        {% set e, f = 1, x %}{% set g %}{% endset %}
        {% if x %}{% set h = x %}{% elif y %}{% set i = x %}{% else %}{% set j = x %}{% endif %}
        {% with x = 1 %}{% set x = 2 %}{% endwith %}{% for x in y %}{% set y = x %}{% endfor %}
    """
    assert "".join(names_set(app.jinja_env.parse(text).body)) == "abcdefghij"
