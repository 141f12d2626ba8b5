"""Pictures of entries, and what there is to hear or to watch."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json
from careers.base.database import UTCDateTime

revision = "0039_entry_pictures"
down_revision = "0038_article_jobs"
branch_labels = None
depends_on = None

OF_ENTRIES = (
    ("picture_url", sa.String(length=2000), ""),
    ("picture_alt", sa.String(length=500), ""),
    ("media_url", sa.String(length=2000), ""),
    ("media_type", sa.String(length=100), ""),
    ("media_seconds", sa.Integer(), "0"),
    ("media_bytes", sa.BigInteger(), "0"),
)


def upgrade() -> None:
    """Apply. Feeds are read once as if they had changed: what came before they named its picture,
    too."""
    with op.batch_alter_table("entry") as table:
        for column, kind, default in OF_ENTRIES:
            table.add_column(sa.Column(column, kind, nullable=False, server_default=default))
    with op.batch_alter_table("entry") as table:
        for column, kind, _ in OF_ENTRIES:
            table.alter_column(column, existing_type=kind, server_default=None)
    op.execute("UPDATE feed SET etag = NULL, last_modified = NULL, body_hash = NULL")
    op.create_table(
        "entry_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("leased_until", UTCDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("keys", Json, nullable=False),
        sa.CheckConstraint(
            "state IN ('due', 'kept', 'left out')", name=op.f("ck_entry_picture_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_entry_picture_entry_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_picture")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_entry_picture_entry_id")),
    )
    op.create_index("ix_entry_picture_state_due_at", "entry_picture", ["state", "due_at"])
    op.create_index("ix_entry_picture_code", "entry_picture", ["code"])
    op.create_index("ix_entry_picture_leased_until", "entry_picture", ["leased_until"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("entry_picture")
    with op.batch_alter_table("entry") as table:
        for column, _, _ in OF_ENTRIES:
            table.drop_column(column)
