"""Checking a CV before it is kept: PDF, DOCX or ODT, what it says it is, and nothing that acts.

What is looked for stands in `careers.hiring.checks`, which runs in a process of its own. Nothing
here is unpacked to disk or rendered.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from flask_babel import gettext

from careers.hiring import scanning

NAME_LONGEST = 200
CHILD = Path(__file__).parent / "checks" / "child.py"
CHECK_SECONDS = 45.0  # of the clock; the process has five of the processor
AT_ONCE, WAIT_FOR_A_PLACE = 2, 30.0  # files that are looked into side by side; seconds
log = structlog.get_logger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
ACCEPT = ",".join([*(f".{name}" for name in TYPES), *TYPES.values()])


class CVRefused(ValueError):
    """Why a file isn't taken, in the reader's language."""


@dataclass(frozen=True)
class CheckedCV:
    """A file that may be kept."""

    name: str
    type: str
    content: bytes


def checked_cv(name: str, content: bytes, megabytes: int, clamd: str | None = None) -> CheckedCV:
    """The file as it may be kept; a scanner at `clamd` is asked too. Raises CVRefused."""
    name = _plain_name(name)
    kind = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if kind not in TYPES:
        raise CVRefused(gettext("Please send your CV as a PDF, DOCX or ODT file."))
    if not content:
        raise CVRefused(gettext("This file is empty. Please choose it again."))
    if len(content) > megabytes * 1024 * 1024:
        raise CVRefused(
            gettext(
                "This file is larger than %(size)s MB. Please send a smaller one.", size=megabytes
            )
        )
    verdict = _verdict(kind, content)
    if verdict != "good":
        raise CVRefused(_reason(verdict, kind))
    if clamd is not None:
        _ask_scanner(content, clamd)
    return CheckedCV(name, TYPES[kind], content)


def _plain_name(name: str) -> str:
    """The last part of a path, on one line, short enough, its extension kept."""
    last = re.split(r"[/\\]", name)[-1]
    clean = " ".join("".join(s for s in last if s.isprintable()).split())
    stem, dot, extension = clean.rpartition(".")
    return f"{stem[: NAME_LONGEST - 20]}{dot}{extension[:10]}" if stem else clean[:NAME_LONGEST]


def _verdict(kind: str, content: bytes) -> str:
    """What a process of its own says of the file; `busy` when none was free or it got no time,
    `unchecked` when it fails by itself."""
    if not _places.acquire(timeout=WAIT_FOR_A_PLACE):
        return "busy"
    lean = [] if kind == "pdf" else ["-S"]  # only the standard library is needed
    try:
        child = subprocess.run(  # noqa: S603  our own file; what is hostile comes on stdin
            [sys.executable, "-I", *lean, str(CHILD), kind],
            input=content,
            capture_output=True,
            timeout=CHECK_SECONDS,
            check=False,
            env={},
        )
    except (subprocess.TimeoutExpired, OSError) as error:  # no time, or no room for one more
        log.warning("a CV could not be looked into", error=type(error).__name__)
        return "busy"
    finally:
        _places.release()
    if child.returncode == 0:
        return child.stdout.decode("ascii", "replace").strip()
    said = _ENDED.get(-child.returncode, "damaged" if child.returncode < 0 else "unchecked")
    log.warning("the process that looks into a CV ended", status=child.returncode, taken_as=said)
    return said


# What the end of a process by a signal says of its file: that it takes more of the processor than
# an honest one, or nothing, when a machine without memory ends what it can. Others are crashes.
_ENDED: Final[dict[int, str]] = {
    signal.SIGXCPU: "too-large",
    signal.SIGKILL: "busy",
    signal.SIGTERM: "busy",
}


def _ask_scanner(content: bytes, clamd: str) -> None:
    try:
        found = scanning.found_in(content, clamd)
    except scanning.Away as error:
        log.error("the virus scanner does not answer, and no CV is taken", error=str(error))
        raise CVRefused(_reason("unchecked", "")) from None
    if found:
        log.warning("a virus was found in a CV", name=found)
        raise CVRefused(
            gettext(
                "A virus was found in this file (%(name)s). Please check your computer, and send "
                "a new PDF.",
                name=found,
            )
        )


def _reason(verdict: str, kind: str) -> str:
    """Why the file isn't taken, and what its owner can do."""
    reasons: dict[str, str] = {
        "busy": gettext(
            "Many CVs are arriving at this moment. Please send yours again in a minute."
        ),
        "not-it": gettext(
            "This file ends in .%(kind)s but is something else. Please save it again as %(name)s.",
            kind=kind,
            name=kind.upper(),
        ),
        "damaged": gettext("This file is damaged. Please save it again and send the new one."),
        "locked": gettext("This PDF is protected by a password. Please send it without one.")
        if kind == "pdf"
        else gettext("This document is protected by a password. Please send it without one."),
        "two-in-one": gettext(
            "Behind this PDF there is another file. Please print it to a new PDF."
        ),
        "script": gettext("This PDF contains a script. Please print it to a new PDF."),
        "action": gettext("This PDF does something when opened. Please print it to a new PDF."),
        "embedded": gettext("This PDF has other files in it. Please print it to a new PDF."),
        "macros": gettext("This document contains macros. Please send it as a PDF instead."),
        "files": gettext("This document has other files in it. Please send it as a PDF instead."),
        "outside": gettext(
            "This document loads something from elsewhere. Please send a PDF instead."
        ),
        "too-large": gettext(
            "There is more in this PDF than we can look through. Please print it to a new PDF."
        )
        if kind == "pdf"
        else gettext("This document is far too large once unpacked. Please send a PDF instead."),
        "unchecked": gettext(
            "We can’t check files at this moment, and take none unchecked. Please send it "
            "again in a few minutes: what you wrote stays here."
        ),
    }
    return reasons.get(verdict) or reasons["damaged"]
