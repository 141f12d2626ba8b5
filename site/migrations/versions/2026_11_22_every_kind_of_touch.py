"""Every kind of touch: answers and reads beside links, and decisions beside earlier ones."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0004_touches"
down_revision = "0003_bonuses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What was kept so far came by links; a code without a click counts as typed."""
    with op.batch_alter_table("touch") as table:
        table.add_column(sa.Column("how", sa.String(8), nullable=True))
        table.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("article_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("said", sa.String(120), nullable=False, server_default=""))
        table.add_column(sa.Column("noted_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("taken_out_at", UTCDateTime(), nullable=True))
    op.execute(
        "UPDATE touch SET noted_at = carried_at, "
        "how = CASE WHEN click_id IS NULL THEN 'code' ELSE 'click' END, "
        "person_id = (SELECT person_id FROM share_link WHERE share_link.id = touch.link_id)"
    )
    with op.batch_alter_table("touch") as table:
        table.alter_column("how", existing_type=sa.String(8), nullable=False)
        table.alter_column("said", existing_type=sa.String(120), server_default=None)
        table.alter_column("noted_at", existing_type=UTCDateTime(), nullable=False)
        table.alter_column("link_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key(
            "fk_touch_person_id", "person", ["person_id"], ["id"], ondelete="RESTRICT"
        )
        table.create_foreign_key(
            "fk_touch_article_id", "article", ["article_id"], ["id"], ondelete="RESTRICT"
        )
        for name, rule in _RULES.items():
            table.create_check_constraint(op.f(name), rule)
    with op.batch_alter_table("receipt") as table:
        table.add_column(
            sa.Column("is_newest", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.drop_constraint("uq_receipt_application_id", type_="unique")
    with op.batch_alter_table("receipt") as table:
        table.alter_column("is_newest", existing_type=sa.Boolean(), server_default=None)
        table.create_index("ix_receipt_application_id", ["application_id"])
        table.create_index(
            "uq_receipt_newest",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("is_newest"),
            postgresql_where=sa.text("is_newest"),
        )
    with op.batch_alter_table("credit") as table:
        table.add_column(
            sa.Column("is_newest", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.alter_column("link_id", existing_type=sa.Integer(), nullable=True)
    with op.batch_alter_table("credit") as table:
        table.alter_column("is_newest", existing_type=sa.Boolean(), server_default=None)


_RULES = {
    "ck_touch_how_is_known": "how IN ('click', 'code', 'carried', 'answer', 'read')",
    "ck_touch_clicked_by_a_click": "(how = 'click') = (click_id IS NOT NULL)",
    "ck_touch_link_named": "(how IN ('click', 'code', 'carried')) = (link_id IS NOT NULL)",
    "ck_touch_person_named": "how = 'answer' OR person_id IS NOT NULL",
    "ck_touch_article_was_read": "how = 'read' OR article_id IS NULL",
}


def downgrade() -> None:
    """Take back. What the tables from before cannot hold is lost with it."""
    op.execute("DELETE FROM credit WHERE link_id IS NULL OR NOT is_newest")
    op.execute(
        "DELETE FROM credit WHERE receipt_id IN (SELECT id FROM receipt WHERE NOT is_newest)"
    )
    op.execute("DELETE FROM receipt WHERE NOT is_newest")
    op.execute("DELETE FROM touch WHERE link_id IS NULL")
    with op.batch_alter_table("credit") as table:
        table.alter_column("link_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("is_newest")
    with op.batch_alter_table("receipt") as table:
        table.drop_index("uq_receipt_newest")
        table.drop_index("ix_receipt_application_id")
    with op.batch_alter_table("receipt") as table:
        table.drop_column("is_newest")
        table.create_unique_constraint("uq_receipt_application_id", ["application_id"])
    with op.batch_alter_table("touch") as table:
        for name in _RULES:
            table.drop_constraint(op.f(name), type_="check")
        table.drop_constraint("fk_touch_person_id", type_="foreignkey")
        table.drop_constraint("fk_touch_article_id", type_="foreignkey")
    with op.batch_alter_table("touch") as table:
        table.alter_column("link_id", existing_type=sa.Integer(), nullable=False)
        for name in ("how", "person_id", "article_id", "said", "noted_at", "taken_out_at"):
            table.drop_column(name)
