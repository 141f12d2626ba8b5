"""Going through the pages of a site as somebody does who follows every link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

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


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a" and (address := dict(attrs).get("href")):
            self.found.append(address)


def kind_of(path: str) -> str:
    """Pages of one route have the same shape of address."""
    parts = path.partition("?")[0].split("/")
    return "/".join("*" if len(part) > 11 or "-" in part else part for part in parts)


def walk(
    visitor: Visitor, prefix: str, *, signed_in: bool, per_kind: int = PER_KIND
) -> Iterator[tuple[str, object]]:
    """The address and the answer of each page that can be reached in the language of `prefix`."""
    waiting, seen, kinds = [f"{prefix}/"], set(), Counter()
    if signed_in:
        waiting.append(f"{prefix}/me/links")
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen or kinds[kind_of(path)] >= per_kind:
            continue
        seen.add(path)
        kinds[kind_of(path)] += 1
        answer = visitor.get(path)
        yield path, answer
        if answer.status_code in {302, 303}:
            waiting.append(answer.location)
        elif answer.mimetype == "text/html":
            waiting += [
                link.partition("#")[0]
                for link in _Links(answer.get_data(as_text=True)).found
                if link.startswith("/")
                and link.startswith(prefix)
                and (prefix or not link.startswith("/fr"))
            ]


def sign_in(visitor: Visitor, role: str) -> Visitor:
    """`visitor` as somebody of the demo company who has this role, or as nobody."""
    email = ROLES[role]
    return visitor.sign_in(email, founding.PASSWORD) if email else visitor
