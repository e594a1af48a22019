"""CAP messages as they were issued; what an exercise is scored by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029_cap"
down_revision = "0028_parties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _bulletins()
    _drills()


def _drills() -> None:
    op.add_column("contact", sa.Column("drills_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_contact_drills", "contact", ["code"], postgresql_where=sa.text("drills_at IS NOT NULL")
    )
    op.add_column("drill", sa.Column("live", sa.Boolean(), server_default="false", nullable=False))
    for name in ("parts", "results"):
        op.add_column("drill", sa.Column(name, postgresql.JSONB(), server_default="{}", nullable=False))
    op.create_table(
        "drill_member",
        sa.Column("drill_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["drill_id"], ["drill.id"], name="fk_drill_member_drill_id_drill", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_drill_member_contact_id_contact", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("drill_id", "contact_id", name="pk_drill_member"),
    )
    op.create_index("ix_drill_member_contact_id_until", "drill_member", ["contact_id", "until"])


def _bulletins() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("cause", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("identifier", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_bulletin_alert_id_alert", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
        sa.UniqueConstraint("alert_id", "audience", "number", name="uq_bulletin_alert_id_audience_number"),
        sa.UniqueConstraint("alert_id", "audience", "cause", name="uq_bulletin_cause"),
        sa.UniqueConstraint("identifier", name="uq_bulletin_identifier"),
    )
    op.create_index("ix_bulletin_newest", "bulletin", ["audience", "created_at", "id"])
    op.execute("ALTER TABLE bulletin ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE bulletin FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON bulletin USING ((SELECT current_setting('mbiu.scope', true)) = '*'"
        " OR EXISTS (SELECT 1 FROM alert WHERE alert.id = bulletin.alert_id)) WITH CHECK (true)"
    )


def downgrade() -> None:
    op.drop_table("drill_member")
    for name in ("results", "parts", "live"):
        op.drop_column("drill", name)
    op.drop_index("ix_contact_drills", table_name="contact")
    op.drop_column("contact", "drills_at")
    op.drop_table("bulletin")
