"""A topic may be another word for one that it was merged into."""

import sqlalchemy as sa
from alembic import op

revision = "0012_topics"
down_revision = "0011_applying"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_topic_merged_into_id"), "topic", ["merged_into_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_check_constraint(
            op.f("ck_topic_merged_into_another"), "merged_into_id <> id"
        )
        batch_op.create_index("ix_topic_merged_into_id", ["merged_into_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index("ix_topic_merged_into_id")
        batch_op.drop_constraint(op.f("ck_topic_merged_into_another"), type_="check")
        batch_op.drop_constraint(op.f("fk_topic_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
