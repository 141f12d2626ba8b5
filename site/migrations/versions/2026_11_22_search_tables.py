"""The search index beside PostgreSQL; the tables stay empty beside SQLite."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0009_search"
down_revision = "0008_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "search_document",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("vector", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_search_document")),
    )
    op.create_index(
        "ix_search_document_vector", "search_document", ["vector"], postgresql_using="gin"
    )
    op.create_table(
        "search_stem",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("stem", sa.String(length=100), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "stem", name=op.f("pk_search_stem")),
    )
    op.create_table(
        "search_build",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("built_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_search_build")),
    )
    op.create_index("ix_job_state", "job", ["is_draft", "closed_at", "changed_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_job_state", table_name="job")
    op.drop_table("search_build")
    op.drop_table("search_stem")
    op.drop_table("search_document")
