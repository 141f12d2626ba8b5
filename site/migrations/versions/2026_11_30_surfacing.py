"""How often people and their posts were seen; what editors feature; whether the homepage changed."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0029_surfacing"
down_revision = "0030_charter"
branch_labels = None
depends_on = None

COUNTS = ("people", "again", "preview", "prefetch", "bot")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "exposure",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_exposure_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_exposure")),
    )
    op.create_table(
        "post_day",
        sa.Column("post", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_post_day_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post", "day", name=op.f("pk_post_day")),
    )
    op.create_index("ix_post_day_person_id_day", "post_day", ["person_id", "day"])
    op.create_table(
        "post_visitor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("post", sa.String(length=16), nullable=False),
        sa.Column("visitor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "post", "visitor", name=op.f("pk_post_visitor")),
    )
    op.create_table(
        "featured",
        sa.Column("post", sa.String(length=16), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_featured")),
    )
    version = op.create_table(
        "home_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_home_version_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_version")),
    )
    op.bulk_insert(version, [{"id": 1, "number": 0}])


def downgrade() -> None:
    """Take back."""
    for name in ("home_version", "featured", "post_visitor", "post_day", "exposure"):
        op.drop_table(name)
