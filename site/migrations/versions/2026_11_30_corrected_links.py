"""Through which link a share by hand came, so that figures follow corrections; and shares as exact
as those of a rule."""

import sqlalchemy as sa
from alembic import op

revision = "0016_corrected_links"
down_revision = "0015_networks"
branch_labels = None
depends_on = None

SHARES = """
SELECT s.correction_id, s.person_id, p.code, r.touches,
    (SELECT c.link_id FROM credit c WHERE c.receipt_id = r.id AND c.person_id = s.person_id
        AND c.kind = 'referral')
FROM corrected_share s JOIN credit_correction k ON k.id = s.correction_id
    JOIN receipt r ON r.id = k.receipt_id JOIN person p ON p.id = s.person_id
"""


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("corrected_share") as table:
        table.add_column(sa.Column("link_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_corrected_share_link_id"), "share_link", ["link_id"], ["id"],
            ondelete="RESTRICT",
        )  # fmt: skip
        table.create_index("ix_corrected_share_link_id", ["link_id"])
        for name in ("part", "whole"):
            table.alter_column(name, existing_type=sa.Integer(), type_=sa.BigInteger())
    _name_links()


def _name_links() -> None:
    """Shares that were corrected before: the link of the rule's credit, else the last one with
    which the receipt says that they were met."""
    asked = sa.text(SHARES).columns(
        sa.column("correction_id", sa.Integer()),
        sa.column("person_id", sa.Integer()),
        sa.column("code", sa.String()),
        sa.column("touches", sa.JSON()),
        sa.column("link_id", sa.Integer()),
    )
    db = op.get_bind()
    links = sa.table("share_link", sa.column("id"), sa.column("code"))
    shares = sa.table(
        "corrected_share", sa.column("correction_id"), sa.column("person_id"), sa.column("link_id")
    )
    for correction, person, code, touches, link in db.execute(asked).all():
        met = [
            link_of
            for one in touches
            for who, link_of in (
                *((hop["person"], hop["link"]) for hop in one.get("chain", {}).get("hops", ())),
                (one["sharer"], one["link"]),
            )
            if who == code and link_of
        ]
        if link is None and met:
            link = db.scalar(sa.select(links.c.id).where(links.c.code == met[-1]))
        this = (shares.c.correction_id == correction, shares.c.person_id == person)
        db.execute(sa.update(shares).where(*this).values(link_id=link))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("corrected_share") as table:
        for name in ("part", "whole"):
            table.alter_column(name, existing_type=sa.BigInteger(), type_=sa.Integer())
        table.drop_index("ix_corrected_share_link_id")
        table.drop_constraint(op.f("fk_corrected_share_link_id"), type_="foreignkey")
        table.drop_column("link_id")
