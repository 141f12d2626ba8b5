"""What experts say about themselves: the name they go by, pronouns, since when, talks."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0013_profiles"
down_revision = "0012_topics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("official_name", sa.String(length=120), nullable=True))
    with op.batch_alter_table("expert") as table:
        table.add_column(sa.Column("pronouns", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("here_since", sa.Integer(), nullable=True))
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("expert") as table:
        table.alter_column("pronouns", server_default=None)
        table.alter_column("version", server_default=None)
    op.create_table(
        "talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("event", sa.String(length=160), nullable=False),
        sa.Column("held_at", UTCDateTime(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("slides_url", sa.String(length=500), nullable=False),
        sa.Column("video_url", sa.String(length=500), nullable=False),
        sa.CheckConstraint("kind IN ('talk', 'publication')", name=op.f("ck_talk_kind_known")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_talk_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
        sa.UniqueConstraint("code", name=op.f("uq_talk_code")),
    )
    op.create_index("ix_talk_expert_id", "talk", ["expert_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("talk")
    with op.batch_alter_table("expert") as table:
        table.drop_column("version")
        table.drop_column("here_since")
        table.drop_column("pronouns")
    with op.batch_alter_table("person") as table:
        table.drop_column("official_name")
