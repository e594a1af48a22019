"""CAP messages as they were issued; what an exercise is scored by."""

import sqlalchemy as sa
from alembic import op

revision = "0029_cap"
down_revision = "0028_parties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _bulletins()


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
        sa.UniqueConstraint("alert_id", "audience", "number", name="uq_bulletin_alert_id"),
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
    op.drop_table("bulletin")
