"""The number of the homepage's changes is a sum of several: no writer waits for another."""

import sqlalchemy as sa
from alembic import op

revision = "0034_home_versions"
down_revision = "0029_surfacing"
branch_labels = None
depends_on = None

PARTS = 16


def upgrade() -> None:
    """Apply."""
    _make_anew("few", f"id BETWEEN 1 AND {PARTS}", PARTS)


def downgrade() -> None:
    """Take back."""
    _make_anew("only_one", "id = 1", 1)


def _make_anew(name: str, check: str, parts: int) -> None:
    """The table with so many rows, whose sum is what it was."""
    number = op.get_bind().scalar(sa.text("SELECT sum(number) FROM home_version"))
    op.drop_table("home_version")
    version = op.create_table(
        "home_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint(check, name=op.f(f"ck_home_version_{name}")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_version")),
    )
    parts_of_it = [{"id": part, "number": 0} for part in range(2, parts + 1)]
    op.bulk_insert(version, [{"id": 1, "number": number or 0}, *parts_of_it])
