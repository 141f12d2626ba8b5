"""Drawn cards, kept on disk so that each is drawn once; nothing depends on their being there.

A file is named by what it is the card of, its language, its digest, and the codes of the people,
photographs and articles seen on it. Only the card that a page has now is ever read. A file goes

- when another card of the same page in the same language is drawn or asked for by an old address,
- within a minute, by the sweep, when a person seen on it no longer shows themselves or this
  photograph (or has left, or was erased), or an article seen on it is no longer published:
  deleted means deleted,
- after 30 days, and the oldest before that when all take more than 200 MB.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base.people import Person
from careers.blog.models import Article

log = structlog.get_logger(__name__)
KEPT_FOR = 30 * 24 * 3600  # seconds
KEPT_IN_ALL = 200 * 1024 * 1024  # bytes
PNG_END = b"IEND\xaeB`\x82"  # a file that a crash cut short has not


def find(folder: Path, name: str, digest: str, shows: tuple[str, ...]) -> bytes | None:
    """The kept card, None when there is none. `name` is of what page and in which language."""
    try:
        content = _path(folder, name, digest, shows).read_bytes()
    except OSError:
        return None
    return content if content.endswith(PNG_END) else None


def keep(folder: Path, name: str, digest: str, shows: tuple[str, ...], content: bytes) -> None:
    """Keep a card and forget the earlier ones of its page; a full disk is no reason to fail."""
    path = _path(folder, name, digest, shows)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as out:
            out.write(content)
        Path(out.name).replace(path)
    except OSError as error:
        log.error("a share card could not be kept", error=str(error))
    forget_others(folder, name, digest)


def forget_others(folder: Path, name: str, digest: str = "") -> None:
    """Delete the cards of this page that are not the one with `digest`; all of them without."""
    for path in folder.glob(f"{name}.*.png"):
        if path.name.split(".")[2] != digest:
            path.unlink(missing_ok=True)


def sweep(db: Session, folder: Path) -> None:
    """Delete what is old, too much, or shows somebody or something that isn't shown any more."""
    files = []
    with os.scandir(folder) as found:
        for entry in found:
            try:
                files.append((entry.stat().st_mtime, entry.stat().st_size, Path(entry.path)))
            except FileNotFoundError:  # another process was faster
                continue
    kept = KEPT_IN_ALL
    still = _still_shown(db, {code for _, _, path in files for code in _shown_on(path)})
    for made, size, path in sorted(files, reverse=True):
        kept -= size
        is_old = made < time.time() - (KEPT_FOR if path.suffix == ".png" else 3600)
        if is_old or kept < 0 or not still.issuperset(_shown_on(path)):
            path.unlink(missing_ok=True)


def _still_shown(db: Session, asked: set[str]) -> set[str]:
    """Those of the codes that are of people who show themselves, of photographs that they agreed to
    show, or of published articles."""
    if not asked:
        return set()
    shown = Person.page.is_not(None), Person.status == "active"
    people = select(Person.code).where(*shown)
    photographs = select(Person.photo).where(*shown, Person.photo.is_not(None))
    articles = select(Article.code).where(Article.state == "published")
    return {*db.scalars(people.union_all(photographs, articles))}


def _shown_on(path: Path) -> list[str]:
    parts = path.name.split(".")
    return parts[3].split("-") if path.suffix == ".png" and len(parts) == 5 and parts[3] else []


def _path(folder: Path, name: str, digest: str, shows: tuple[str, ...]) -> Path:
    """`name` and `digest` are of our own making: slugs, codes and hexadecimal digits."""
    return folder / f"{name}.{digest}.{'-'.join(shows)}.png"
