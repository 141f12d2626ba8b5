"""Doubts about who brought a candidate, their history, and the traces they are found by."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json
from careers.base.database import UTCDateTime

revision = "0005_doubts"
down_revision = "0004_touches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "application_trace",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=5), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "what IN ('phone', 'cv')", name=op.f("ck_application_trace_what_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_trace_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "application_id", "what", "digest", name=op.f("pk_application_trace")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_application_trace_what_digest", "application_trace", ["what", "digest"])
    op.create_table(
        "doubt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("grounds", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'dismissed', 'corrected', 'gone')", name=op.f("ck_doubt_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_doubt_application_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt")),
        sa.UniqueConstraint("application_id", "kind", name=op.f("uq_doubt_application_id_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_doubt_code")),
    )
    op.create_index("ix_doubt_state_since", "doubt", ["state", "since"])
    op.create_table(
        "doubt_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("doubt_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["doubt_id"], ["doubt.id"], name=op.f("fk_doubt_change_doubt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_doubt_change_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_change")),
    )
    op.create_index("ix_doubt_change_doubt_id", "doubt_change", ["doubt_id"])
    op.create_index("ix_touch_click_id", "touch", ["click_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_touch_click_id", table_name="touch")
    op.drop_table("doubt_change")
    op.drop_table("doubt")
    op.drop_table("application_trace")
