"""What is looked up by its application or its person is found without reading all of it."""

from alembic import op

revision = "0020_looking_up"
down_revision = "0019_asked"
branch_labels = None
depends_on = None

INDEXES = (
    ("credit", "application_id"),
    ("appeal", "application_id"),
    ("batch_item", "application_id"),
    ("outside_event", "application_id"),
    ("touch", "person_id"),
)


def upgrade() -> None:
    """Apply."""
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Take back."""
    for table, column in reversed(INDEXES):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
