"""Rules over every page that can be reached, as each role, in both languages, on the demo."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from tests.conftest import Visitor
from tests.demo.walking import ROLES, sign_in, walk


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.tags, self.labelled, self.fields = [], Counter(), set(), []
        self.loads, self.lang, self.images_without_alt, self.in_picture = [], None, 0, 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.in_picture += tag == "svg"
        self.tags[tag] += not (tag == "title" and self.in_picture)  # parts of a chart have titles
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "html":
            self.lang = found.get("lang")
        if tag == "label":
            self.labelled.add(found.get("for"))
        is_field = tag in {"input", "select", "textarea"} and "aria-hidden" not in found
        if is_field and found.get("type") not in {
            "hidden", "submit", "checkbox", "radio",
        }:  # fmt: skip
            self.fields.append((found.get("id"), found.get("aria-label")))
        if tag == "img" and "alt" not in found:
            self.images_without_alt += 1
        if tag in {"img", "script"} and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") in {"stylesheet", "icon", "preload"}:
            self.loads.append(found["href"])

    def handle_endtag(self, tag):
        self.in_picture -= tag == "svg"


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_whole(demo, role, prefix):
    visitor, seen = sign_in(Visitor(demo), role), 0
    for path, answer in walk(visitor, prefix, signed_in=role != "visitor"):
        seen += 1
        assert answer.status_code in {200, 302, 303}, (path, answer.status_code)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            check(Page(answer.get_data(as_text=True)), path, prefix, answer)
    assert seen > 20


def check(page: Page, path: str, prefix: str, answer) -> None:
    assert page.lang == ("fr" if prefix else "en"), path
    for tag in ("title", "h1", "main"):
        assert page.tags[tag] == 1, (path, tag, page.tags[tag])
    repeated = [name for name, times in Counter(page.ids).items() if times > 1]
    assert repeated == [], path
    assert page.images_without_alt == 0, path
    unlabelled = [name for name, label in page.fields if not label and name not in page.labelled]
    assert unlabelled == [], path
    assert [loaded for loaded in page.loads if not re.match(r"/(?!/)", loaded)] == [], path
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy, path
