"""Feeds that are being read are found without looking at all others."""

from alembic import op

revision = "0032_feed_leases"
down_revision = "0035_draws"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_feed_leased_until", "feed", ["leased_until"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_feed_leased_until", table_name="feed")
