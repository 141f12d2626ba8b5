"""Files that people hand in: kept under random keys, outside of anything served."""

from __future__ import annotations

import os
from pathlib import Path

from careers.base import codes


def keep(folder: Path, content: bytes) -> str:
    """Store `content` durably in `folder`; its random key. On disk before this returns."""
    key = codes.code(22)
    path = _path(folder, key)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return key


def read(folder: Path, key: str) -> bytes:
    """The content stored under `key`. Raises FileNotFoundError."""
    return _path(folder, key).read_bytes()


def forget(folder: Path, key: str) -> None:
    """Delete what is stored under `key`; nothing happens when it is gone."""
    _path(folder, key).unlink(missing_ok=True)


def _path(folder: Path, key: str) -> Path:
    if not key.isalnum():
        raise FileNotFoundError(key)
    return folder / key[:2] / key
