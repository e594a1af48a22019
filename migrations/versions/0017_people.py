"""Revealing an identity: who asked, why, and who agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0017_people"
down_revision = "0016_dossier"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reveal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answered_by <> asked_by", name="ck_reveal_two_people"),
        sa.CheckConstraint("shown_at IS NULL OR agreed", name="ck_reveal_shown_after_consent"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_reveal_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_reveal_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name="fk_reveal_asked_by_user_account"),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["user_account.id"], name="fk_reveal_answered_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reveal"),
    )
    op.create_index("ix_reveal_asked_at", "reveal", ["asked_at"])
    op.create_index("ix_reveal_asked_by_shown_at", "reveal", ["asked_by", "shown_at"])
    op.execute("ALTER TABLE reveal ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE reveal FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON reveal USING ((SELECT current_setting('mbiu.scope', true)) = '*'"
        " OR EXISTS (SELECT 1 FROM incident WHERE incident.id = reveal.incident_id))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY scope ON reveal")
    op.drop_index("ix_reveal_asked_by_shown_at", table_name="reveal")
    op.drop_index("ix_reveal_asked_at", table_name="reveal")
    op.drop_table("reveal")
