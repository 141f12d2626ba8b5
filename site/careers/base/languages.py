"""French and English, chosen by address: the default language has no prefix, the other one has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.support import NullTranslations
from flask import current_app, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

LANGUAGES = {"en": "English", "fr": "Français"}


class LanguagePrefix:
    """WSGI: moves `/fr` from the path to the script name, so that every link made keeps it."""

    def __init__(self, app: WSGIApplication, prefixed: str) -> None:
        """`prefixed` is the one language that has a prefix."""
        self.app, self.prefix = app, f"/{prefixed}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve the request in the language of its address."""
        path = environ.get("PATH_INFO", "")
        if path == self.prefix or path.startswith(self.prefix + "/"):
            environ["SCRIPT_NAME"] = self.prefix
            environ["PATH_INFO"] = path[len(self.prefix) :] or "/"
        return self.app(environ, start_response)


def language() -> str:
    """The language of this request's address; the default one outside requests."""
    settings = current_app.extensions["settings"]
    if has_request_context() and request.script_root:
        return str(settings.other_language)
    forced = g.get("language") if has_request_context() or g else None
    return str(forced or settings.default_language)


def locale() -> str:
    """The language with the country whose dates and numbers it is written with here."""
    return locale_of(language())


def locale_of(language: str) -> str:
    """`language` with that country, for what is written to somebody by mail."""
    return {"en": "en_GB", "fr": "fr_FR"}[language]


def named(code: str) -> str:
    """The language with this code, in whatever country, as the reader's language calls it."""
    return str(Locale.parse(language()).languages.get(code.partition("-")[0], code))


def address_in(language: str, path: str) -> str:
    """`path` (as in url_for without a prefix, query included) in `language`."""
    settings = current_app.extensions["settings"]
    path = "/" + path.lstrip("/\\")  # two of them at the start would lead to another host
    return path if language == settings.default_language else f"/{language}{path}"


def addresses_in_each(paths: Mapping[str, str]) -> dict[str, str]:
    """Where something that has a page of its own in several languages (`paths`, by language) is
    read in each of them, and in those of this site that it lacks: there its first one stands in."""
    settings = current_app.extensions["settings"]
    own = (settings.default_language, settings.other_language)
    first = next((paths[code] for code in own if code in paths), next(iter(paths.values())))
    found = {code: address_in(code, paths.get(code, first)) for code in own}
    for code, path in paths.items():
        found.setdefault(code, address_in(settings.default_language, path))
    return found


def time_zone() -> str:
    """The reader's zone: their own when signed in and set, else the company's."""
    person = g.get("person") if has_request_context() else None
    return (person and person.time_zone) or str(current_app.extensions["settings"].time_zone)


def init_languages(app: Flask, translations: str) -> None:
    """Use the catalogues in the folder `translations`."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = translations
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    babel = Babel(app, locale_selector=locale, timezone_selector=time_zone)
    babel.domain_instance = catalogues = _Catalogues(domain="messages")
    words = _gettext_of_templates(catalogues)
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = words


class _Catalogues(Domain):  # type: ignore[misc]  # it has no types
    """Flask-Babel's, with each catalogue looked up once: a page asks for a hundred words."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)
        self._of: dict[str | None, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """The catalogue of this request's language, which is written as in one country only."""
        spoken = get_locale()
        name = spoken.language if spoken else None
        if name not in self._of:
            self._of[name] = super().get_translations()
        return self._of[name]


def _gettext_of_templates(catalogues: _Catalogues) -> Callable[..., str]:
    """What Jinja and Flask-Babel make of `gettext`."""

    @pass_context
    def gettext(context: Context, words: str, /, **variables: Any) -> str:
        said: str = catalogues.get_translations().gettext(words)
        if context.eval_ctx.autoescape:
            said = Markup(said)  # noqa: S704  of our own catalogues; what is put in is escaped
        return said % variables if "%" in said else said

    return gettext
