"""Mail to employees when something moves and once a week; the step of beginning a form; saved
views."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json
from careers.base.database import UTCDateTime

revision = "0006_news"
down_revision = "0005_doubts"
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
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", Json, nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("deleted_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "page IN ('referrals', 'funnel')", name=op.f("ck_saved_view_page_known")
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_view_named")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_saved_view_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("code", name=op.f("uq_saved_view_code")),
    )
    op.create_index("ix_saved_view_person_id", "saved_view", ["person_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_saved_view_person_id", table_name="saved_view")
    op.drop_table("saved_view")
    op.drop_table("form_start")
    op.drop_index("ix_news_choice_told_week", table_name="news_choice")
    op.drop_table("news_choice")
    with op.batch_alter_table("mail") as table:
        table.drop_column("unsubscribe")
