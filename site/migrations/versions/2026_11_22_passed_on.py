"""Links that are passed on, and those who did so and want to be known."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json, UTCDateTime

revision = "0007_passed_on"
down_revision = "0006_news"
branch_labels = None
depends_on = None

UNIQUE = {
    "job": ["person_id", "job_id", "channel"],
    "jobs": ["person_id", "channel"],
    "article": ["person_id", "article_id", "channel"],
    "expert": ["person_id", "expert_id", "channel"],
}
POINTS_TO = {
    "parent_id": "share_link", "root_id": "share_link", "passed_by_id": "person",
    "passer_id": "passer",
}  # fmt: skip
RULES = {
    "younger_than_its_parent": "parent_id < id",
    "chain_begins_without_parent": (
        "(parent_id IS NULL) = (root_id IS NULL) AND (parent_id IS NULL) = (depth = 0)"
    ),
    "depth_is_bounded": "depth BETWEEN 0 AND 8",
    "known_by_one_name": (
        "(known_since IS NULL) = (passed_by_id IS NULL AND passer_id IS NULL) "
        "AND (passed_by_id IS NULL OR passer_id IS NULL)"
    ),
    "known_passed_it_on": "known_since IS NULL OR parent_id IS NOT NULL",
}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "passer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        *_somebody(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passer")),
        sa.UniqueConstraint("code", name=op.f("uq_passer_code")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_passer_token_hash")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_passer_mailbox")),
    )
    _drop_unique()
    with op.batch_alter_table("share_link") as table:
        table.add_column(sa.Column("depth", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("pressed", sa.String(64), nullable=True))
        table.add_column(sa.Column("known_since", UTCDateTime(), nullable=True))
        for name in POINTS_TO:
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
    with op.batch_alter_table("share_link") as table:
        table.alter_column("depth", existing_type=sa.Integer(), server_default=None)
        for name, other in POINTS_TO.items():
            table.create_foreign_key(
                op.f(f"fk_share_link_{name}"), other, [name], ["id"], ondelete="RESTRICT"
            )
            table.create_index(f"ix_share_link_{name}", [name])
        table.create_unique_constraint(op.f("uq_share_link_pressed"), ["pressed"])
        for name, rule in RULES.items():
            table.create_check_constraint(op.f(f"ck_share_link_{name}"), rule)
    _create_unique(" AND parent_id IS NULL")
    op.create_table(
        "introduction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        *_somebody(),
        sa.ForeignKeyConstraint(
            ["link_id"], ["share_link.id"], name=op.f("fk_introduction_link_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_introduction_mail_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_introduction_token_hash")),
    )
    op.create_index("ix_introduction_link_id", "introduction", ["link_id"])
    with op.batch_alter_table("receipt") as table:
        table.add_column(sa.Column("outside", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("receipt") as table:
        table.alter_column("outside", existing_type=Json, server_default=None)
    _set_shares(sa.Integer(), sa.BigInteger())


def _somebody() -> list[sa.Column]:
    return [
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("tells_sharer", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
    ]


def _drop_unique() -> None:
    for target in UNIQUE:
        op.drop_index(f"uq_share_link_{target}", "share_link")


def _create_unique(but: str) -> None:
    for target, columns in UNIQUE.items():
        where = sa.text(f"target = '{target}' AND NOT is_printed{but}")
        op.create_index(
            f"uq_share_link_{target}",
            "share_link",
            columns,
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def _set_shares(before: sa.types.TypeEngine, after: sa.types.TypeEngine) -> None:
    for name in ("credit", "bonus"):
        with op.batch_alter_table(name) as table:
            table.alter_column("part", existing_type=before, type_=after)
            table.alter_column("whole", existing_type=before, type_=after)


def downgrade() -> None:
    """Take back. Links that were passed on have no place in the tables from before."""
    passed_on = sa.text("SELECT count(*) FROM share_link WHERE parent_id IS NOT NULL")
    if op.get_bind().scalar(passed_on):
        raise RuntimeError("links were passed on, and clicks lead to them: there is no way back")
    _set_shares(sa.BigInteger(), sa.Integer())
    with op.batch_alter_table("receipt") as table:
        table.drop_column("outside")
    op.drop_table("introduction")
    _drop_unique()
    with op.batch_alter_table("share_link") as table:
        for name in RULES:
            table.drop_constraint(op.f(f"ck_share_link_{name}"), type_="check")
        table.drop_constraint(op.f("uq_share_link_pressed"), type_="unique")
        for name in POINTS_TO:
            table.drop_index(f"ix_share_link_{name}")
            table.drop_constraint(op.f(f"fk_share_link_{name}"), type_="foreignkey")
    with op.batch_alter_table("share_link") as table:
        for name in ("depth", "pressed", "known_since", *POINTS_TO):
            table.drop_column(name)
    _create_unique("")
    op.drop_table("passer")
