"""The draws that the homepage has shown, for two weeks."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json, UTCDateTime

revision = "0035_draws"
down_revision = "0034_home_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("seed", sa.String(length=16), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("pool", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("key", name=op.f("uq_draw_key")),
    )
    op.create_index("ix_draw_at", "draw", ["at"])
    op.create_index("ix_draw_slot", "draw", ["slot"])
    op.create_index("ix_draw_pool", "draw", ["pool"])
    op.create_table(
        "draw_person",
        sa.Column("pool", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draw_person_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pool", "person_id", name=op.f("pk_draw_person")),
    )
    op.create_index("ix_draw_person_person_id", "draw_person", ["person_id"])
    op.create_table(
        "draw_place",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(length=16), nullable=False),
        sa.Column("posts", Json, nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_place_draw_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draw_place_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draw_id", "place", name=op.f("pk_draw_place")),
    )
    op.create_index("ix_draw_place_person_id", "draw_place", ["person_id"])


def downgrade() -> None:
    """Take back."""
    for name in ("draw_place", "draw_person", "draw"):
        op.drop_table(name)
