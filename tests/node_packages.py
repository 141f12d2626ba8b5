"""Packages of npm that tests use: each set in a folder of its own, with its package.json."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.conftest import lacking


def installed(folder: Path) -> Path:
    """Where the packages of `folder` lie: installed once, whole, while who needs them too waits."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        lacking("Node")
    with (folder / "package.json").open() as package:
        fcntl.flock(package, fcntl.LOCK_EX)
        done = folder / "node_modules" / ".installed"
        if (
            not done.exists()
            or done.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime
        ):
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=folder, check=True, capture_output=True, timeout=300,
            )  # fmt: skip
            done.touch()
    return folder / "node_modules"
