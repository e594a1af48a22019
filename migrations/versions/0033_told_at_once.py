"""For bursts of alerts: whom they may reach is asked once a statement, what goes first has an index."""

import sqlalchemy as sa
from alembic import op

revision = "0033_told_at_once"
down_revision = "0032_second_person"
branch_labels = None
depends_on = None

# Few alerts are of parties, of survivors, or unverified: only of those is each recipient looked at.
TOLD = """
CREATE FUNCTION mbiu_may_be_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named uuid[] := ARRAY(SELECT DISTINCT alert_id FROM told WHERE alert_id IS NOT NULL);
    of_parties uuid[];
    warnings uuid[];
BEGIN
    IF named = '{}' THEN
        RETURN NULL;
    END IF;
    of_parties := ARRAY(
        SELECT alert.id FROM alert JOIN incident ON incident.id = alert.incident_id
        WHERE alert.id = ANY (named)
          AND (incident.survivor OR EXISTS (SELECT 1 FROM suspect WHERE suspect.incident_id = incident.id)));
    IF of_parties <> '{}' AND EXISTS (
        SELECT 1 FROM told JOIN alert ON alert.id = told.alert_id
            JOIN address ON address.id = told.address_id,
            LATERAL mbiu_bars(alert.incident_id, address.contact_id)
        WHERE told.alert_id = ANY (of_parties) AND told.kind IN ('alert', 'reminder', 'final'))
    THEN
        RAISE EXCEPTION 'never_to_a_party' USING ERRCODE = 'check_violation';
    END IF;
    warnings := ARRAY(SELECT alert.id FROM alert WHERE alert.id = ANY (named) AND alert.unverified);
    IF warnings <> '{}' AND EXISTS (
        SELECT 1 FROM told JOIN alert ON alert.id = told.alert_id
        WHERE told.alert_id = ANY (warnings)
          AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(alert.chain) AS rung (said),
                jsonb_array_elements(said -> 'recipients') AS one
            WHERE (one ->> 'address')::uuid = told.address_id)
          AND NOT EXISTS (
            SELECT 1 FROM address JOIN contact ON contact.id = address.contact_id
            WHERE address.id = told.address_id AND responder_class IN ('mediator', 'coordinator')))
    THEN
        RAISE EXCEPTION 'warning_not_allowed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""
EACH = {
    "never_to_a_party": "NEW.alert_id IS NOT NULL AND NEW.kind IN ('alert', 'reminder', 'final')",
    "unverified_delivery": "NEW.alert_id IS NOT NULL",
}
# Their functions stay, for the way back.
FUNCTIONS = {"never_to_a_party": "mbiu_tells_no_party()", "unverified_delivery": "mbiu_warns_mediators()"}


UNSENT = sa.text("state IN ('queued', 'sending') AND carrier_id IS NULL")
INDEXES = {"ix_delivery_order": ["urgency", "created_at"], "ix_delivery_expiry": ["expires_at"]}
# Only what is not sent yet is ordered by it.
URGENT = """
UPDATE delivery SET urgency = CASE
    WHEN kind IN ('alert', 'final', 'sequel', 'bundle', 'warning') THEN least(round, 1)
    WHEN kind IN ('digest', 'counter', 'outcome') THEN 3 ELSE 2 END
WHERE state IN ('queued', 'sending')
"""


# The few rows of survivors, whose days are their own.
SURVIVORS = {
    "incident": ("ix_incident_survivor", "survivor"),
    "report": ("ix_report_sexual", "event_type = 'sexual_violence'"),
}


def upgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    op.add_column("delivery", sa.Column("urgency", sa.SmallInteger(), server_default="2", nullable=False))
    op.execute(URGENT)
    for name, columns in INDEXES.items():
        op.create_index(name, "delivery", columns, postgresql_where=UNSENT)
    for table, (name, which) in SURVIVORS.items():
        op.create_index(name, table, ["id"], postgresql_where=sa.text(which))
    op.execute(TOLD)
    for name in EACH:
        op.execute(f"DROP TRIGGER {name} ON delivery")
    op.execute(
        "CREATE TRIGGER may_be_told AFTER INSERT ON delivery REFERENCING NEW TABLE AS told"
        " FOR EACH STATEMENT EXECUTE FUNCTION mbiu_may_be_told()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER may_be_told ON delivery")
    op.execute("DROP FUNCTION mbiu_may_be_told()")
    for name, condition in EACH.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON delivery FOR EACH ROW"
            f" WHEN ({condition}) EXECUTE FUNCTION {FUNCTIONS[name]}"
        )
    for table, (name, _) in SURVIVORS.items():
        op.drop_index(name, table_name=table)
    for name in INDEXES:
        op.drop_index(name, table_name="delivery")
    op.drop_column("delivery", "urgency")
