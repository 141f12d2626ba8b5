"""Whether the pages that experts call their own link back."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0015_networks"
down_revision = "0014_portraits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("network") as table:
        table.add_column(sa.Column("verified_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("checked_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("check_at", UTCDateTime(), nullable=True))
        table.add_column(
            sa.Column("check_error", sa.String(300), nullable=False, server_default="")
        )
        table.add_column(sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
        table.create_index("ix_network_check_at", ["check_at"])
    with op.batch_alter_table("network") as table:
        table.alter_column("check_error", existing_type=sa.String(300), server_default=None)
        table.alter_column("failures", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("network") as table:
        table.drop_index("ix_network_check_at")
        for name in ("failures", "check_error", "check_at", "checked_at", "verified_at"):
            table.drop_column(name)
