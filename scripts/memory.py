"""How much memory processes hold."""

from __future__ import annotations

import resource
from pathlib import Path


def memory(process: int) -> int:
    """Megabytes held by a process and those it started."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return pages * resource.getpagesize() // 2**20 + sum(memory(int(child)) for child in children)
