"""Files that people hand in: kept under random keys, outside of anything served.

They lie in the data folder, or in a bucket that speaks S3 (through obstore), under the same names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from careers.base import codes
from careers.base.config import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

ANSWERS_WITHIN = timedelta(seconds=20)  # of a bucket, with what is tried again
TRIES = 3


class Unreachable(OSError):
    """The bucket does not answer, or refuses us."""


class Store(Protocol):
    """Where files of one kind are kept."""

    def keep(self, content: bytes) -> str:
        """Store `content` durably; its random key. Raises OSError."""

    def read(self, key: str) -> bytes:
        """The content stored under `key`. Raises FileNotFoundError, OSError."""

    def forget(self, key: str) -> None:
        """Delete what is stored under `key`; nothing happens when it is gone. Raises OSError."""

    def mark(self, key: str) -> None:
        """Note `key` durably, with nothing stored under it; twice is once. Raises OSError."""

    def marks(self) -> Iterator[str]:
        """Every key that is in use. Raises OSError."""


def store(settings: Settings, name: str) -> Store:
    """The store `name`, such as `cvs`, wherever the settings keep files."""
    if settings.files_url is None:
        return Folder(settings.folder(name))
    return Bucket(_bucket(settings, name))


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, content: bytes) -> str:
        """On disk, with its name, before this returns."""
        key = codes.code(22)
        self._write(key, content, os.O_EXCL)
        return key

    def read(self, key: str) -> bytes:
        """See Store."""
        return self._path(key).read_bytes()

    def forget(self, key: str) -> None:
        """See Store."""
        self._path(key).unlink(missing_ok=True)

    def mark(self, key: str) -> None:
        """See Store."""
        self._write(key, b"", 0)

    def marks(self) -> Iterator[str]:
        """See Store."""
        return (path.name for path in self.path.glob("??/*"))

    def _write(self, key: str, content: bytes, how: int) -> None:
        path = self._path(key)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | how, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _path(self, key: str) -> Path:
        return self.path / _place(key)


class Bucket:
    """A bucket that speaks S3."""

    def __init__(self, bucket: S3Store) -> None:
        self.bucket = bucket

    def keep(self, content: bytes) -> str:
        """See Store."""
        from obstore.exceptions import BaseError

        key = codes.code(22)
        try:
            self.bucket.put(_place(key), content, mode="create")
        except BaseError as error:
            raise Unreachable(str(error)) from None
        return key

    def read(self, key: str) -> bytes:
        """See Store."""
        from obstore.exceptions import BaseError

        try:
            return bytes(self.bucket.get(_place(key)).bytes())
        except FileNotFoundError:
            raise FileNotFoundError(key) from None
        except BaseError as error:
            raise Unreachable(str(error)) from None

    def forget(self, key: str) -> None:
        """See Store."""
        from obstore.exceptions import BaseError

        try:
            self.bucket.delete(_place(key))
        except FileNotFoundError:
            pass
        except BaseError as error:
            raise Unreachable(str(error)) from None

    def mark(self, key: str) -> None:
        """See Store."""
        from obstore.exceptions import BaseError

        try:
            self.bucket.put(_place(key), b"")
        except BaseError as error:
            raise Unreachable(str(error)) from None

    def marks(self) -> Iterator[str]:
        """See Store."""
        from obstore.exceptions import BaseError

        try:
            for some in self.bucket.list():
                yield from (one["path"].rpartition("/")[2] for one in some)
        except BaseError as error:
            raise Unreachable(str(error)) from None


def _place(key: str) -> str:
    if not (key.isascii() and key.isalnum()):
        raise FileNotFoundError(key)
    return f"{key[:2]}/{key}"


def _bucket(settings: Settings, name: str) -> S3Store:
    from obstore.store import S3Store

    url = urlsplit(settings.files_url or "")
    secret = settings.s3_secret.get_secret_value() if settings.s3_secret else None
    given = {
        "endpoint": settings.s3_endpoint,
        "region": settings.s3_region,
        "access_key_id": settings.s3_key_id,
        "secret_access_key": secret,
    }
    return S3Store(
        url.netloc,
        prefix="/".join(part for part in (url.path.strip("/"), name) if part),
        config=cast("S3Config", {key: value for key, value in given.items() if value}),
        client_options={
            "allow_http": (settings.s3_endpoint or "").startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": ANSWERS_WITHIN,
        },
        retry_config={"max_retries": TRIES, "retry_timeout": ANSWERS_WITHIN},
    )
