"""What an author and an editor fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    DateTimeLocalField,
    FileField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, ValidationError

from careers.base import clock, codes
from careers.base.fetching import Allow, Unreachable, checked_address
from careers.base.forms import Form, TopicsField, options, stripped
from careers.base.languages import LANGUAGES, time_zone
from careers.base.prose import MARKDOWN_LONGEST, excerpt
from careers.blog.addresses import LONGEST as LONGEST_ADDRESS
from careers.blog.models import Article, Picture
from careers.blog.passages import LONGEST, spaced
from careers.blog.pictures import ALT_LONGEST
from careers.blog.publishing import Tab, Text

_CODE = re.compile(f"[{codes.ALPHABET}]{{12}}")
_TOO_LONG = _("This text is too long.")


class ArticleForm(Form):
    """An article as its author writes it. `version` is the one that was being changed, `tab` and
    `turn` say where and how often it was sent; `code` is the one that a new article will have.
    """

    version = HiddenField(default="0")
    code = HiddenField()
    tab = HiddenField()
    turn = HiddenField(default="1")
    title = StringField(
        _("Title"), [Length(max=160, message=_("Please stay under 160 characters."))],
        filters=[stripped],
    )  # fmt: skip
    summary = TextAreaField(
        _("Summary"),
        [Length(max=300, message=_("Please stay under 300 characters."))],
        filters=[stripped],
        description=_("Two sentences that make somebody want to read on."),
    )
    language = SelectField(_("Language"), choices=options(LANGUAGES.items()), default="en")
    body = TextAreaField(
        _("Text"),
        [Length(max=MARKDOWN_LONGEST, message=_TOO_LONG)],
        filters=[stripped],
        description=_("Markdown: ## heading, **bold**, *italic*, lists, tables, links."),
    )

    topics = TopicsField(
        _("Topics"), filters=[stripped],
        description=_("With commas between them. Readers find what else was written about them."),
    )  # fmt: skip
    translation = SelectField(
        _("The same in the other language"), choices=[], default="",
        description=_("Readers can then change to it."),
    )  # fmt: skip
    canonical = StringField(
        _("Published elsewhere first?"), filters=[stripped],
        description=_("Its address there, so that search engines know which one came first."),
    )  # fmt: skip
    cover = SelectField(
        _("Cover picture"), choices=[], default="",
        description=_("It stands above the article, and beside it in lists."),
    )  # fmt: skip
    picture = FileField(_("Add a picture"), description=_("JPEG, PNG or WebP, at most 10 MB."))
    alt = StringField(
        _("What is to be seen"), filters=[stripped],
        description=_("For those who cannot see it, and for search engines: one sentence."),
    )  # fmt: skip

    def __init__(
        self, pictures: Iterable[Picture] = (), others: Iterable[Article] = (), **values: Any
    ) -> None:
        """`pictures` are those of the article, one of which may be its cover; `others` the author's
        other articles, one of which may be its translation.
        """
        super().__init__(**values)
        titled = [(article.code, article.title) for article in others if article.title]
        self.translation.choices = options([("", gettext("There is none")), *titled])
        of_it = [(picture.code, picture.alt) for picture in pictures]
        self.cover.choices = options([("", gettext("No cover")), *of_it])

    def validate_canonical(self, field: StringField) -> None:
        """Take only addresses of pages."""
        if not field.data:
            return
        try:
            address = checked_address(field.data, Allow(any_port=True))
        except Unreachable as error:
            raise ValidationError(gettext(error.reason)) from None
        if len(address) > 500:
            raise ValidationError(gettext("This address is too long."))
        field.data = address

    def has_picture(self) -> bool:
        """Whether there is a picture to add, with words; what is missing is asked for."""
        if not getattr(self.picture.data, "filename", ""):
            self.picture.errors = [gettext("Please choose a picture.")]
        if not self.alt.data:
            self.alt.errors = [gettext("Please say in words what is to be seen on it.")]
        elif len(self.alt.data) > ALT_LONGEST:
            self.alt.errors = [gettext("Please stay under 300 characters.")]
        return not (self.picture.errors or self.alt.errors)

    def says_something(self) -> bool:
        """Whether there is anything to keep; if not, the title is asked for."""
        if self.title.data or self.summary.data or self.body.data:
            return True
        self.title.errors = [gettext("Please write a title first.")]
        return False

    def is_complete(self) -> bool:
        """Whether an editor can take it; what is missing is asked for."""
        if not self.title.data:
            self.title.errors = [gettext("The editors need a title.")]
        if not self.body.data:
            self.body.errors = [gettext("The editors need a text.")]
        return bool(self.title.data and self.body.data)

    def text(self) -> Text:
        """What was written."""
        return Text(
            title=" ".join((self.title.data or "").split()),
            summary=" ".join((self.summary.data or "").split()),
            body=(self.body.data or "").replace("\r\n", "\n"),
            language=self.language.data,
            cover=self.cover.data or "",
            topics=self.topics.names(),
            canonical=self.canonical.data or "",
            translation=self.translation.data or "",
        )

    def read_version(self) -> int:
        """The version that was being changed; nonsense is none."""
        return number(self.version.data)

    def read_tab(self) -> Tab:
        """The tab that it was written in; nonsense is none."""
        key = self.tab.data or ""
        return Tab(key, number(self.turn.data)) if _CODE.fullmatch(key) else Tab()

    def read_code(self) -> str | None:
        """The code that the page of a new article was given; nonsense is none."""
        sent = self.code.data or ""
        return sent if _CODE.fullmatch(sent) else None


def number(sent: str | None) -> int:
    """What a hidden field counts; nonsense is 0."""
    return int(sent[:9]) if sent and sent.isascii() and sent.isdigit() else 0


class ScheduleForm(Form):
    """When an article is to be published, by the clock of whoever asks."""

    at = DateTimeLocalField(
        _("Day and time"), [DataRequired(_("Please say when."))], format="%Y-%m-%dT%H:%M"
    )

    def validate_at(self, field: DateTimeLocalField) -> None:
        """Take only what is to come."""
        if field.data and self.moment() <= clock.now():
            raise ValidationError(gettext("This is over already."))

    def moment(self) -> datetime:
        """The moment that was chosen."""
        chosen = self.at.data
        assert chosen is not None  # the field is required
        return chosen.replace(tzinfo=ZoneInfo(time_zone()))


class ReviewForm(Form):
    """An editor's answer to a submission. `version` is the one that was read."""

    version = HiddenField(default="0")
    comment = TextAreaField(
        _("What should change"), [Length(max=5_000, message=_TOO_LONG)], filters=[stripped]
    )

    def __init__(self, *, says_enough: bool = False, **values: Any) -> None:
        """With `says_enough` there are comments on passages, so that it needs no other."""
        super().__init__(**values)
        self._says_enough = says_enough

    def validate_comment(self, field: TextAreaField) -> None:
        """Ask for a reason: nobody is given their article back without one."""
        if not field.data and not self._says_enough:
            raise ValidationError(gettext("Please say what should change."))


