"""The pipeline: who hires for a job, notes, ratings, letters, acts on many, systems outside."""

import sqlalchemy as sa
from alembic import op
from careers.base.database import UTCDateTime

revision = "0010_pipeline"
down_revision = "0009_search"
branch_labels = None
depends_on = None


TABLES = (
    "batch_item",
    "rating",
    "outside_event",
    "note",
    "letter",
    "joining",
    "seat",
    "outside_job",
    "criterion",
    "letter_template",
    "batch",
    "outside_source",
    "candidate",
)
INDEXES = {
    "ix_application_stage_since": ["stage", "stage_since"],
    "ix_application_email": ["email"],
    "ix_application_name_key": ["name_key"],
    "ix_application_candidate_id": ["candidate_id"],
    "ix_application_recruiter_id": ["recruiter_id"],
}


def upgrade() -> None:
    """Apply. Whoever applied so far is a candidate of their own."""
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("code", name=op.f("uq_candidate_code")),
    )
    op.create_table(
        "outside_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_number", sa.Integer(), nullable=False),
        sa.Column("old_secret_until", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("heard_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_source")),
        sa.UniqueConstraint("code", name=op.f("uq_outside_source_code")),
        sa.UniqueConstraint("name", name=op.f("uq_outside_source_name")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("recruiter_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undo_until", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('move', 'assign', 'import')", name=op.f("ck_batch_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_batch_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recruiter_id"], ["person.id"], name=op.f("fk_batch_recruiter_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("code", name=op.f("uq_batch_code")),
        sa.UniqueConstraint("submission", name=op.f("uq_batch_submission")),
    )
    op.create_table(
        "letter_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("subject_en", sa.String(length=200), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("subject_fr", sa.String(length=200), nullable=False),
        sa.Column("text_fr", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["person.id"],
            name=op.f("fk_letter_template_changed_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint("code", name=op.f("uq_letter_template_code")),
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_criterion_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("code", name=op.f("uq_criterion_code")),
    )
    op.create_index("ix_criterion_job_id", "criterion", ["job_id"])

    op.create_table(
        "outside_job",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_outside_job_job_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["outside_source.id"],
            name=op.f("fk_outside_job_source_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_outside_job")),
    )
    op.create_table(
        "seat",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "part IN ('recruiter', 'manager', 'interviewer')", name=op.f("ck_seat_part_known")
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_seat_job_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_seat_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "person_id", name=op.f("pk_seat")),
    )
    op.create_index("ix_seat_person_id", "seat", ["person_id"])

    op.create_table(
        "joining",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["after_id"], ["candidate.id"], name=op.f("fk_joining_after_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_joining_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["before_id"], ["candidate.id"], name=op.f("fk_joining_before_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_joining_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining")),
    )
    op.create_index("ix_joining_application_id", "joining", ["application_id"])
    op.create_index("ix_joining_code", "joining", ["code"])

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("taken_back_at", UTCDateTime(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_letter_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_letter_mail_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_letter_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("code", name=op.f("uq_letter_code")),
        sa.UniqueConstraint("submission", name=op.f("uq_letter_submission")),
    )
    op.create_index("ix_letter_application_id", "letter", ["application_id"])

    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=True),
        sa.Column("deleted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_note_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_note_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("code", name=op.f("uq_note_code")),
    )
    op.create_index("ix_note_application_id", "note", ["application_id"])

    op.create_table(
        "outside_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_outside_event_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["outside_source.id"],
            name=op.f("fk_outside_event_source_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_event")),
        sa.UniqueConstraint("source_id", "event", name=op.f("uq_outside_event_source_id_event")),
    )
    op.create_table(
        "rating",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_rating_score_from_1_to_5")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_rating_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
            name=op.f("fk_rating_criterion_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_rating_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "application_id", "person_id", "criterion_id", name=op.f("pk_rating")
        ),
    )
    op.create_table(
        "batch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("recruiter_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("is_undone", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_batch_item_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_batch_item_letter_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recruiter_id"],
            ["person.id"],
            name=op.f("fk_batch_item_recruiter_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_item")),
    )
    op.create_index("ix_batch_item_batch_id", "batch_item", ["batch_id"])

    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("email_confirmed_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("candidate_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("recruiter_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("stage_since", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("source", sa.String(12), nullable=False, server_default=""))
    for name, kind in {
        "reason": sa.String(20),
        "words": sa.Text(),
        "outside": sa.String(80),
    }.items():
        op.add_column("stage_change", sa.Column(name, kind, nullable=False, server_default=""))
    op.add_column(
        "person",
        sa.Column("is_limited", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        "INSERT INTO candidate (code, created_at) "
        "SELECT code, created_at FROM application WHERE erased_at IS NULL"
    )
    op.execute(
        "UPDATE application SET "
        "candidate_id = (SELECT id FROM candidate WHERE candidate.code = application.code), "
        "stage_since = coalesce((SELECT max(at) FROM stage_change "
        "WHERE application_id = application.id), created_at), "
        "source = CASE WHEN EXISTS (SELECT 1 FROM credit WHERE application_id = application.id "
        "AND is_newest AND kind = 'referral') THEN 'referral' "
        "WHEN EXISTS (SELECT 1 FROM credit WHERE application_id = application.id "
        "AND is_newest AND kind = 'inspiration') THEN 'inspiration' ELSE '' END"
    )
    with op.batch_alter_table("application") as table:
        table.alter_column("stage_since", existing_type=UTCDateTime(), nullable=False)
        table.alter_column("version", existing_type=sa.Integer(), server_default=None)
        table.alter_column("source", existing_type=sa.String(12), server_default=None)
        table.create_check_constraint(
            op.f("ck_application_source_known"), "source IN ('', 'referral', 'inspiration')"
        )
        table.create_foreign_key(
            "fk_application_candidate_id", "candidate", ["candidate_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        table.create_foreign_key(
            "fk_application_recruiter_id", "person", ["recruiter_id"], ["id"], ondelete="SET NULL"
        )
        for name, columns in INDEXES.items():
            table.create_index(name, columns)
    op.create_index("ix_act_subject", "act", ["subject"])


def downgrade() -> None:
    """Take back. What those who hire wrote is lost with it."""
    op.drop_index("ix_act_subject", "act")
    op.drop_column("person", "is_limited")
    for name in ("reason", "words", "outside"):
        op.drop_column("stage_change", name)
    with op.batch_alter_table("application") as table:
        for name in INDEXES:
            table.drop_index(name)
        table.drop_constraint("fk_application_candidate_id", type_="foreignkey")
        table.drop_constraint("fk_application_recruiter_id", type_="foreignkey")
        table.drop_constraint(op.f("ck_application_source_known"), type_="check")
        for name in (
            "email_confirmed_at", "candidate_id", "recruiter_id", "stage_since", "version", "source",
        ):  # fmt: skip
            table.drop_column(name)
    for table in TABLES:
        op.drop_table(table)
