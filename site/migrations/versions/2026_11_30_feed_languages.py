"""The language of a feed, as its owner says."""

import sqlalchemy as sa
from alembic import op

revision = "0041_feed_languages"
down_revision = "0040_entry_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Feeds that say none are in the language of their owner."""
    with op.batch_alter_table("feed") as table:
        table.add_column(sa.Column("chosen_language", sa.String(length=2), nullable=True))
    op.execute(
        "UPDATE feed SET chosen_language ="
        " (SELECT person.language FROM person WHERE person.id = feed.person_id)"
        " WHERE feed.language = '' AND feed.fetched_at IS NOT NULL"
    )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("feed") as table:
        table.drop_column("chosen_language")
