"""What articles said before; articles that are published on a day to come."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0024_article_history"
down_revision = "0023_article_facts"
branch_labels = None
depends_on = None

STATES = "state IN ('draft', 'submitted', 'returned', 'published', 'withdrawn')"
MORE_STATES = "state IN ('draft', 'submitted', 'returned', 'scheduled', 'published', 'withdrawn')"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("publish_at", UTCDateTime(), nullable=True))
        batch_op.drop_constraint(op.f("ck_article_state_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_article_state_known"), MORE_STATES)
        batch_op.create_check_constraint(
            op.f("ck_article_scheduled_has_a_day"),
            "(state = 'scheduled') = (publish_at IS NOT NULL)",
        )
    op.create_table(
        "article_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("remembered_at", UTCDateTime(), nullable=False),
        sa.Column("handed_in", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_revision_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_revision")),
        sa.UniqueConstraint(
            "article_id", "version", name=op.f("uq_article_revision_article_id_version")
        ),
    )


def downgrade() -> None:
    """Take back: what was to be published some day waits for an editor again."""
    op.drop_table("article_revision")
    op.execute(
        "UPDATE article SET state = 'submitted', publish_at = NULL WHERE state = 'scheduled'"
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_article_scheduled_has_a_day"), type_="check")
        batch_op.drop_constraint(op.f("ck_article_state_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_article_state_known"), STATES)
        batch_op.drop_column("publish_at")
