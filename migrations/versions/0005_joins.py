"""Why reports were joined: each join and proposal a record, each report a source of its own or not."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_joins"
down_revision = "0004_models"
branch_labels = None
depends_on = None

CELL = "(floor(lat * 5)::integer + 450) * 1800 + floor(lon * 5)::integer + 900"
VISIBLE = "EXISTS (SELECT 1 FROM report WHERE report.id = joining.report_id)"


def upgrade() -> None:
    op.add_column(
        "incident",
        sa.Column("actors", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "incident", sa.Column("cell", sa.Integer(), sa.Computed(CELL, persisted=True), nullable=True)
    )
    op.create_index("ix_incident_cell_created_at", "incident", ["cell", "created_at"])
    op.create_index("ix_incident_place_id_created_at", "incident", ["place_id", "created_at"])
    op.add_column("report", sa.Column("independent", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("report", sa.Column("source_note", sa.String(length=16), server_default="", nullable=False))
    op.execute("UPDATE report SET independent = false, source_note = 'copy' WHERE copied")
    op.create_index(
        "ix_report_witness",
        "report",
        ["incident_id", "created_at"],
        postgresql_where=sa.text("NOT copied"),
    )
    _joining()


def _joining() -> None:
    op.create_table(
        "joining",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("left_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("same_event", sa.Double(), nullable=True),
        sa.Column("independent", sa.Boolean(), nullable=False),
        sa.Column("why", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_joining_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["left_id"], ["incident.id"], name="fk_joining_left_id_incident", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk_joining_report_id_report", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name="fk_joining_made_by_user_account"),
        sa.ForeignKeyConstraint(["undone_by"], ["user_account.id"], name="fk_joining_undone_by_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_joining"),
    )
    op.create_index("ix_joining_report_id_created_at", "joining", ["report_id", "created_at"])
    op.create_index("ix_joining_incident_id_created_at", "joining", ["incident_id", "created_at"])
    op.create_index(
        "ix_joining_left_id", "joining", ["left_id"], postgresql_where=sa.text("left_id IS NOT NULL")
    )
    op.execute("ALTER TABLE joining ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE joining FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON joining USING ("
        f"(SELECT current_setting('mbiu.scope', true)) = '*' OR {VISIBLE}) WITH CHECK (true)"
    )


def downgrade() -> None:
    op.drop_table("joining")
    op.drop_index("ix_report_witness", "report")
    op.drop_column("report", "source_note")
    op.drop_column("report", "independent")
    op.drop_index("ix_incident_place_id_created_at", "incident")
    op.drop_index("ix_incident_cell_created_at", "incident")
    op.drop_column("incident", "cell")
    op.drop_column("incident", "actors")
