"""Photographs, and a consent for each item that a page shows."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json, UTCDateTime

revision = "0014_portraits"
down_revision = "0013_profiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Who shows their page agreed to networks, talks and feeds in the same words."""
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("photo", sa.String(length=16), nullable=True))
    with op.batch_alter_table("feed") as table:
        table.add_column(sa.Column("is_shown", sa.Boolean(), nullable=False, server_default="1"))
    with op.batch_alter_table("feed") as table:
        table.alter_column("is_shown", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "portrait",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("whole_key", sa.String(length=40), nullable=False),
        sa.Column("keys", Json, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("focus_x", sa.Integer(), nullable=False),
        sa.Column("focus_y", sa.Integer(), nullable=False),
        sa.Column("closer", sa.Integer(), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_portrait_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portrait")),
        sa.UniqueConstraint("person_id", name=op.f("uq_portrait_person_id")),
    )
    for item in ("networks", "talks"):
        op.execute(
            "INSERT INTO consent (person_id, item, given_at) "  # noqa: S608  our own words
            f"SELECT person_id, '{item}', given_at FROM consent "
            "WHERE item = 'page' AND withdrawn_at IS NULL"
        )
    op.execute(
        "INSERT INTO consent (person_id, item, given_at) "
        "SELECT person_id, 'feed:' || code, added_at FROM feed"
    )


def downgrade() -> None:
    """Take back. The consents stay: what somebody agreed to is not forgotten."""
    op.drop_table("portrait")
    with op.batch_alter_table("feed") as table:
        table.drop_column("is_shown")
    with op.batch_alter_table("person") as table:
        table.drop_column("photo")
