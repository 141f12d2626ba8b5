"""Pictures in articles."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json
from careers.base.database import UTCDateTime

revision = "0022_article_pictures"
down_revision = "0021_writing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "article_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("keys", Json, nullable=False),
        sa.Column("is_cover", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("alt <> ''", name=op.f("ck_article_picture_said_in_words")),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_picture_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_picture")),
        sa.UniqueConstraint("code", name=op.f("uq_article_picture_code")),
    )
    op.create_index("ix_article_picture_article_id", "article_picture", ["article_id"])
    op.create_index(
        "uq_article_picture_cover",
        "article_picture",
        ["article_id"],
        unique=True,
        sqlite_where=sa.text("is_cover"),
        postgresql_where=sa.text("is_cover"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("article_picture")
