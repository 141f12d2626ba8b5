"""What is asked at every search comes from an index; PostgreSQL keeps words uncompressed.

Compressed, each document's words were unpacked for every look at them.
"""

from alembic import op

revision = "0031_search_speed"
down_revision = "0028_coauthors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_job_state", table_name="job")
    op.create_index("ix_job_state", "job", ["is_draft", "closed_at", "changed_at", "version"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_document ALTER COLUMN vector SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE search_document SET (toast_tuple_target = 8160)")
        op.execute("UPDATE search_document SET vector = vector || ''::tsvector")


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_document RESET (toast_tuple_target)")
        op.execute("ALTER TABLE search_document ALTER COLUMN vector SET STORAGE EXTENDED")
    op.drop_index("ix_job_state", table_name="job")
    op.create_index("ix_job_state", "job", ["is_draft", "closed_at", "changed_at"])
