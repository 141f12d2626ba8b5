"""Logs: one line an event, in UTC; for people on a terminal, JSON elsewhere; no local variables."""

from __future__ import annotations

import sys
from typing import Any

import structlog


def init_logs() -> None:
    """Set up logging for this process; everything goes to standard error."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        plain = structlog.dev.plain_traceback  # the rich one prints local variables: tokens, CVs
        processors.append(structlog.dev.ConsoleRenderer(exception_formatter=plain))
    else:
        processors += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    structlog.configure(
        processors=processors,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
