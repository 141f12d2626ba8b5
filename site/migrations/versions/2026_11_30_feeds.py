"""Feeds: whose they are, rules by words, how often they are read; why an entry was withdrawn."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json

revision = "0025_feeds"
down_revision = "0026_passages"
branch_labels = None
depends_on = None

OF_FEEDS = (
    ("host", sa.String(length=255), ""),
    ("home", sa.String(length=2000), ""),
    ("words", Json, "[]"),
    ("proof", sa.String(length=10), ""),
    ("refused_why", sa.String(length=300), ""),
    ("minutes", sa.Integer(), "60"),
)
OF_ENTRIES = (("tags", Json, "[]"), ("withdrawn_why", sa.String(length=300), ""))
SHOWS = "shows IN ('everything', 'with words', 'one by one')"
STATES = "state IN ('read', 'paused', 'stopped')"
PROOFS = "proof IN ('', 'network', 'link', 'editor', 'refused')"


def _add(name: str, columns: tuple) -> None:
    with op.batch_alter_table(name) as table:
        for column, kind, default in columns:
            table.add_column(sa.Column(column, kind, nullable=False, server_default=default))
    with op.batch_alter_table(name) as table:
        for column, kind, _ in columns:
            table.alter_column(column, existing_type=kind, server_default=None)


def upgrade() -> None:
    """Apply. What is shown already stays: an editor can still say that it isn't theirs."""
    _add("feed", OF_FEEDS)
    _add("entry", OF_ENTRIES)
    with op.batch_alter_table("feed") as table:
        table.add_column(
            sa.Column("is_theirs", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.add_column(sa.Column("body_hash", sa.String(length=64), nullable=True))
        table.create_index("ix_feed_host", ["host"])
    with op.batch_alter_table("feed") as table:
        table.alter_column("is_theirs", existing_type=sa.Boolean(), server_default=None)
        table.drop_constraint(op.f("ck_feed_shows_known"), type_="check")
        table.drop_constraint(op.f("ck_feed_state_known"), type_="check")
        table.create_check_constraint(op.f("ck_feed_shows_known"), SHOWS)
        table.create_check_constraint(op.f("ck_feed_state_known"), STATES)
        table.create_check_constraint(op.f("ck_feed_proof_known"), PROOFS)
    feed = sa.table("feed", sa.column("id"), sa.column("url"), sa.column("host"))
    connection = op.get_bind()
    for number, url in connection.execute(sa.select(feed.c.id, feed.c.url)).all():
        host = (urlsplit(url).hostname or "")[:255]
        connection.execute(feed.update().where(feed.c.id == number).values(host=host))


def downgrade() -> None:
    """Take back."""
    op.execute("UPDATE feed SET shows = 'one by one' WHERE shows = 'with words'")
    op.execute("UPDATE feed SET state = 'stopped' WHERE state = 'paused'")
    with op.batch_alter_table("feed") as table:
        for name in ("shows", "state", "proof"):
            table.drop_constraint(op.f(f"ck_feed_{name}_known"), type_="check")
        table.create_check_constraint(
            op.f("ck_feed_shows_known"), "shows IN ('everything', 'one by one')"
        )
        table.create_check_constraint(op.f("ck_feed_state_known"), "state IN ('read', 'stopped')")
        table.drop_index("ix_feed_host")
        for column in ("is_theirs", "body_hash", *(column for column, _, _ in OF_FEEDS)):
            table.drop_column(column)
    with op.batch_alter_table("entry") as table:
        for column, _, _ in OF_ENTRIES:
            table.drop_column(column)
