"""Jobs with all their facts, drafts and what was set here; the boards that they come from."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import Json
from careers.base.database import UTCDateTime

revision = "0008_jobs"
down_revision = "0007_passed_on"
branch_labels = None
depends_on = None

EMPTY_TEXTS = ("source_url", "requisition", "translation_group", "salary_note")
LISTS = ("places", "remote_countries", "skills", "languages_asked")
OBJECTS = ("translations", "facts", "overrides")
_JOB = sa.table(
    "job",
    sa.column("id", sa.Integer),
    sa.column("locations", Json),
    sa.column("country", sa.String),
    sa.column("places", Json),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job_board",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("leased_until", UTCDateTime(), nullable=True),
        sa.Column("progress", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_board")),
        sa.UniqueConstraint("code", name=op.f("uq_job_board_code")),
        sa.UniqueConstraint("source", "name", name=op.f("uq_job_board_source_name")),
    )
    op.create_index("ix_job_board_due_at", "job_board", ["due_at"])
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("source_url", sa.String(length=500), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("requisition", sa.String(length=100), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("is_draft", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("translation_group", sa.String(length=100), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("salary_note", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("hours", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("seniority", sa.String(length=15), nullable=True))
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        for name in LISTS:
            batch_op.add_column(sa.Column(name, Json, nullable=False, server_default="[]"))
        for name in OBJECTS:
            batch_op.add_column(sa.Column(name, Json, nullable=False, server_default="{}"))
    _to_places()
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("locations")
        batch_op.drop_column("country")
        batch_op.create_index("ix_job_translation_group", ["translation_group"])
        for name in (*EMPTY_TEXTS, *LISTS, *OBJECTS, "is_draft", "version"):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("job_import", schema=None) as batch_op:
        batch_op.add_column(sa.Column("happened", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("job_import", schema=None) as batch_op:
        batch_op.alter_column("happened", server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("job_import", schema=None) as batch_op:
        batch_op.drop_column("happened")
    op.execute("UPDATE job SET closed_at = changed_at WHERE is_draft AND closed_at IS NULL")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_translation_group")
        batch_op.add_column(sa.Column("locations", Json, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=True))
    _to_names()
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.alter_column("locations", server_default=None)
        for name in (
            *EMPTY_TEXTS, *LISTS, *OBJECTS, "is_draft", "version", "hours", "seniority", "starts_on",
        ):  # fmt: skip
            batch_op.drop_column(name)
    op.drop_table("job_board")


def _to_places() -> None:
    """The names of places and the one country as places."""
    job, db = _JOB, op.get_bind()
    for row in db.execute(sa.select(job.c.id, job.c.locations, job.c.country)).all():
        known = {"city": "", "region": "", "country": row.country or ""}
        places = [{"name": n, **known, "street": "", "postal_code": ""} for n in row.locations]
        db.execute(sa.update(job).where(job.c.id == row.id).values(places=places))


def _to_names() -> None:
    """Places as their names, and the country of the first that has one."""
    job, db = _JOB, op.get_bind()
    for row in db.execute(sa.select(job.c.id, job.c.places)).all():
        names = [place["name"] for place in row.places]
        country = next((place["country"] for place in row.places if place["country"]), None)
        changed = sa.update(job).where(job.c.id == row.id)
        db.execute(changed.values(locations=names, country=country))
