"""Leaving: what is to be erased at the provider, and guards for silence and for reports under duress."""

import sqlalchemy as sa
from alembic import op

revision = "0012_leaving"
down_revision = "0011_wordings"
branch_labels = None
depends_on = None

# Whoever is silent for good is written to by nobody, except for the answer that makes them a stranger;
# and nothing waits for somebody whose number is gone. No job has to remember it.
SILENT = """
CREATE FUNCTION mbiu_keep_silence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM address JOIN contact ON contact.id = address.contact_id
               WHERE address.id = NEW.address_id
                 AND (address.vault_id IS NULL OR (contact.silent_at IS NOT NULL AND NEW.kind <> 'reply')))
    THEN
        NEW.state := 'expired';
        NEW.error := 'silent';
    END IF;
    RETURN NEW;
END $$
"""

COERCED = """
CREATE FUNCTION mbiu_is_coerced(incident uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) FILTER (WHERE duress) > 0
       AND count(*) FILTER (WHERE NOT duress AND NOT unconfirmed AND independent) = 0
    FROM report WHERE incident_id = incident AND withdrawn_at IS NULL
$$
"""

_APPROVED = """
CREATE OR REPLACE FUNCTION mbiu_alert_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    grave boolean;
    current_version integer;
    approvals integer;
BEGIN
    SELECT severity IN ('severe', 'extreme'), version INTO grave, current_version
        FROM incident WHERE id = NEW.incident_id FOR SHARE;
    {coerced}
    SELECT count(DISTINCT user_id) INTO approvals FROM decision
        WHERE incident_id = NEW.incident_id AND verdict = 'verified' AND version = current_version
          AND NOT (grave AND user_id IN (SELECT user_id FROM authorship WHERE incident_id = NEW.incident_id));
    IF NEW.incident_version IS DISTINCT FROM current_version
       OR approvals < (CASE WHEN grave THEN 2 ELSE 1 END) THEN
        RAISE EXCEPTION 'alert_not_approved' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
APPROVED = _APPROVED.format(coerced="grave := grave OR mbiu_is_coerced(NEW.incident_id);")
APPROVED_BEFORE = _APPROVED.format(coerced="")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("chat", sa.LargeBinary(), nullable=False),
        sa.Column("incoming_only", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name="fk_erasure_address_id_address", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_due_at", "erasure", ["due_at"])
    op.add_column("address", sa.Column("burn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_address_burn", "address", ["burn_at"], postgresql_where=sa.text("burn_at IS NOT NULL")
    )
    op.add_column("contact", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("ALTER TABLE erasure ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE erasure FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON erasure USING ((SELECT current_setting('mbiu.scope', true)) = '*')"
        " WITH CHECK (true)"
    )
    op.execute(SILENT)
    op.execute(
        "CREATE TRIGGER silent_delivery BEFORE INSERT OR UPDATE OF state ON delivery FOR EACH ROW"
        " WHEN (NEW.state = 'queued') EXECUTE FUNCTION mbiu_keep_silence()"
    )
    op.execute(COERCED)
    op.execute(APPROVED)


def downgrade() -> None:
    op.execute(APPROVED_BEFORE)
    op.execute("DROP FUNCTION mbiu_is_coerced(uuid)")
    op.execute("DROP TRIGGER silent_delivery ON delivery")
    op.execute("DROP FUNCTION mbiu_keep_silence()")
    op.execute("DROP POLICY scope ON erasure")
    op.drop_column("report", "erased_at")
    op.drop_column("contact", "doubted_at")
    op.drop_index("ix_address_burn", table_name="address", postgresql_where=sa.text("burn_at IS NOT NULL"))
    op.drop_column("address", "burn_at")
    op.drop_index("ix_erasure_due_at", table_name="erasure")
    op.drop_table("erasure")
