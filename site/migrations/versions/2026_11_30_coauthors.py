"""Several authors of one article."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0028_coauthors"
down_revision = "0027_article_addresses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "article_coauthor",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_coauthor_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_article_coauthor_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("article_id", "person_id", name=op.f("pk_article_coauthor")),
    )
    op.create_index("ix_article_coauthor_person_id", "article_coauthor", ["person_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("article_coauthor")
