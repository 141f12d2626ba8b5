"""Run the tests in the order that tells soonest: fast ones first, real browsers last."""

from __future__ import annotations

import subprocess
import sys

# Each of two processes takes half, in order, so that what a folder shares is made once; whoever is
# done first takes over some of what the other has not begun.
TWO = ["-n", "2", "--dist", "worksteal"]
FAST = [*TWO, "-m", "not browser and not system"]
BROWSER = [*TWO, "-m", "browser"]
RUNS = {"test": [FAST, BROWSER], "system": [["-m", "system"]]}


def main() -> int:
    """The first exit status that is not 0, else 0."""
    kind = "system" if "--system" in sys.argv else "test"
    for options in RUNS[kind]:
        status = subprocess.run([sys.executable, "-m", "pytest", "-q", "-rs", *options]).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