class AddressForm(Form):
    """The last part of an article's address."""

    slug = StringField(
        _("The last part of its address"),
        [
            DataRequired(_("Please say which address.")),
            Length(max=LONGEST_ADDRESS, message=_("Please stay under 90 characters.")),
        ],
        filters=[stripped],
        description=_("Small letters without accents, digits and hyphens. Old addresses lead on."),
    )

    def validate_slug(self, field: StringField) -> None:
        """Take it as addresses are written, and refuse what none is."""
        field.data = codes.slug(field.data or "", longest=LONGEST_ADDRESS)
        if not field.data:
            raise ValidationError(gettext("Please say which address."))


class CommentForm(Form):
    """What an editor says about a passage: a paragraph, or words that stand in the article."""

    block = SelectField(_("Paragraph"), choices=[], default="")
    about = TextAreaField(
        _("The words you mean"), [Length(max=LONGEST, message=_TOO_LONG)], filters=[stripped],
        description=_(
            "Select them in the article, or copy them here."
            " Empty: the whole paragraph that you chose."
        ),
    )  # fmt: skip
    words = TextAreaField(
        _("Your comment"),
        [DataRequired(_("Please write a comment.")), Length(max=2_000, message=_TOO_LONG)],
        filters=[stripped],
    )

    def __init__(self, blocks: Iterable[str] = (), **values: Any) -> None:
        """`blocks` are the words of each paragraph of the article."""
        super().__init__(**values)
        self.blocks = list(blocks)
        starts = ((str(at), excerpt(words, 60)) for at, words in enumerate(self.blocks))
        self.block.choices = options([("", gettext("None: the words below")), *starts])

    def validate_about(self, field: TextAreaField) -> None:
        """Ask which passage is meant."""
        if not spaced(field.data or "") and not self.block.data:
            raise ValidationError(gettext("Please say which words you mean."))

    def at(self) -> int | None:
        """The paragraph that was chosen, counted from 0."""
        return int(self.block.data) if self.block.data else None

    def passage(self) -> str:
        """The words that are meant, in that paragraph or anywhere."""
        at = self.at()
        return spaced(self.about.data or "") or ("" if at is None else self.blocks[at])


class AnswerForm(Form):
    """An answer to a comment."""

    words = TextAreaField(
        "", [DataRequired(_("Please write an answer.")), Length(max=2_000, message=_TOO_LONG)],
        filters=[stripped],
    )  # fmt: skip
