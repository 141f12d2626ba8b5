"""Rules over every template, present and future."""

from __future__ import annotations

import re

from careers.base.files import folder

TEMPLATES = [path for path in folder("templates").rglob("*.*") if path.is_file()]


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
