"""The queue: saved filters, what was done to many at once, words to search by, what is put aside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_queue"
down_revision = "0013_training"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('open', 'claimed')")
LEFTOVER = sa.text(
    "incident_id IS NULL AND state = 'read' AND archived_at IS NULL AND withdrawn_at IS NULL"
    " AND erased_at IS NULL"
)
SHOWN = (
    "EXISTS (SELECT 1 FROM incident WHERE incident.id = bulk_row.incident_id)"
    " OR EXISTS (SELECT 1 FROM report WHERE report.id = bulk_row.report_id)"
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE INDEX ix_place_name_alike ON place USING gin (lower(name) gin_trgm_ops)")
    op.add_column("incident", sa.Column("assigned_to", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_incident_assigned_to_user_account", "incident", "user_account", ["assigned_to"], ["id"]
    )
    op.add_column("incident", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    # Not in report itself: under its row-level security no index on an array is used.
    op.create_table(
        "report_terms",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk_report_terms_report_id_report", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name="pk_report_terms"),
    )
    op.create_index("ix_report_terms_terms", "report_terms", ["terms"], postgresql_using="gin")
    op.create_index("ix_report_leftover", "report", ["created_at", "id"], postgresql_where=LEFTOVER)
    op.create_index("ix_incident_told", "incident", ["reports", "created_at", "id"], postgresql_where=WAITING)
    assigned = sa.text("assigned_to IS NOT NULL")
    op.create_index("ix_incident_assigned", "incident", ["assigned_to"], postgresql_where=assigned)
    _saved_filter()
    _bulk()


def _saved_filter() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_saved_filter_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_filter_user_id_name"),
    )


def _bulk() -> None:
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_bulk_action_user_id_user_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"],
            ["user_account.id"],
            name="fk_bulk_action_undone_by_user_account",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_action"),
    )
    op.create_index("ix_bulk_action_user_id_created_at", "bulk_action", ["user_id", "created_at"])
    op.create_table(
        "bulk_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("after", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_action.id"], name="fk_bulk_row_bulk_id_bulk_action", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_bulk_row_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk_bulk_row_report_id_report", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_row"),
    )
    for column in ("bulk_id", "incident_id", "report_id"):
        op.create_index(f"ix_bulk_row_{column}", "bulk_row", [column])
    op.execute("ALTER TABLE bulk_row ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE bulk_row FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON bulk_row USING ("
        f"(SELECT current_setting('mbiu.scope', true)) = '*' OR {SHOWN}) WITH CHECK (true)"
    )


def downgrade() -> None:
    op.drop_table("bulk_row")
    op.drop_table("bulk_action")
    op.drop_table("saved_filter")
    op.drop_index("ix_incident_assigned", table_name="incident")
    op.drop_index("ix_incident_told", table_name="incident")
    op.drop_index("ix_report_leftover", table_name="report")
    op.drop_table("report_terms")
    op.drop_column("report", "archived_at")
    op.drop_column("incident", "archived_at")
    op.drop_constraint("fk_incident_assigned_to_user_account", "incident", type_="foreignkey")
    op.drop_column("incident", "assigned_to")
    op.drop_index("ix_place_name_alike", table_name="place")
    op.execute("DROP EXTENSION IF EXISTS pg_trgm")
