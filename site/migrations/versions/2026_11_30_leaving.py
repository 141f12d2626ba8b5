"""What becomes of articles when their author leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0017_leaving"
down_revision = "0016_corrected_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Until now articles stayed under the name of who wrote them."""
    with op.batch_alter_table("person") as table:
        table.add_column(
            sa.Column("articles_after", sa.String(10), nullable=False, server_default="named")
        )
        table.create_check_constraint(
            op.f("ck_person_articles_after_known"),
            "articles_after IN ('named', 'anonymous', 'removed')",
        )
    with op.batch_alter_table("person") as table:
        table.alter_column("articles_after", existing_type=sa.String(10), server_default=None)
    with op.batch_alter_table("article") as table:
        table.add_column(
            sa.Column("is_anonymous", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("article") as table:
        table.alter_column("is_anonymous", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("article") as table:
        table.drop_column("is_anonymous")
    with op.batch_alter_table("person") as table:
        table.drop_constraint(op.f("ck_person_articles_after_known"), type_="check")
        table.drop_column("articles_after")
