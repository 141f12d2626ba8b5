"""What a page says of its share card, and the picture that it names."""

from __future__ import annotations

import io
from html.parser import HTMLParser

from PIL import Image, ImageChops

from referrals import card_store
from referrals.cards import PAPER, Card

FETCHER = {"User-Agent": "LinkedInBot/1.0 (+http://www.linkedin.com)"}
BASE = "http://127.0.0.1:8000"
LARGEST = 300_000  # bytes; WhatsApp shows nothing larger


class Head(HTMLParser):
    """What a page says of itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.metas: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "meta" and "content" in found:
            self.metas.append((found.get("property") or found.get("name") or "", found["content"]))
        if tag == "link":
            self.links.append((found.get("rel", ""), found.get("href", "")))
        if tag in {"img", "script", "source", "iframe", "video"} and found.get("src"):
            self.loads.append(found["src"])

    def all(self, name: str) -> list[str]:
        return [content for known, content in self.metas if known == name]

    def one(self, name: str) -> str:
        (content,) = self.all(name)
        return content


def head_of(visitor, path, status=200) -> Head:
    answer = visitor.get(path, headers=FETCHER)
    assert answer.status_code == status, path
    return Head(answer.get_data(as_text=True))


def address(visitor, link) -> str:
    """The path of the card that a preview of `link` names."""
    return head_of(visitor, f"/r/{link.code}").one("og:image").removeprefix(BASE)


def picture(answer) -> Image.Image:
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert len(answer.data) < LARGEST
    return check(answer.data)


def check(content: bytes) -> Image.Image:
    """Whole, of the right size, and with nothing drawn at its edges."""
    drawn = Image.open(io.BytesIO(content)).convert("RGB")
    assert drawn.size == (1200, 630)
    inner = ImageChops.difference(drawn, Image.new("RGB", drawn.size, PAPER)).getbbox()
    assert inner is None or (
        inner[0] >= 40 and inner[1] >= 40 and inner[2] <= 1160 and inner[3] <= 590
    ), inner
    return drawn


def kept(app) -> list[str]:
    return sorted(path.name for path in app.extensions["settings"].folder("cards").iterdir())


def sweep(app):
    with app.extensions["database"].writing() as db:
        card_store.sweep(db, app.extensions["settings"].folder("cards"))
        db.commit()


CARD = Card(
    "en", "Open job", "Engineer", "A job", ("Lyon", "Permanent"), "", "Acme", "#d2371f", "", (), "",
    "open",
)  # fmt: skip
