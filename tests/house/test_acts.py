"""Each act that is recorded has words in the log of acts."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from careers.base.admin.words import act_words
from careers.base.audit import OWN

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[a-z-]+:[a-z_-]+")


def test_each_act_that_is_recorded_has_words(app):
    recorded = {
        argument.value
        for package in ("site/careers", "experts", "feeds", "referrals")
        for path in (ROOT / package).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        for argument in call.args[2:]  # as `record(db, person, "job:write", …)` has it
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and NAME.fullmatch(argument.value)
        and not argument.value.startswith(OWN)
    }
    assert len(recorded) > 60
    with app.test_request_context():
        assert [what for what in sorted(recorded) if act_words(what) == what] == []
