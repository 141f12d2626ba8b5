"""What every command of `entourage` is made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import click
from flask import Flask


class Refused(click.ClickException):
    """A clear message: one line, or one for each thing to mend; exit status 1."""


def with_app(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the application as its first argument, inside its context.

    `careers.main` hands in how the application is made; its database is up to date by then.
    """

    @click.pass_obj
    def run(make_app: Callable[[], Flask], *args: Any, **kwargs: Any) -> None:
        app = make_app()
        try:
            with app.app_context():
                command(app, *args, **kwargs)
        finally:
            app.extensions["database"].dispose()

    return update_wrapper(run, command)
