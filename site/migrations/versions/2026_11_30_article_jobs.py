"""How often a job is opened after an article."""

import sqlalchemy as sa
from alembic import op

revision = "0038_article_jobs"
down_revision = "0037_reading"
branch_labels = None
depends_on = None

COUNTS = ("people", "again", "preview", "prefetch", "bot")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "article_job_day",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *_both("article_job_day"),
        sa.PrimaryKeyConstraint("article_id", "job_id", "day", name=op.f("pk_article_job_day")),
    )
    op.create_table(
        "article_job_visitor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.BigInteger(), nullable=False),
        *_both("article_job_visitor"),
        sa.PrimaryKeyConstraint(
            "day", "article_id", "job_id", "visitor", name=op.f("pk_article_job_visitor")
        ),
    )


def _both(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [f"{of}_id"], [f"{of}.id"], name=op.f(f"fk_{table}_{of}_id"), ondelete="CASCADE"
        )
        for of in ("article", "job")
    ]


def downgrade() -> None:
    """Take back."""
    op.drop_table("article_job_visitor")
    op.drop_table("article_job_day")
