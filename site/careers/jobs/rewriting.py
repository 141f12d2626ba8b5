"""A job's safe HTML as Markdown, so that people who edit it need no HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_BLOCKS = {"p", "div", "section", "article", "header", "footer", "dl", "dt", "dd", "table", "tr",
           "figure", "figcaption"}  # fmt: skip
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "s": "~~", "del": "~~"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>~|&])")
_LEADS = re.compile(r"^(\s*)([#>+=-]+)(?=\s|$)")


def as_markdown(safe: str) -> str:
    """Markdown that `prose.markdown_to_html` makes the same words, headings, lists, links and
    emphasis of.
    """
    reader = _Markdown()
    reader.feed(safe)
    reader.close()
    return reader.result()


class _Markdown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []  # finished, each with its own indent
        self.line = ""  # the block that is being read
        self.lead = ""  # of the block: "## ", "- "
        self.lists: list[int | None] = []  # open lists: the next number, or None for dots
        self.in_item = False
        self.links: list[str] = []
        self.quoted = 0
        self.in_pre = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HEADINGS:
            self._end_block()
            self.lead = _HEADINGS[tag] + " "
        elif tag in {"ul", "ol"}:
            self._end_block()
            self.lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._end_block()
            number = self.lists[-1] if self.lists else None
            self.lead = "- " if number is None else f"{number}. "
            if number is not None:
                self.lists[-1] = number + 1
        elif tag == "br":
            self.line += "  \n"
        elif tag == "hr":
            self._end_block()
            self.blocks.append("---")
        elif tag == "blockquote":
            self._end_block()
            self.quoted += 1
        elif tag == "a":
            self.links.append(dict(attrs).get("href") or "")
            self.line += "["
        elif tag in _MARKS:
            self.line += f"\x00{_MARKS[tag]}\x01"
        elif tag == "pre":
            self._end_block()
            self.in_pre = True
        elif tag in _BLOCKS:
            self._end_block()
        elif tag in {"td", "th"}:
            self.line += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self._end_block()
            if self.lists:
                self.lists.pop()
        elif tag == "blockquote":
            self._end_block()
            self.quoted = max(0, self.quoted - 1)
        elif tag == "a" and self.links:
            self.line += f"](<{self.links.pop()}>)"
        elif tag in _MARKS:
            self.line += f"\x02{_MARKS[tag]}\x03"
        elif tag in _HEADINGS or tag == "li" or tag in _BLOCKS:
            self._end_block()
        elif tag == "pre":
            self._end_block()
            self.in_pre = False

    def handle_data(self, data: str) -> None:
        words = _SPECIAL.sub(r"\\\1", data)
        self.line += words if self.in_pre else re.sub(r"[ \t\r\n\f]+", " ", words)

    def _end_block(self) -> None:
        text = _tidied(self.line)
        if text:
            depth = len(self.lists)
            indent = "    " * (depth - 1) if depth and self.lead else "    " * depth
            text = _LEADS.sub(r"\1\\\2", text) if not text[0].isdigit() else _no_number(text)
            if self.lead.startswith("#"):
                text = text.replace("  \n", " ")
            inner = text.replace("\n", "\n" + indent + " " * len(self.lead))
            quote = "> " * self.quoted
            block = indent + self.lead + inner
            self.blocks.append("\n".join(quote + line for line in block.split("\n")))
            self.lead = ""
        self.line = ""

    def result(self) -> str:
        self._end_block()
        return "\n\n".join(self.blocks).strip()


def _no_number(text: str) -> str:
    """A paragraph that begins with "1." is no list."""
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", text)


def _tidied(line: str) -> str:
    """Emphasis that holds something, with the spaces outside of it."""
    while True:
        found = re.sub("\x00([*`~]+)\x01(\\s*)\x02\\1\x03", r"\2", line)
        if found == line:
            break
        line = found
    line = re.sub("\x00([*`~]+)\x01(\\s+)", lambda m: f"{m[2]}\x00{m[1]}\x01", line)
    line = re.sub("(\\s+)\x02([*`~]+)\x03", lambda m: f"\x02{m[2]}\x03{m[1]}", line)
    line = re.sub(r"\[\s*\]\(<[^>]*>\)", "", line)
    line = re.sub("[\x00-\x03]", "", line)
    return line.strip()
