"""The blueprint of bonuses, and the words that its templates share."""

from __future__ import annotations

from flask import Blueprint

from careers.base.web import db
from referrals.bonuses import queries, words
from referrals.bonuses.models import Correction
from referrals.models import Receipt

blueprint = Blueprint("bonuses", "referrals.bonuses.pages")

blueprint.add_app_template_global(words.money, "money")
for _name in ("reason_words", "state_name", "instalment_words", "whom", "about_job"):
    blueprint.add_app_template_global(getattr(words, _name), _name)
for _name in ("meant_for", "terms_words", "shows_whom"):
    blueprint.add_app_template_global(getattr(words, _name), _name)


@blueprint.app_template_global()
def corrections_of(receipt: Receipt) -> list[Correction]:
    """The corrections of a receipt, oldest first."""
    return queries.corrections_of(db(), receipt)
