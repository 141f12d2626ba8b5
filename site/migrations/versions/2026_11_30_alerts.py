"""Searches that are followed by mail; since when a job is read here; mail that isn't kept."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json, UTCDateTime

revision = "0018_alerts"
down_revision = "0017_leaving"
branch_labels = None
depends_on = None

# Whoever deletes a mail has the database look for it in these: without an index, row by row.
REFERRING = (
    ("application", "mail_id"),
    ("application", "reminder_id"),
    ("letter", "mail_id"),
    ("introduction", "mail_id"),
    ("introduction", "mailbox"),
)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("mail") as table:
        table.add_column(
            sa.Column("is_kept", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("mail") as table:
        table.alter_column("is_kept", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("listed_at", UTCDateTime(), nullable=True))
    op.execute("UPDATE job SET listed_at = opened_at")
    with op.batch_alter_table("job") as table:
        table.alter_column("listed_at", existing_type=UTCDateTime(), nullable=False)
        table.create_index("ix_job_listed_at", ["listed_at"])
    for name, column in REFERRING:
        op.create_index(f"ix_{name}_{column}", name, [column])
    op.create_table(
        "follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_until", UTCDateTime(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("mail_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_follower_mail_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower")),
        sa.UniqueConstraint("code", name=op.f("uq_follower_code")),
        sa.UniqueConstraint("email", name=op.f("uq_follower_email")),
    )
    op.create_index("ix_follower_told_on", "follower", ["told_on"])
    op.create_index("ix_follower_mail_id", "follower", ["mail_id"])
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("follower_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("chosen", Json, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["follower.id"], name=op.f("fk_alert_follower_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("code", name=op.f("uq_alert_code")),
        sa.UniqueConstraint(
            "follower_id", "fingerprint", name=op.f("uq_alert_follower_id_fingerprint")
        ),
    )
    op.create_table(
        "alert_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("chosen", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_alert_request_mail_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_request")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_alert_request_token_hash")),
    )
    op.create_index("ix_alert_request_mailbox", "alert_request", ["mailbox"])
    op.create_index("ix_alert_request_mail_id", "alert_request", ["mail_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("alert_request")
    op.drop_table("alert")
    op.drop_table("follower")
    for name, column in REFERRING:
        op.drop_index(f"ix_{name}_{column}", table_name=name)
    with op.batch_alter_table("job") as table:
        table.drop_index("ix_job_listed_at")
        table.drop_column("listed_at")
    with op.batch_alter_table("mail") as table:
        table.drop_column("is_kept")
