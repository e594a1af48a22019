"""Links that answer once; what responders write with an answer; word to everybody an alert had reached."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_answers"
down_revision = "0026_channels"
branch_labels = None
depends_on = None

EVERYTHING = "(SELECT current_setting('mbiu.scope', true)) = '*'"
OF_ALERT = "EXISTS (SELECT 1 FROM alert WHERE alert.id = {table}.alert_id)"
OF_SEQUEL = "EXISTS (SELECT 1 FROM sequel WHERE sequel.id = delivery.sequel_id)"

# Table -> the condition under which a user's scope shows a row: before and after.
BEFORE = {
    "message": "EXISTS (SELECT 1 FROM report WHERE report.id = message.report_id)",
    "delivery": "EXISTS (SELECT 1 FROM alert WHERE alert.id = delivery.alert_id)"
    " OR EXISTS (SELECT 1 FROM message WHERE message.id = delivery.message_id)"
    " OR EXISTS (SELECT 1 FROM counter_message WHERE counter_message.id = delivery.counter_id)",
}
AFTER = {
    "message": f"{BEFORE['message']} OR {OF_ALERT.format(table='message')}",
    "delivery": f"{BEFORE['delivery']} OR {OF_SEQUEL}",
}

# New facts leave as an update only when as many people have approved them as for an alert.
APPROVED = """
CREATE FUNCTION mbiu_update_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid := (SELECT incident_id FROM alert WHERE id = NEW.alert_id);
    grave boolean;
    current_version integer;
    approvals integer;
BEGIN
    SELECT severity IN ('severe', 'extreme') OR mbiu_is_coerced(id), version INTO grave, current_version
        FROM incident WHERE id = whose FOR SHARE;
    SELECT count(DISTINCT user_id) INTO approvals FROM decision
        WHERE incident_id = whose AND verdict = 'verified' AND version = current_version
          AND NOT (grave AND user_id IN (SELECT user_id FROM authorship WHERE incident_id = whose));
    IF NEW.incident_version IS DISTINCT FROM current_version
       OR approvals < (CASE WHEN grave THEN 2 ELSE 1 END) THEN
        RAISE EXCEPTION 'update_not_approved' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    _links()
    _sequels()
    op.add_column("delivery", sa.Column("sequel_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_delivery_sequel_id_sequel", "delivery", "sequel", ["sequel_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(
        "uq_delivery_sequel_address", "delivery", ["sequel_id", "address_id", "step"], unique=True,
        postgresql_where=sa.text("sequel_id IS NOT NULL"),
    )  # fmt: skip
    op.add_column("message", sa.Column("alert_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_message_alert_id_alert", "message", "alert", ["alert_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_message_alert_id", "message", ["alert_id"], postgresql_where=sa.text("alert_id IS NOT NULL")
    )
    op.create_index("ix_response_contact_id_created_at", "response", ["contact_id", "created_at"])
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    op.execute(
        "UPDATE message SET alert_id = response.alert_id FROM response WHERE response.message_id = message.id"
    )
    for table, condition in AFTER.items():
        op.execute(f"ALTER POLICY scope ON {table} USING ({EVERYTHING} OR {condition})")
    op.execute(APPROVED)
    op.execute(
        "CREATE TRIGGER approved_update BEFORE INSERT ON sequel FOR EACH ROW WHEN (NEW.kind = 'update')"
        " EXECUTE FUNCTION mbiu_update_is_approved()"
    )


def _links() -> None:
    op.create_table(
        "answer_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_answer_link_alert_id_alert", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_answer_link_contact_id_contact", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer_link"),
        sa.UniqueConstraint("digest", name="uq_answer_link_digest"),
    )
    op.create_index("ix_answer_link_alert_id", "answer_link", ["alert_id"])
    op.create_index("ix_answer_link_contact_id", "answer_link", ["contact_id"])
    _guard("answer_link")


def _sequels() -> None:
    op.create_table(
        "sequel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("incident_version", sa.Integer(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_sequel_alert_id_alert", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name="fk_sequel_created_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sequel"),
    )
    op.create_index("ix_sequel_alert_id", "sequel", ["alert_id"])
    _guard("sequel")


def _guard(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY scope ON {table} USING ({EVERYTHING} OR {OF_ALERT.format(table=table)})"
        " WITH CHECK (true)"
    )


def downgrade() -> None:
    for table, condition in BEFORE.items():
        op.execute(f"ALTER POLICY scope ON {table} USING ({EVERYTHING} OR {condition})")
    op.drop_index("ix_response_contact_id_created_at", table_name="response")
    op.drop_index("ix_message_alert_id", table_name="message")
    op.drop_column("message", "alert_id")
    op.drop_index("uq_delivery_sequel_address", table_name="delivery")
    op.drop_column("delivery", "sequel_id")
    op.drop_table("sequel")
    op.drop_table("answer_link")
    op.execute("DROP FUNCTION mbiu_update_is_approved()")
