"""Every source that jobs are brought from, by the name that a job's `source` has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from careers.jobs import (
    ashby,
    greenhouse,
    lever,
    mapped,
    personio,
    recruitee,
    smartrecruiters,
    teamtailor,
    workable,
)
from careers.jobs.boards import Answer


@dataclass(frozen=True)
class Source:
    """Where jobs come from: how it is named, what to ask it, and how to read its answers."""

    name: str
    read: Callable[..., Answer]
    # Given the board and the answers so far by address: the addresses still to be asked.
    asks: Callable[[str, Mapping[str, bytes]], list[str]]
    # The same for a first look, where the whole takes an address for every job.
    asks_first: Callable[[str, Mapping[str, bytes]], list[str]] | None = None
    is_host: bool = False  # its boards are parts of a host's name, or whole hosts


FILE = "file"
SOURCES: dict[str, Source] = {
    "ashby": Source("Ashby", ashby.read, ashby.asks),
    "greenhouse": Source("Greenhouse", greenhouse.read, greenhouse.asks),
    "lever": Source("Lever", lever.read, lever.asks),
    "lever-eu": Source("Lever (EU)", lever.read, lever.asks_eu),
    "personio": Source("Personio", personio.read, personio.asks, is_host=True),
    "recruitee": Source("Recruitee", recruitee.read, recruitee.asks, is_host=True),
    "smartrecruiters": Source(
        "SmartRecruiters", smartrecruiters.read, smartrecruiters.asks, smartrecruiters.asks_pages
    ),
    "teamtailor": Source("Teamtailor", teamtailor.read, teamtailor.asks, is_host=True),
    "workable": Source("Workable", workable.read, workable.asks),
}

_BOARD = re.compile(r"[A-Za-z0-9._-]{1,100}")
_HOST = re.compile(r"(?=.{1,100}$)(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*")


def is_board(source: str, board: str) -> bool:
    """Whether `board` can be the name of a board of `source`, or of a file."""
    found = SOURCES.get(source)
    if found is not None and found.is_host:
        return bool(_HOST.fullmatch(board)) and not re.fullmatch(r"[\d.]+", board)
    return bool(_BOARD.fullmatch(board)) and not set(board) <= {"."}


def name_of(source: str) -> str:
    """How a source is called; `file` and `here` are ours."""
    return SOURCES[source].name if source in SOURCES else source


def read(source: str, answers: list[Any], mapping: Mapping[str, str]) -> Answer:
    """The jobs of a source's answers. Raises InvalidAnswer; KeyError for an unknown source."""
    if source == FILE:
        return mapped.read(answers[0], mapping)
    return SOURCES[source].read(*answers)
