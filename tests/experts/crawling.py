"""Following every link of the site, as those do who look for somebody."""

from __future__ import annotations

import re


def crawl(visitor, *beginnings: str) -> dict[str, object]:
    """Every answer that a visitor gets by following links, pictures and feeds."""
    waiting, found = list(beginnings), {}
    while waiting:
        address = waiting.pop().replace("&amp;", "&")
        skipped = ("/static", "/r/", "/sign-in", "/cards/home", "/cards/job", "/blog/feed")
        if address in found or address.startswith(skipped):
            continue
        answer = found[address] = visitor.get(address)
        if answer.mimetype in {"text/html", "application/xml"}:
            links = re.findall(
                r'(?:href|src|content)="(?:http://127\.0\.0\.1:8000)?(/[^"#]*)', answer.text
            )
            links += re.findall(r"http://127\.0\.0\.1:8000(/[^<\"# ]*)</loc>", answer.text)
            waiting += [link for link in links if "/apply" not in link and "page=" not in link]
    return found
