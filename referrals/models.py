"""Share links, clicks and their daily counts, touches, credits and receipts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from careers.base import clock, codes
from careers.base.database import Base, primary_key
from careers.base.mailboxes import AsksMailbox
from careers.base.people import Person
from careers.blog.models import Article
from careers.hiring.models import Application
from careers.jobs.models import Job
from experts.models import Expert
from referrals.passing_on import DEEPEST
from referrals.typed_codes import typed_code

CHANNELS = (  # only ever added to at the end: totals are kept by place
    "linkedin", "x", "facebook", "whatsapp", "email", "sms", "bluesky", "mastodon", "instagram",
    "teams", "slack", "qr", "other",
)  # fmt: skip
TARGETS = ("job", "jobs", "article", "expert")  # `jobs`: all of them
CLASSES = ("human", "preview", "prefetch", "bot")


class Campaign(Base):
    """What an employee gathers links under: an event, say, with a printed link for each table."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def _one_for_each(name: str, *columns: str, target: str) -> Index:
    """A person has one link for each target and channel; only printed ones stand beside others,
    and those that somebody passed on."""
    where = text(f"target = '{target}' AND NOT is_printed AND parent_id IS NULL")
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class ShareLink(Base):
    """An employee's own link to one page of ours, on one channel; it leads nowhere else.

    Whoever comes by one may pass it on: that makes a child of it, which is the same employee's and
    counts in all that theirs count in. A child is younger than its parent, which never changes, so
    no link can come to be its own ancestor.
    """

    __tablename__ = "share_link"
    __table_args__ = (
        CheckConstraint("target IN ('job', 'jobs', 'article', 'expert')", name="target_known"),
        CheckConstraint(
            "(target = 'job') = (job_id IS NOT NULL) "
            "AND (target = 'article') = (article_id IS NOT NULL) "
            "AND (target = 'expert') = (expert_id IS NOT NULL)",
            name="target_named",
        ),
        CheckConstraint("NOT is_printed OR campaign_id IS NOT NULL", name="printed_in_a_campaign"),
        CheckConstraint("parent_id < id", name="younger_than_its_parent"),
        CheckConstraint(
            "(parent_id IS NULL) = (root_id IS NULL) AND (parent_id IS NULL) = (depth = 0)",
            name="chain_begins_without_parent",
        ),
        CheckConstraint(f"depth BETWEEN 0 AND {DEEPEST}", name="depth_is_bounded"),
        CheckConstraint(
            "(known_since IS NULL) = (passed_by_id IS NULL AND passer_id IS NULL) "
            "AND (passed_by_id IS NULL OR passer_id IS NULL)",
            name="known_by_one_name",
        ),
        CheckConstraint("known_since IS NULL OR parent_id IS NOT NULL", name="known_passed_it_on"),
        _one_for_each("uq_share_link_job", "person_id", "job_id", "channel", target="job"),
        _one_for_each("uq_share_link_jobs", "person_id", "channel", target="jobs"),
        _one_for_each(
            "uq_share_link_article", "person_id", "article_id", "channel", target="article"
        ),
        _one_for_each("uq_share_link_expert", "person_id", "expert_id", "channel", target="expert"),
        Index("ix_share_link_person_id", "person_id"),
        Index("ix_share_link_job_id", "job_id"),
        Index("ix_share_link_article_id", "article_id"),
        Index("ix_share_link_expert_id", "expert_id"),
        Index("ix_share_link_campaign_id", "campaign_id"),
        Index("ix_share_link_parent_id", "parent_id"),
        Index("ix_share_link_root_id", "root_id"),
        Index("ix_share_link_passed_by_id", "passed_by_id"),
        Index("ix_share_link_passer_id", "passer_id"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    typed_code: Mapped[str] = mapped_column(String(6), unique=True, default=typed_code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    target: Mapped[str] = mapped_column(String(8))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="RESTRICT"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="RESTRICT"))
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("expert.id", ondelete="RESTRICT"))
    channel: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80), default="")  # what its owner calls it
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="SET NULL"))
    is_printed: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(Text, default="")  # its owner's text for this very link
    paused_at: Mapped[datetime | None]  # since then it leads on, but brings its owner nothing
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    # Of a child: whose, below which employee's own link, and how far below it.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    depth: Mapped[int] = mapped_column(default=0)
    pressed: Mapped[str | None] = mapped_column(String(64), unique=True)  # see `chains`
    # Who passed it on, once that is known: a colleague, or somebody whose mailbox answered.
    passed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    passer_id: Mapped[int | None] = mapped_column(ForeignKey("passer.id", ondelete="RESTRICT"))
    known_since: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)
    root: Mapped[ShareLink | None] = relationship(foreign_keys=[root_id], remote_side=[id])
    passed_by: Mapped[Person | None] = relationship(foreign_keys=[passed_by_id])
    passer: Mapped[Passer | None] = relationship()
    job: Mapped[Job | None] = relationship(lazy="joined")
    article: Mapped[Article | None] = relationship(lazy="joined")
    expert: Mapped[Expert | None] = relationship(lazy="joined")
    campaign: Mapped[Campaign | None] = relationship(lazy="joined")

    @property
    def off_since(self) -> datetime | None:
        """When its owner switched it off; of a child, when they switched off their own."""
        return self.root.paused_at if self.root else self.paused_at

    @property
    def is_paused(self) -> bool:
        """Whether its owner switched it off."""
        return self.off_since is not None


