"""Pages of printed campaigns, and what is done on them."""

from __future__ import annotations


def text(answer) -> str:
    return answer.get_data(as_text=True)


def new(browser, target="", **more):
    sent = {"name": "Open day", "count": "3", "label": "Poster", "target": target, **more}
    return browser.post("/me/campaigns/new", sent)
