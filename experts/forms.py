"""What an employee fills in about themselves."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)
from wtforms.widgets import RangeInput

from careers.base import clock, codes
from careers.base.fetching import Allow, Unreachable, checked_address
from careers.base.forms import (
    AnonymousForm,
    CheckboxesField,
    Form,
    TopicsField,
    options,
    stripped,
)
from careers.base.languages import LANGUAGES
from careers.base.people import plain_email
from experts.editing import (
    BIOGRAPHY_LONGEST,
    EARLIEST,
    ON_FORM,
    Profile,
    Said,
    profile_of,
)
from experts.models import Expert
from experts.networks import NotOneself, canonical
from experts.photograph import Focus
from experts.presenting import spoken

_ = lazy_gettext

LANGUAGES_SPOKEN = (
    "fr", "en", "ar", "bg", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "ga", "he", "hi",
    "hr", "hu", "it", "ja", "ko", "lt", "lv", "mt", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl",
    "sv", "tr", "uk", "vi", "zh",
)  # fmt: skip
SPARE_NETWORKS, SPARE_TALKS = 3, 1
MOST_NETWORKS, MOST_TALKS = 14, 40
ADDRESS_LONGEST = 500
_TOO_LONG = _("This text is too long.")


def _line(value: str | None) -> str:
    return " ".join(stripped(value).split())


def _page_address(_form: PlainForm, field: StringField) -> None:
    """Take only addresses of pages: they are links for everybody."""
    if not field.data:
        return
    try:
        address = checked_address(field.data, Allow(any_port=True))
    except Unreachable as error:
        raise ValidationError(gettext(error.reason)) from None
    if len(address) > ADDRESS_LONGEST:
        raise ValidationError(gettext("This address is too long."))
    field.data = address


class NetworkForm(PlainForm):
    """One page of oneself elsewhere; an empty one is left out."""

    url = StringField(_("Address"), filters=[stripped])

    def validate_url(self, field: StringField) -> None:
        """Take an address of one's own page, in the one form that its network has."""
        if field.data:
            try:
                field.data = canonical(field.data)[1]
            except (Unreachable, NotOneself) as error:
                raise ValidationError(gettext(str(error))) from None