class Passer(Base):
    """Somebody outside the company who passed links on and wants to be known.

    Their mailbox answered. There is no row of anybody else who passes a link on.
    """

    __tablename__ = "passer"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)  # on receipts
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # of their own page
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    mailbox: Mapped[str] = mapped_column(String(254), unique=True)  # see `mailboxes`
    language: Mapped[str] = mapped_column(String(2))
    tells_sharer: Mapped[bool] = mapped_column(default=False)  # may the employee know their name
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Introduction(AsksMailbox, Base):
    """Somebody says that it was they who passed a link on; believed once their mailbox answers."""

    __tablename__ = "introduction"
    __table_args__ = (Index("ix_introduction_link_id", "link_id"),)

    link_id: Mapped[int] = mapped_column(ForeignKey("share_link.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    tells_sharer: Mapped[bool]

    link: Mapped[ShareLink] = relationship(lazy="joined", innerjoin=True)


class ShareText(Base):
    """What an employee likes to say when sharing: one of three texts of their own, remembered.

    `{title}` and `{place}` stand for those of the target.
    """

    __tablename__ = "share_text"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    target: Mapped[str] = mapped_column(String(8), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    variant: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)


class Click(Base):
    """One request to a share link, as the journal held it. Rows are only added."""

    __tablename__ = "click"
    __table_args__ = (
        CheckConstraint("class IN ('human', 'preview', 'prefetch', 'bot')", name="class_known"),
        Index("ix_click_link_id_at", "link_id", "at"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True)  # given when it was journalled
    link_id: Mapped[int] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    # Where the link led then: a printed one may be turned elsewhere.
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="RESTRICT"))
    at: Mapped[datetime]
    class_: Mapped[str] = mapped_column("class", String(8))
    # The bot's or previewer's name; of a person the channel that agent and Referer betray, if any.
    source: Mapped[str] = mapped_column(String(40), default="")
    navigates: Mapped[bool]  # a top-level navigation: only such a click can become a touch
    visitor: Mapped[int] = mapped_column(BigInteger)  # daily-salted hash; never an address
    is_repeat: Mapped[bool] = mapped_column(default=False)  # same visitor, within half an hour
    is_confirmed: Mapped[bool] = mapped_column(default=False)  # the landing page was rendered
    lists: Mapped[str] = mapped_column(String(40))  # version of the lists that classed it


class Rendering(Base):
    """A landing page was rendered whose click is still on its way from another journal."""

    __tablename__ = "rendering"

    click_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]


class FormStart(Base):
    """The visit that a click began went on to fill in an application form, sent or not."""

    __tablename__ = "form_start"

    # Not a foreign key: the click may still be in a journal.
    click_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class LinkVisitor(Base):
    """A visitor of a link on one day, while that day may still bring clicks; then it is dropped."""

    __tablename__ = "link_visitor"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visitor: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    job: Mapped[int]  # of their first click; 0: none
    counted_at: Mapped[int] = mapped_column(BigInteger)  # the last click that was no repeat; µs
    last_at: Mapped[int] = mapped_column(BigInteger)
    is_confirmed: Mapped[bool]


