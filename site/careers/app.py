"""Puts everything together: the application, its packages, what lies around it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import experts.charter_pages
import experts.editing_pages
import experts.entry_pages
import experts.pages
import experts.portrait_pages
import experts.proving
import experts.question_pages
import experts.telling
import experts.topic_pages
import feeds.editing_pages
import feeds.pages
import referrals.bonuses.pages
import referrals.doubts.pages
import referrals.news.pages
import referrals.pages
from careers.base import admin, languages, web
from careers.base.bodies import Bodies
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.files import folder
from careers.base.logs import init_logs
from careers.base.signin import pages as signin
from careers.base.signin.sessions import ServerSessions
from careers.blog import author_pages as blog_author_pages
from careers.blog import comment_pages as blog_comment_pages
from careers.blog import editing_pages as blog_editing_pages
from careers.blog import history_pages as blog_history_pages
from careers.blog import pages as blog
from careers.blog import telling as blog_telling
from careers.blog import writing_pages as blog_writing_pages
from careers.hiring import pages as hiring
from careers.home import front_page, post_pages, topics
from careers.home import pages as home
from careers.jobs import board_pages, editing_pages, feed_pages
from careers.jobs import pages as jobs
from careers.jobs.alerts import pages as alerts

MOST_PROCESSES = 4  # of the server, unless the settings ask for more; each holds about 100 MB
THREADS = 24  # of each; each may wait for a disk, a database or a client
SENDING_AT_ONCE = 8  # of them, those that may wait for what clients send
# They add their routes to the blueprint of their package, or listen to what others announce.
PAGES = (
    board_pages, editing_pages, feed_pages, blog_author_pages, blog_comment_pages,
    blog_editing_pages, blog_history_pages, blog_writing_pages, experts.charter_pages,
    experts.editing_pages, experts.entry_pages, experts.portrait_pages, experts.topic_pages,
    topics, blog_telling, experts.telling, front_page, post_pages, experts.proving,
    feeds.editing_pages,
)  # fmt: skip
PACKAGES = (
    home,
    experts.pages,
    blog,
    jobs,
    alerts,
    hiring,
    referrals.pages,
    referrals.bonuses.pages,
    referrals.doubts.pages,
    referrals.news.pages,
    feeds.pages,
    signin,
    admin,
)


def create_app(settings: Settings | None = None, *, testing: bool = False, **config: Any) -> Flask:
    """The whole site as a Flask application; `settings` come from the environment by default.

    `config` takes precedence over what is set here: a test of rate limits turns them on.
    """
    settings = settings or Settings()
    if not testing:
        init_logs()
    app = Flask("careers", template_folder=str(folder("templates")), static_folder=None)
    app.testing = testing
    app.config.update(
        SECRET_KEY=settings.signing_key,
        SESSION_COOKIE_NAME="__Host-entourage" if settings.is_https else "entourage",
        SESSION_COOKIE_SECURE=settings.is_https,
        MAX_CONTENT_LENGTH=(3 * settings.cv_megabytes + 1)
        * 1024
        * 1024,  # a CV too large is told kindly
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=200,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_ENABLED=not testing,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.config.update(config)
    app.url_map.merge_slashes = False  # its redirect would name the host that the request names
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database = Database(settings.database)
    app.extensions["settings"] = settings
    app.extensions["database"] = database
    app.session_interface = ServerSessions(database)
    languages.init_languages(app, str(folder("translations")))
    _serve_static_files(app)
    web.init_web(app)
    for package in PACKAGES:
        app.register_blueprint(package.blueprint)
    largest = app.config["MAX_CONTENT_LENGTH"]
    app.wsgi_app = Bodies(app.wsgi_app, SENDING_AT_ONCE, largest)  # type: ignore[method-assign]
    app.wsgi_app = languages.LanguagePrefix(app.wsgi_app, settings.other_language)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _serve_static_files(app: Flask) -> None:
    """Serve the static folder below an address that changes with its content, kept for ever."""
    root = folder("static")
    version = _version(root)
    noise = WhiteNoise(
        app.wsgi_app,
        root=str(root),
        prefix=f"static/{version}/",
        max_age=31_536_000,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_harden,
    )
    app.wsgi_app = noise  # type: ignore[method-assign]
    app.extensions["static_address"] = lambda path: f"/static/{version}/{path}"


def _harden(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def _version(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
