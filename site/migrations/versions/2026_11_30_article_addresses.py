"""Addresses that articles have and had; articles that their authors removed."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0027_article_addresses"
down_revision = "0025_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: each address that there is, is one for ever. Who withdrew what was withdrawn before is
    read from the log of acts."""
    op.create_table(
        "article_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_address_article_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_address")),
        sa.UniqueConstraint("slug", name=op.f("uq_article_address_slug")),
    )
    op.create_index("ix_article_address_article_id", "article_address", ["article_id"])
    op.execute(
        "INSERT INTO article_address (slug, article_id, since)"
        " SELECT slug, id, coalesce(published_at, created_at) FROM article"
        " WHERE slug IS NOT NULL ORDER BY id"
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_removed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.execute(
        "UPDATE article SET is_removed = true WHERE state = 'withdrawn' AND author_id = ("
        " SELECT person_id FROM act WHERE what = 'article:withdraw' AND subject = article.code"
        " ORDER BY id DESC LIMIT 1)"
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.alter_column("is_removed", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_article_removed_is_withdrawn"), "NOT is_removed OR state = 'withdrawn'"
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_article_removed_is_withdrawn"), type_="check")
        batch_op.drop_column("is_removed")
    op.drop_table("article_address")
