"""An article knows the tab that kept it last."""

import sqlalchemy as sa
from alembic import op

revision = "0021_writing"
down_revision = "0020_looking_up"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("tab", sa.String(length=16), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_column("turn")
        batch_op.drop_column("tab")
