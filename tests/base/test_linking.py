"""Addresses and words in templates are those that Flask and Flask-Babel would give."""

from __future__ import annotations

import pytest
from flask import Flask, g
from flask_babel import force_locale, get_translations
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.routing import BuildError, IntegerConverter

from careers.app import create_app
from careers.base.config import Settings
from referrals.trails import Trail, Via


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Flask:
    """The site, whose database nobody asks for anything."""
    folder = tmp_path_factory.mktemp("data")
    return create_app(Settings(_env_file=None, data_dir=folder, secret_key="s" * 40), testing=True)


VALUES = st.one_of(st.none(), st.text(max_size=6), st.integers(0, 10**6), st.booleans())
NAMES = st.sampled_from(["q", "number", "about", "via"])  # in no path


@settings(max_examples=80)
@given(st.data())
@pytest.mark.parametrize("root", ["", "/fr"])
def test_every_address_is_the_one_that_flask_builds(app, root, data):
    url_for = app.jinja_env.globals["url_for"]
    rule = data.draw(st.sampled_from(sorted(app.url_map.iter_rules(), key=lambda one: one.rule)))
    inside = {
        name: data.draw(
            st.integers(0, 999) if isinstance(kind, IntegerConverter) else st.text(min_size=1)
        )
        for name, kind in rule._converters.items()
    }
    asked = data.draw(st.dictionaries(NAMES, VALUES, max_size=3))
    asked |= data.draw(st.sampled_from([{}, {"chosen": ["one", "two"]}, {"_anchor": "a b"}]))
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
        g.carried = data.draw(st.sampled_from([None, Trail((Via("abcdef", None),))]))
        for _ in range(2):  # put together, and kept
            assert url_for(rule.endpoint, **inside, **asked) == app.url_for(
                rule.endpoint, **inside, **asked
            )


def test_what_is_no_address_is_refused_as_flask_does(app):
    url_for = app.jinja_env.globals["url_for"]
    for endpoint in ("experts.expert", "nowhere.at_all"):
        with app.test_request_context("/"), pytest.raises(BuildError):
            url_for(endpoint)


def test_addresses_outside_requests_are_whole(app, monkeypatch):
    monkeypatch.setitem(app.config, "SERVER_NAME", "jobs.example")
    with app.app_context():
        assert app.jinja_env.globals["url_for"]("home.home") == "http://jobs.example/"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_words_are_those_of_the_catalogue(app, language):
    words, said = "Ask %(name)s about it", "{{ _('Ask %(name)s about it', name=name) }}"
    with app.test_request_context("/"), force_locale(language):
        expected = get_translations().gettext(words) % {"name": "&lt;Ada&gt;"}
        assert app.jinja_env.from_string(said).render(name="<Ada>") == expected
        assert app.jinja_env.from_string("{{ _('100 %%') }}").render() == "100 %"
        plain = app.jinja_env.overlay(autoescape=False).from_string(said)
        assert plain.render(name="<Ada>") == get_translations().gettext(words) % {"name": "<Ada>"}
