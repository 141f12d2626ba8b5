"""What somebody says who follows a search."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import RadioField, SearchField
from wtforms.validators import InputRequired, ValidationError

from careers.base import search
from careers.base.forms import AnonymousForm, address_field, options, stripped
from careers.base.languages import LANGUAGES
from careers.jobs.queries import Wanted

_ = lazy_gettext


class SearchForm(AnonymousForm):
    """The words of a search. What is chosen of facets is beside it: see `wanted_in`."""

    q = SearchField(
        _("Words"),
        filters=[stripped],
        render_kw={"maxlength": search.QUERY_LONGEST, "autocomplete": "off"},
        description=_("As you would search for them; they may be left out."),
    )

    def __init__(self, wanted: Wanted, **values: Any) -> None:
        """`wanted` fills it when the page is first shown."""
        super().__init__(q=wanted.words, **values)

    def validate_q(self, field: SearchField) -> None:
        """Words that can be found."""
        if field.data and search.asks_nothing(field.data):
            raise ValidationError(gettext("There is no word in this that could be looked for."))


class FollowForm(SearchForm):
    """The same, with the address that will be asked."""

    email = address_field()


class LanguageForm(AnonymousForm):
    """In which language somebody is written to."""

    language = RadioField(
        _("Language of the mails"), choices=options(LANGUAGES.items()), validators=[InputRequired()]
    )
