"""Rules over every route, present and future."""

from __future__ import annotations

import pytest
from flask import Flask

from careers.base import permissions
from careers.base.people import Role
from tests.cast import Cast

VALUES = {
    "slug": "nothing", "code": "nothing1", "token": "nothing", "by": "job", "key": "nothing",
    "version": "1", "width": "640", "comment": "nothing1",
}  # fmt: skip


def test_every_route_declares_who_may_come_in(app: Flask):
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if permissions.declared(app.view_functions[rule.endpoint]) is None
    ]
    assert undeclared == []


def _reading(app: Flask):
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods:
                permission = permissions.declared(app.view_functions[rule.endpoint])
                values = {name: VALUES.get(name, "nothing") for name in rule.arguments}
                values |= rule.defaults or {}
                yield app.url_for(rule.endpoint, _external=False, **values), permission


def test_who_is_not_signed_in_is_asked_to_wherever_a_permission_is_needed(app: Flask, visitor):
    for address, permission in _reading(app):
        answer = visitor.get(address)
        if permission == permissions.PUBLIC:
            assert answer.status_code != 401, address
            assert "sign-in?next" not in (answer.location or ""), address
        else:
            assert answer.status_code == 302, address
            assert "/sign-in?next=" in answer.location, address


@pytest.mark.parametrize(
    ("email", "role"),
    [
        (Cast.COLLEAGUE, Role.EMPLOYEE),
        (Cast.EDITOR, Role.EDITOR),
        (Cast.RECRUITER, Role.RECRUITER),
        (Cast.ADMIN, Role.ADMIN),
    ],
)
def test_what_a_role_may_not_do_does_not_exist_for_it(app: Flask, visit_as, email, role):
    browser = visit_as(email)
    for address, permission in _reading(app):
        if permission in permissions.GRANTS[role] or permission == permissions.PUBLIC:
            continue
        assert browser.get(address).status_code == 404, address


def test_a_visitor_never_gets_a_cookie(app: Flask, visitor):
    for address, permission in _reading(app):
        if permission == permissions.PUBLIC and "oidc" not in address:
            answer = visitor.get(address)
            assert "Set-Cookie" not in answer.headers, address


def test_every_answer_carries_the_policy_that_keeps_foreign_code_out(app: Flask, visitor):
    for address, _ in _reading(app):
        policy = visitor.get(address).headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, address
        assert "unsafe-inline" not in policy or "style-src 'unsafe-inline'" in policy, address
        assert "http" not in policy, address
