"""Over every form, present and future: what somebody wrote comes back when it cannot be taken."""

from __future__ import annotations

import html
import re

from flask import Flask

from careers.base import permissions
from careers.base.people import Role
from tests.cast import Cast
from tests.house.test_routes import VALUES

WORDS = 'What I <wrote> for "an hour".\n\nAnd more.'
HERE = {"Sec-Fetch-Site": "same-origin"}
WHO = {
    Role.EMPLOYEE: Cast.COLLEAGUE, Role.EDITOR: Cast.EDITOR, Role.RECRUITER: Cast.RECRUITER,
    Role.ADMIN: Cast.ADMIN,
}  # fmt: skip


def _sending(app: Flask):
    """(address, permission) of every route to which a form of ours is sent."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            view = app.view_functions[rule.endpoint]
            if "POST" not in rule.methods or getattr(view, "is_sealed", False):
                continue
            values = {name: VALUES.get(name, "nothing") for name in rule.arguments}
            values |= rule.defaults or {}
            address = app.url_for(rule.endpoint, _external=False, _method="POST", **values)
            yield address, permissions.declared(view), getattr(view, "keeps_form", False)


def _comes_back(answer) -> bool:
    fields = re.findall(r'<input type="hidden" name="words" value="([^"]*)"', answer.text)
    shown = html.escape(WORDS, quote=False) in answer.text.replace("&#34;", '"')
    return shown and [html.unescape(one) for one in fields] == [WORDS]


def test_a_form_whose_session_has_ended_comes_back_to_be_sent_again(app: Flask, visitor):
    sent = {"form_token": "of an ended session", "words": WORDS}
    for address, permission, _ in _sending(app):
        if permission == permissions.PUBLIC:
            continue
        answer = visitor.client.post(address, data=sent, headers=HERE)
        assert answer.status_code == 401, address
        assert _comes_back(answer), address


def test_a_form_that_was_open_too_long_comes_back_to_be_sent_again(app: Flask, visit_as):
    browsers = {role: visit_as(email) for role, email in WHO.items()}
    sent = {"form_token": "long ago", "words": WORDS}
    for address, permission, keeps_form in _sending(app):
        may = [role for role in WHO if permission in permissions.GRANTS[role]]
        if keeps_form or not (may or permission == permissions.PUBLIC):
            continue
        browser = browsers[may[0] if may else Role.EMPLOYEE]
        answer = browser.client.post(address, data=sent, headers=HERE)
        assert answer.status_code == 400, address
        assert _comes_back(answer), address
