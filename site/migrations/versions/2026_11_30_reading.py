"""What pages ask of people and articles is answered from indexes; none leads to every entry."""

from alembic import op

revision = "0037_reading"
down_revision = "0032_feed_leases"
branch_labels = None
depends_on = None

# Table: (index, its columns), (index, its columns) that it replaces.
CHANGED = {
    "expert": (("ix_expert_state", ["state", "person_id", "languages"]), None),
    "expert_topic": (
        ("ix_expert_topic_topic_id", ["topic_id", "expert_id"]),
        ("ix_expert_topic_topic_id", ["topic_id"]),
    ),
    "article": (
        ("ix_article_author_id", ["author_id", "state", "published_at"]),
        ("ix_article_author_id", ["author_id"]),
    ),
    "article_topic": (
        ("ix_article_topic_topic_id", ["topic_id", "article_id"]),
        ("ix_article_topic_topic_id", ["topic_id"]),
    ),
    "entry": (
        ("ix_entry_feed_id", ["feed_id", "state", "published_at"]),
        ("ix_entry_state_published_at", ["state", "published_at"]),
    ),
}


def upgrade() -> None:
    """Apply."""
    for table, (new, old) in CHANGED.items():
        if old:
            op.drop_index(old[0], table_name=table)
        op.create_index(new[0], table, new[1])


def downgrade() -> None:
    """Take back."""
    for table, (new, old) in CHANGED.items():
        op.drop_index(new[0], table_name=table)
        if old:
            op.create_index(old[0], table, old[1])
