"""The process that opens pictures of strangers: bytes on stdin, JSON on stdout, nothing else.

Its arguments are how many pixels each side must have, and the widths in which a picture is kept. It
may be killed at any time, and is given little: fifteen seconds of processor and a gigabyte, for a
picture of 25 million pixels. `feeds.picturing` starts it and reads what it says.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
from collections.abc import Sequence
from typing import Any

from careers.base.pictures import NotAPicture, in_sizes

CPU_SECONDS, MEMORY = 15, 1024 * 1024 * 1024


def main() -> None:
    """Read stdin, write the picture in all its sizes, or why there is none."""
    os.nice(5)  # whoever waits for a page goes first
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    smallest, *widths = map(int, sys.argv[1:])
    sys.stdout.write(json.dumps(look_at(sys.stdin.buffer.read(), smallest, widths)))


def look_at(content: bytes, smallest: int, widths: Sequence[int]) -> dict[str, Any]:
    """The picture in `content` as it is kept, or why it isn't."""
    try:
        made = in_sizes(content, smallest, widths)
    except NotAPicture as refused:
        return {"refused": refused.reason}
    except Exception:  # memory, for instance
        return {"refused": "broken"}
    if min(made.width, made.height) < smallest:  # a line, once it is as small as it is shown
        return {"refused": "small"}
    files = {name: base64.b64encode(file).decode() for name, file in made.files.items()}
    return {"width": made.width, "height": made.height, "files": files}


if __name__ == "__main__":
    main()
