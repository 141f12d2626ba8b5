"""Topics of articles, where one was published first, and its translation."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json

revision = "0023_article_facts"
down_revision = "0022_article_pictures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("topic_names", Json, nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("canonical_url", sa.String(length=500), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("translation_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_article_translation_id"),
            "article",
            ["translation_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index("ix_article_translation_id", ["translation_id"], unique=False)
    op.create_table(
        "article_topic",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_topic_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_article_topic_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "topic_id", name=op.f("pk_article_topic")),
    )
    op.create_index("ix_article_topic_topic_id", "article_topic", ["topic_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("article_topic")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_translation_id")
        batch_op.drop_constraint(op.f("fk_article_translation_id"), type_="foreignkey")
        batch_op.drop_column("translation_id")
        batch_op.drop_column("canonical_url")
        batch_op.drop_column("topic_names")
