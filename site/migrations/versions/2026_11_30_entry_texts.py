"""Whole texts of entries, where their owner says that these are theirs to republish."""

import sqlalchemy as sa
from alembic import op

revision = "0040_entry_texts"
down_revision = "0039_entry_pictures"
branch_labels = None
depends_on = None

NEW = (
    ("feed", "keeps_texts", sa.Boolean(), sa.false()),
    ("entry", "minutes", sa.Integer(), "0"),
)


def upgrade() -> None:
    """Apply."""
    for table, column, kind, default in NEW:
        with op.batch_alter_table(table) as changing:
            changing.add_column(sa.Column(column, kind, nullable=False, server_default=default))
        with op.batch_alter_table(table) as changing:
            changing.alter_column(column, existing_type=kind, server_default=None)
    op.create_table(
        "entry_text",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("html_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_entry_text_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_text")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("entry_text")
    for table, column, _, _ in reversed(NEW):
        with op.batch_alter_table(table) as changing:
            changing.drop_column(column)
