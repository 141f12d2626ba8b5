"""What editors say about passages of an article, and what is answered."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0026_passages"
down_revision = "0024_article_history"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "article_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "words <> '' AND passage <> ''", name=op.f("ck_article_comment_says_what_of_what")
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR sent_at IS NOT NULL",
            name=op.f("ck_article_comment_done_by_who_was_told"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_comment_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["editor_id"],
            ["person.id"],
            name=op.f("fk_article_comment_editor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_comment")),
        sa.UniqueConstraint("code", name=op.f("uq_article_comment_code")),
    )
    op.create_index("ix_article_comment_article_id", "article_comment", ["article_id"])
    op.create_table(
        "article_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_article_answer_says_something")),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["article_comment.id"],
            name=op.f("fk_article_answer_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_article_answer_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_answer")),
    )
    op.create_index("ix_article_answer_comment_id", "article_answer", ["comment_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("article_answer")
    op.drop_table("article_comment")
