"""Rules over every page that can be reached, as each role, in both languages, on the demo."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from careers.demo import founding
from tests.conftest import Visitor

ROLES = {
    "visitor": None,
    "employee": founding.EMPLOYEE,
    "editor": founding.EDITOR,
    "recruiter": founding.RECRUITER,
    "admin": founding.ADMIN,
}
MOST = 140  # pages for each role and language
PER_KIND = 4  # pages of the same route


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links, self.ids, self.tags, self.labelled, self.fields = [], [], Counter(), set(), []
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
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
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


def kind_of(path: str) -> str:
    """Pages of one route have the same shape of address."""
    parts = path.partition("?")[0].split("/")
    return "/".join("*" if len(part) > 11 or "-" in part else part for part in parts)


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_whole(demo, role, prefix):
    visitor = Visitor(demo)
    if ROLES[role]:
        visitor.sign_in(ROLES[role], founding.PASSWORD)
    waiting, seen, kinds = [f"{prefix}/"], set(), Counter()
    if role != "visitor":
        waiting.append(f"{prefix}/me/links")
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen or kinds[kind_of(path)] >= PER_KIND:
            continue
        seen.add(path)
        kinds[kind_of(path)] += 1
        answer = visitor.get(path)
        assert answer.status_code in {200, 302, 303}, (path, answer.status_code)
        if answer.status_code != 200:
            waiting.append(answer.location)
            continue
        if answer.mimetype != "text/html":
            continue
        page = Page(answer.get_data(as_text=True))
        check(page, path, prefix, answer)
        waiting += [
            link.partition("#")[0]
            for link in page.links
            if link.startswith("/")
            and link.startswith(prefix)
            and (prefix or not link.startswith("/fr"))
        ]
    assert len(seen) > 20


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
