"""What somebody had written into a form that was not taken: the page that says so gives it back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import HTTPException

DRAFT = "draft"  # the field in which js/unsent.js says what the browser keeps of a form
SAFE = {"GET", "HEAD", "OPTIONS"}
_FOR_MACHINES = re.compile(r"[\w.:~+-]*", re.ASCII)  # codes, counts, choices, dates


@dataclass(frozen=True)
class Unsent:
    """A form as it was sent; `may_go_again` unless it had files, which only a person can choose."""

    address: str  # on this site, where it was sent to
    fields: tuple[tuple[str, str], ...]
    may_go_again: bool

    @property
    def words(self) -> list[str]:
        """What a person had written into it, for them to read or to copy."""
        sent = (value for name, value in self.fields if name != DRAFT)
        return [value for value in sent if not _FOR_MACHINES.fullmatch(value)]


def unsent() -> Unsent | None:
    """The form that this request sent, if a page of this site sent it (its browser says so) for a
    person to read the answer. None for what nobody may be shown again: passwords."""
    if request.method in SAFE or not _is_ours() or not _is_read():
        return None
    try:
        sent = tuple(request.form.items(multi=True))
        files = any(one.filename for one in request.files.values())
    except HTTPException:  # it was too large to be read
        return None
    if any("password" in name for name, _ in sent):
        return None
    fields = tuple((name, value) for name, value in sent if name != "form_token")
    address = request.script_root + request.full_path.rstrip("?")
    return Unsent(address, fields, may_go_again=not files)


def _is_ours() -> bool:
    origin = request.headers.get("Origin", "").partition("://")[2]
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or origin == request.host


def _is_read() -> bool:
    """Whether a browser shows the answer to somebody, and no script asks."""
    by_htmx = request.headers.get("HX-Request") == "true"
    return not by_htmx and request.accept_mimetypes.best != "application/json"
