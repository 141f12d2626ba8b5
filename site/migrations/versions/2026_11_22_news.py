"""Mail to employees when something moves and once a week; the step of beginning a form; saved
views; and payments that were taken back."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0005_moving"
down_revision = "0004_touches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("mail") as table:
        table.add_column(
            sa.Column("unsubscribe", sa.String(300), nullable=False, server_default="")
        )
    with op.batch_alter_table("mail") as table:
        table.alter_column("unsubscribe", existing_type=sa.String(300), server_default=None)
    op.create_table(
        "news_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("waiting_since", UTCDateTime(), nullable=True),
        sa.Column("told_week", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_news_choice_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_news_choice")),
    )
    op.create_index("ix_news_choice_told_week", "news_choice", ["told_week"])
    op.create_table(
        "form_start",
        sa.Column("click_id", sa.String(length=20), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("click_id", name=op.f("pk_form_start")),
    )
    # Whoever applied by a click began to fill in the form; of others nothing was kept.
    op.execute(
        "INSERT INTO form_start (click_id, at) SELECT click_id, MIN(carried_at) FROM touch "
        "WHERE click_id IS NOT NULL GROUP BY click_id"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("form_start")
    op.drop_index("ix_news_choice_told_week", table_name="news_choice")
    op.drop_table("news_choice")
    with op.batch_alter_table("mail") as table:
        table.drop_column("unsubscribe")
