"""Applying whole: phone, link, what a job asks besides, and how long data stays."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json, UTCDateTime

revision = "0011_applying"
down_revision = "0010_pipeline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Who applied before left neither phone nor link, and was asked nothing."""
    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("phone", sa.String(20), nullable=False, server_default=""))
        table.add_column(sa.Column("link", sa.String(500), nullable=False, server_default=""))
        table.add_column(sa.Column("answers", Json, nullable=False, server_default="[]"))
        table.add_column(sa.Column("agreed_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("reminded_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("reminder_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("application") as table:
        for name, kind in (("phone", sa.String(20)), ("link", sa.String(500)), ("answers", Json)):
            table.alter_column(name, existing_type=kind, server_default=None)
        table.create_foreign_key(
            "fk_application_reminder_id", "mail", ["reminder_id"], ["id"], ondelete="SET NULL"
        )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("asks", sa.String(length=6), nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "asks IN ('text', 'choice', 'yes-no')", name=op.f("ck_question_asks_known")
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_question_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("code", name=op.f("uq_question_code")),
    )
    op.create_index(op.f("ix_question_job_id"), "question", ["job_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("question")
    with op.batch_alter_table("application") as table:
        table.drop_constraint("fk_application_reminder_id", type_="foreignkey")
        for name in ("phone", "link", "answers", "agreed_at", "reminded_at", "reminder_id"):
            table.drop_column(name)
