"""Logs: one line an event, in UTC; for people on a terminal, JSON elsewhere; no local variables,
and no mail addresses, as errors of mail servers quote them."""

from __future__ import annotations

import io
import re
import sys
from typing import Any, TextIO

import structlog

_ADDRESS = re.compile(r"[^\s<>\"'(),:;=]+@[^\s<>\"'(),:;=]+")


def without_addresses(text: str) -> str:
    """`text` with every mail address in it made unreadable."""
    return _ADDRESS.sub("…@…", text)


def _plain_traceback(out: TextIO, error: Any) -> None:
    written = io.StringIO()
    structlog.dev.plain_traceback(written, error)  # the rich one prints local variables: CVs, too
    out.write(without_addresses(written.getvalue()))


def _hide_addresses(_logger: Any, _method: str, event: Any) -> Any:
    if "exception" in event:
        event["exception"] = without_addresses(event["exception"])
    return event


def init_logs() -> None:
    """Set up logging for this process; everything goes to standard error."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        processors.append(structlog.dev.ConsoleRenderer(exception_formatter=_plain_traceback))
    else:
        processors += [
            structlog.processors.format_exc_info,
            _hide_addresses,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    structlog.configure(
        processors=processors,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
