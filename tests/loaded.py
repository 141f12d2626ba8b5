"""What servers of tests have ready before they start: a process imports this once, and begins them
all. Nothing that a site remembers is among it.
"""

from __future__ import annotations

import gc
from tempfile import TemporaryDirectory

from sqlalchemy.orm import configure_mappers

import careers.app
import careers.main
import referrals.doors  # noqa: F401
from careers.base.config import Settings
from tests.made_once import KnownRoutes

careers.app.Flask = KnownRoutes
configure_mappers()
with TemporaryDirectory() as folder:
    settings = Settings(_env_file=None, data_dir=folder, secret_key="s" * 40)
    app = careers.app.create_app(settings, testing=True)
    KnownRoutes.known = app.url_map
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    app.extensions["database"].dispose()
gc.collect()
gc.freeze()