class Counts:
    """How many clicks there were, told apart; always equal to the rows of `click`."""

    human: Mapped[int] = mapped_column(default=0)  # by people, without repeats
    repeat: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)  # different visitors of a link and a day
    confirmed: Mapped[int] = mapped_column(default=0)  # those of them who saw the landing page
    preview: Mapped[int] = mapped_column(default=0)
    prefetch: Mapped[int] = mapped_column(default=0)
    bot: Mapped[int] = mapped_column(default=0)


COUNTS = ("human", "repeat", "people", "confirmed", "preview", "prefetch", "bot")


class LinkDay(Counts, Base):
    """The clicks of one link on one day (UTC)."""

    __tablename__ = "link_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    link_id: Mapped[int] = mapped_column(
        ForeignKey("share_link.id", ondelete="RESTRICT"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)


class LinkSource(Base):
    """The clicks of one link, of one class, from one source, over all time."""

    __tablename__ = "link_source"
    __table_args__ = ({"sqlite_with_rowid": False},)

    link_id: Mapped[int] = mapped_column(
        ForeignKey("share_link.id", ondelete="RESTRICT"), primary_key=True
    )
    class_: Mapped[str] = mapped_column("class", String(8), primary_key=True)
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    clicks: Mapped[int]


class ClickTotal(Counts, Base):
    """The clicks of one day or one month (UTC), added up over an employee, a job, a channel or all.

    `key` is the row of the employee or job (0: a link that leads to no job), the place of the
    channel in CHANNELS, or 0 over all. Days serve the edges of a period, months its middle.
    """

    __tablename__ = "click_total"
    __table_args__ = (
        CheckConstraint("subject IN ('employee', 'job', 'channel', 'all')", name="subject_known"),
        CheckConstraint("unit IN ('day', 'month')", name="unit_known"),
        {"sqlite_with_rowid": False},
    )

    unit: Mapped[str] = mapped_column(String(5), primary_key=True)
    subject: Mapped[str] = mapped_column(String(8), primary_key=True)
    start: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class JournalOffset(Base):
    """Up to which byte a journal has been stored; written with the clicks it held, and kept when it
    is gone."""

    __tablename__ = "journal_offset"

    journal: Mapped[str] = mapped_column(String(120), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger)


class LostClicks(Base):
    """Clicks that were led on but never written down, because a disk refused."""

    __tablename__ = "lost_clicks"

    id: Mapped[int] = primary_key()
    since: Mapped[datetime]
    until: Mapped[datetime]
    clicks: Mapped[int]


class Touch(Base):
    """What preceded an application and may earn credit for it."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("application_id", "link_id", "click_id"),
        CheckConstraint(
            "how IN ('click', 'code', 'carried', 'answer', 'read')", name="how_is_known"
        ),
        CheckConstraint("(how = 'click') = (click_id IS NOT NULL)", name="clicked_by_a_click"),
        CheckConstraint(
            "(how IN ('click', 'code', 'carried')) = (link_id IS NOT NULL)", name="link_named"
        ),
        CheckConstraint("how = 'answer' OR person_id IS NOT NULL", name="person_named"),
        CheckConstraint("how = 'read' OR article_id IS NULL", name="article_was_read"),
        Index("ix_touch_click_id", "click_id"),
        Index("ix_touch_person_id", "person_id"),
    )

    id: Mapped[int] = primary_key()
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    how: Mapped[str] = mapped_column(String(8))
    # Whom it speaks for; none when an answer names nobody who shows themselves.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    # As the address carried it; not a foreign key: the click may still be in a journal.
    click_id: Mapped[str | None] = mapped_column(String(20))
    # What was read; of a read touch without it, the expert's page.
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="RESTRICT"))
    said: Mapped[str] = mapped_column(String(120), default="")  # an answer in the candidate's words
    carried_at: Mapped[datetime] = mapped_column(default=clock.now)  # of a read touch: when read
    noted_at: Mapped[datetime] = mapped_column(default=clock.now)
    taken_out_at: Mapped[datetime | None]  # by the candidate, after sending the application

    link: Mapped[ShareLink | None] = relationship(lazy="joined")
    person: Mapped[Person | None] = relationship(lazy="joined")
    article: Mapped[Article | None] = relationship(lazy="joined")


class Receipt(Base):
    """The explanation of an application's credit, or of its refusal. Rows are only added.

    A change of mind brings a new one beside the old; the newest counts.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        Index(
            "uq_receipt_newest",
            "application_id",
            unique=True,
            sqlite_where=text("is_newest"),
            postgresql_where=text("is_newest"),
        ),
        Index("ix_receipt_application_id", "application_id"),
    )

    id: Mapped[int] = primary_key()
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    is_newest: Mapped[bool] = mapped_column(default=True)
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    rule: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    parameters: Mapped[dict[str, Any]]
    touches: Mapped[list[Any]]  # each with what it was, whether it was used, and if not why
    outcome: Mapped[str] = mapped_column(String(20))  # `credited`, else why nobody was
    # The shares of people outside who passed a link on: their public code, and a fraction.
    outside: Mapped[list[Any]] = mapped_column(default=list)
    sha256: Mapped[str] = mapped_column(String(64))  # over its canonical JSON

    application: Mapped[Application] = relationship()
    credits: Mapped[list[Credit]] = relationship(lazy="selectin", order_by="Credit.id")


