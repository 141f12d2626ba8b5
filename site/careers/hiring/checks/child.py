"""Looks into a CV from stdin (`python -I -S child.py pdf|docx|odt`) and prints one word for it.

`good`, or what there is to say against it: see `careers.hiring.cvs`. It runs as a process of its
own with little memory and time, opens nothing and starts nothing, so that a hostile file can only
kill this.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
from pathlib import Path

SECONDS, BYTES, FILES = 5, 768 * 1024 * 1024, 64


def _limit() -> None:
    os.nice(10)  # whoever waits for a page goes first
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable()


def _verdict(kind: str, content: bytes) -> str:
    if kind == "pdf":
        from careers.hiring.checks.pdf import verdict

        return verdict(content)
    from careers.hiring.checks.office import verdict as office_verdict

    return office_verdict(kind, content)


if __name__ == "__main__":
    _limit()
    sys.path.insert(0, str(Path(__file__).parents[3]))  # where the package `careers` lies
    try:
        said = _verdict(sys.argv[1], sys.stdin.buffer.read())
    except (Exception, MemoryError, RecursionError):
        said = "damaged"
    sys.stdout.write(said)
