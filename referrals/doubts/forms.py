"""The form with which a reviewer says that nothing is wrong."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from careers.base.forms import Form, stripped

_ = lazy_gettext
LONGEST = 2_000


class DismissalForm(Form):
    """Which doubts are dismissed, as they were seen, and why."""

    doubts = SelectMultipleField(
        _("Which of them?"),
        [DataRequired(_("Choose at least one."))],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,  # a stale one is told as such, not as an error of the form
    )
    why = TextAreaField(
        _("Why is nothing wrong?"),
        [
            DataRequired(_("Please give a reason.")),
            Length(max=LONGEST, message=_("Please keep it under 2,000 characters.")),
        ],
        filters=[stripped],
        description=_("Other recruiters read this; the employee doesn’t."),
        render_kw={"rows": 3, "maxlength": LONGEST},
    )