class Credit(Base):
    """An employee's share, an exact fraction, in one application.

    Shares of 2³¹ parts and more come of weights in millionths along a chain that was passed on.
    """

    __tablename__ = "credit"
    __table_args__ = (
        UniqueConstraint("receipt_id", "person_id", "kind"),
        CheckConstraint("kind IN ('referral', 'inspiration')", name="kind_known"),
        CheckConstraint("part > 0 AND part <= whole", name="share_is_a_fraction"),
        Index("ix_credit_person_id", "person_id"),
        Index("ix_credit_application_id", "application_id"),
    )

    id: Mapped[int] = primary_key()
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    # None when no link was followed: the candidate named them, or read them.
    link_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(12))
    is_newest: Mapped[bool] = mapped_column(default=True)  # as its receipt is
    part: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[int] = mapped_column(BigInteger)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    link: Mapped[ShareLink | None] = relationship(lazy="joined")


BRINGS = and_(Credit.kind == "referral", Credit.is_newest)
"""What figures count of credits: of those that stand, the ones for having brought somebody."""


class RuleChoice(Base):
    """By what the company has credit decided, from a moment on. Rows are only added.

    The first is what held before anybody chose: it has no moment and nobody who chose it.
    """

    __tablename__ = "rule_choice"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("(number = 1) = (since IS NULL)", name="first_is_from_the_beginning"),
    )

    id: Mapped[int] = primary_key()
    number: Mapped[int]  # from 1, without gaps: of two who choose at once, one is refused
    since: Mapped[datetime | None]
    rule: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    parameters: Mapped[dict[str, Any]]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    why: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person | None] = relationship(lazy="joined")


class RulePreview(Base):
    """Who would have gained and lost by other terms: worked out receipt by receipt, kept for a
    week."""

    __tablename__ = "rule_preview"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(String(16), unique=True, default=codes.code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    rule: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    parameters: Mapped[dict[str, Any]]
    instead_of: Mapped[int]  # the number of the choice in force when it was asked for; 0: none yet
    days: Mapped[int]  # of the past, counted back from `created_at`
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    applications: Mapped[int]  # to be looked at
    done: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)  # of those done, how many would go otherwise
    after_receipt: Mapped[int] = mapped_column(default=0)  # up to this one all are done
    last_receipt: Mapped[int]
    sums: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by person, see `previewing`


class ArticleJobDay(Base):
    """How often a job was opened on one day by links that lead on from an article: by how many
    people, how often by the same ones again, and by what is no person."""

    __tablename__ = "article_job_day"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    people: Mapped[int] = mapped_column(default=0)
    again: Mapped[int] = mapped_column(default=0)
    preview: Mapped[int] = mapped_column(default=0)
    prefetch: Mapped[int] = mapped_column(default=0)
    bot: Mapped[int] = mapped_column(default=0)


class ArticleJobVisitor(Base):
    """That a visitor (a hash of that day) did so, so that they are counted once."""

    __tablename__ = "article_job_visitor"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True
    )
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    visitor: Mapped[int] = mapped_column(BigInteger, primary_key=True)
