"""What visitors ask experts."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0019_asked"
down_revision = "0018_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "asked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=600), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'passed', 'answered', 'declined', 'refused')",
            name=op.f("ck_asked_state_known"),
        ),
        sa.CheckConstraint(
            "email IS NULL OR state IN ('waiting', 'passed')",
            name=op.f("ck_asked_address_only_while_it_waits"),
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_asked_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
        sa.UniqueConstraint("code", name=op.f("uq_asked_code")),
    )
    op.create_index("ix_asked_expert_id_state", "asked", ["expert_id", "state"])
    op.create_index("ix_asked_state", "asked", ["state"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("asked")
