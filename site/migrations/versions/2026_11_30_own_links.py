"""Until when the link to a candidate's own page holds."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0017_own_links"
down_revision = "0016_corrected_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Links that were sent before hold for thirty days more."""
    op.add_column("application", sa.Column("link_until", UTCDateTime(), nullable=True))
    application = sa.table("application", sa.column("link_until", UTCDateTime()))
    until = datetime.now(UTC) + timedelta(days=30)
    op.execute(application.update().values(link_until=until))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("application") as table:
        table.drop_column("link_until")