class TalkForm(PlainForm):
    """A talk or a publication; one without a title is left out."""

    kind = SelectField(_("What it is"), choices=[], default="talk")
    title = StringField(_("Title"), [Length(max=200, message=_TOO_LONG)], filters=[_line])
    event = StringField(
        _("Event, or who published it"), [Length(max=160, message=_TOO_LONG)], filters=[_line]
    )
    day = DateField(_("Day"), [Optional()])
    url = StringField(_("Link"), [_page_address], filters=[stripped])
    slides_url = StringField(_("Slides"), [_page_address], filters=[stripped])
    video_url = StringField(_("Video"), [_page_address], filters=[stripped])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = options(
            [("talk", gettext("Talk")), ("publication", gettext("Publication"))]
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        fields = (self.title, self.event, self.day, self.url, self.slides_url, self.video_url)
        return not any(field.data for field in fields)

    def validate_title(self, field: StringField) -> None:
        """Ask for a title where there is anything else."""
        if not field.data and not self.is_empty:
            raise ValidationError(gettext("Please write a title."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the day too: the stream is in order of time."""
        holds = super().validate(extra_validators)
        if not self.is_empty and not self.day.data and not self.day.errors:
            self.day.errors = [gettext("Please say on which day.")]
            return False
        return holds

    def said(self) -> Said:
        """What was filled in."""
        assert self.title.data is not None
        assert self.day.data is not None
        return Said(
            self.title.data, self.day.data, self.event.data or "", self.kind.data,
            self.url.data or "", self.slides_url.data or "", self.video_url.data or "",
        )  # fmt: skip


class ProfileForm(Form):
    """What a person says about themselves. `version` is the one that is being changed."""

    version = HiddenField(default="0")
    name = StringField(
        _("The name you go by"),
        [Length(max=120, message=_TOO_LONG)],
        filters=[_line],
        description=_("It stands everywhere on the site; only the payroll uses another."),
    )
    pronouns = StringField(
        _("Pronouns"),
        [Length(max=40, message=_TOO_LONG)],
        filters=[_line],
        description=_("As you like to be spoken of."),
    )
    headline = StringField(
        _("What you do, in one sentence"),
        [Length(max=200, message=_("Please stay under 200 characters."))],
        filters=[_line],
        description=_("It stands below your name. The page cannot be shown without it."),
    )
    biography = TextAreaField(
        _("About you"),
        [Length(max=BIOGRAPHY_LONGEST, message=_TOO_LONG)],
        filters=[stripped],
        description=_("Markdown: **bold**, *italic*, lists, links."),
    )
    topics = TopicsField(
        _("What you know about"),
        [Length(max=1000, message=_TOO_LONG)],
        filters=[_line],
        description=_("With commas between them. Words that others here use bring you together."),
    )
    languages = CheckboxesField(_("Languages you speak"), choices=[])
    ask_me_about = StringField(
        _("Ask me about"),
        [Length(max=200, message=_("Please stay under 200 characters."))],
        filters=[_line],
        description=_("What a visitor could start a conversation with."),
    )
    here_since = StringField(_("Here since (year)"), filters=[stripped])
    shows = CheckboxesField(choices=[])
    charter = HiddenField(_("The charter"))  # the number of the text that is agreed to, by a box
    networks = FieldList(
        FormField(NetworkForm), _("Where else you can be found"), max_entries=MOST_NETWORKS
    )
    talks = FieldList(FormField(TalkForm), _("Talks and publications"), max_entries=MOST_TALKS)

    def __init__(self, **values: Any) -> None:
        """Every row of what is there, and a few more to fill in when the page is first shown."""
        super().__init__(**values)
        self.languages.choices = options(
            sorted(
                zip(LANGUAGES_SPOKEN, spoken(LANGUAGES_SPOKEN), strict=True),
                key=lambda one: (one[0] not in LANGUAGES, codes.slug(one[1])),
            )
        )
        self.shows.choices = options((item, "") for item in ON_FORM)

    def add_rows(self) -> None:
        """Room for further networks and talks."""
        for rows, most, spare in (
            (self.networks, MOST_NETWORKS, SPARE_NETWORKS),
            (self.talks, MOST_TALKS, SPARE_TALKS),
        ):
            for _row in range(min(spare, most - len(rows))):
                rows.append_entry()

    def validate_name(self, field: StringField) -> None:
        """Take only what somebody could be called."""
        if field.data and not any(sign.isalpha() for sign in field.data):
            raise ValidationError(gettext("A name has letters."))

    def validate_here_since(self, field: StringField) -> None:
        """Take a year that somebody who works today may have begun in."""
        year = field.data or ""
        this_year = clock.now().year
        if year and not (
            year.isascii() and year.isdigit() and EARLIEST <= int(year[:5]) <= this_year
        ):
            raise ValidationError(
                gettext("A year between %(first)s and %(last)s.", first=EARLIEST, last=this_year)
            )

    def profile(self, official_name: str) -> Profile:
        """What was filled in, by somebody whom the personnel system calls `official_name`."""
        name = self.name.data or ""
        return Profile(
            headline=self.headline.data or "",
            biography=self.biography.data or "",
            topics=self.topics.names(),
            languages=tuple(self.languages.data or ()),
            ask_me_about=self.ask_me_about.data or "",
            networks=tuple(
                dict.fromkeys(
                    canonical(row.form.url.data) for row in self.networks if row.form.url.data
                )
            ),
            name="" if name == official_name else name,
            pronouns=self.pronouns.data or "",
            here_since=int(self.here_since.data) if self.here_since.data else None,
            talks=tuple(row.form.said() for row in self.talks if not row.form.is_empty),
            shows=frozenset(self.shows.data or ()),
        )

    def what_holds(self, official_name: str) -> Profile:
        """What was filled in so far, without what does not hold: for a preview while one types."""
        self.validate()
        for field in self:
            if field.errors:
                _forget(field)
        return self.profile(official_name)


def _forget(field: Any) -> None:
    if isinstance(field, FieldList):
        kept = [row for row in field.entries if not row.errors]
        field.entries[:] = kept
    else:
        field.data = [] if isinstance(field, SelectMultipleField) else ""


class CharterForm(Form):
    """The charter in both languages. `seen` is the number of the text that is changed."""

    seen = HiddenField(default="0")
    in_english = TextAreaField(
        _("In English"),
        [InputRequired(), Length(max=20_000, message=_TOO_LONG)],
        filters=[stripped],
        description=_("Markdown: **bold**, *italic*, lists, links."),
    )
    in_french = TextAreaField(
        _("In French"), [InputRequired(), Length(max=20_000, message=_TOO_LONG)], filters=[stripped]
    )


class AfterForm(Form):
    """What becomes of one's articles when one leaves."""

    articles = RadioField(_("When I leave, what I wrote here"), choices=[])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.articles.choices = options(
            [
                ("named", gettext("stays, under my name")),
                ("anonymous", gettext("stays, without my name")),
                ("removed", gettext("is taken away")),
            ]
        )


class AskForm(AnonymousForm):
    """What a visitor asks an expert."""

    words = TextAreaField(
        _("What would you like to know?"),
        [
            DataRequired(_("Please write your question.")),
            Length(max=600, message=_("Please stay under 600 characters.")),
        ],
        filters=[stripped],
    )
    name = StringField(_("Your name"), [Length(max=80, message=_TOO_LONG)], filters=[_line])
    email = StringField(
        _("E-mail, to be told of an answer"), [Length(max=254, message=_TOO_LONG)], filters=[_line]
    )

    def validate_email(self, field: StringField) -> None:
        """Take an address, or none."""
        try:
            self.address()
        except ValueError:
            raise ValidationError(gettext("This is not a mail address.")) from None

    def address(self) -> str | None:
        """The address as it is kept. Raises ValueError."""
        return plain_email(self.email.data) if self.email.data else None


class AnswerForm(Form):
    """What an expert answers."""

    answer = TextAreaField(
        _("Your answer"),
        [
            DataRequired(_("Please write an answer.")),
            Length(max=1200, message=_("Please stay under 1,200 characters.")),
        ],
        filters=[stripped],
    )
    is_public = BooleanField(_("Show question and answer on my page"))


class PhotographForm(Form):
    """A photograph of oneself."""

    photograph = FileField(
        _("Photograph"),
        description=_("JPEG, PNG or WebP, at most 10 MB. We keep nothing but what is seen."),
    )
    is_public = BooleanField(_("Everybody may see it while my page is shown"))

    def validate_photograph(self, field: FileField) -> None:
        """Ask for one."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(gettext("Please choose a photograph."))


class FocusForm(Form):
    """Around which point a photograph is cut, and how close."""

    x = IntegerField(
        _("From left to right"), [InputRequired(), NumberRange(0, 100)], widget=RangeInput()
    )
    y = IntegerField(
        _("From top to bottom"), [InputRequired(), NumberRange(0, 100)], widget=RangeInput()
    )
    closer = IntegerField(
        _("How close"), [InputRequired(), NumberRange(100, 400)], widget=RangeInput()
    )

    def focus(self) -> Focus:
        """What was chosen."""
        assert self.x.data is not None
        assert self.y.data is not None
        assert self.closer.data is not None
        return Focus(self.x.data, self.y.data, self.closer.data / 100)


def profile_form(expert: Expert | None, name: str) -> ProfileForm:
    """The form with what is kept of somebody who goes by `name`, or with what was sent."""
    if expert is None:
        return ProfileForm(name=name)
    kept = profile_of(expert)
    values = {part: getattr(kept, part) for part in ("headline", "biography", "ask_me_about")}
    return ProfileForm(
        version=str(expert.version),
        name=name,
        pronouns=kept.pronouns,
        topics=", ".join(kept.topics),
        languages=list(kept.languages),
        here_since=str(kept.here_since or ""),
        networks=[{"url": url} for _kind, url in kept.networks],
        talks=[vars(said) for said in kept.talks],
        shows=list(kept.shows),
        **values,
    )
