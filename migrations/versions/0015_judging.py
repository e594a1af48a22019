"""Judging: restricted incidents, rumours, warnings sent before they are verified."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_judging"
down_revision = "0014_queue"
branch_labels = None
depends_on = None

EVERYTHING = "(SELECT current_setting('mbiu.scope', true)) = '*'"
OPEN_TO = "(NOT restricted OR (SELECT current_setting('mbiu.cleared', true)) = 'on')"
OF_INCIDENT = "EXISTS (SELECT 1 FROM incident WHERE incident.id = {table}.incident_id)"

OF_COUNTER = "EXISTS (SELECT 1 FROM counter_message WHERE counter_message.id = delivery.counter_id)"

# Table -> the condition under which a user's scope shows a row: before and after.
BEFORE = {
    "incident": "mbiu_sees(area_path)",
    "report": "mbiu_sees(area_path) OR " + OF_INCIDENT.format(table="report"),
    "delivery": "EXISTS (SELECT 1 FROM alert WHERE alert.id = delivery.alert_id)"
    " OR EXISTS (SELECT 1 FROM message WHERE message.id = delivery.message_id)",
}
AFTER = {
    "incident": f"mbiu_sees(area_path) AND {OPEN_TO}",
    "report": f"(mbiu_sees(area_path) AND {OPEN_TO}) OR " + OF_INCIDENT.format(table="report"),
    "delivery": f"{BEFORE['delivery']} OR {OF_COUNTER}",
}

# What may be seen by few follows from what the row says; no job and no user has to remember it.
RESTRICT_INCIDENT = """
CREATE FUNCTION mbiu_restrict_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.restricted := NEW.event_type = 'sexual_violence' OR 'sexual_violence' = ANY (NEW.other_types)
        OR EXISTS (SELECT 1 FROM report WHERE incident_id = NEW.id AND duress);
    RETURN NEW;
END $$
"""

RESTRICT_REPORT = """
CREATE FUNCTION mbiu_restrict_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.restricted := NEW.duress
        OR CASE WHEN NEW.incident_id IS NULL THEN NEW.event_type = 'sexual_violence'
           ELSE coalesce((SELECT restricted FROM incident WHERE id = NEW.incident_id), false) END;
    RETURN NEW;
END $$
"""

# Whoever's transaction it is, all reports of an incident are hidden or shown with it.
RESTRICT_REPORTS = """
CREATE FUNCTION mbiu_restrict_reports() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := coalesce(current_setting('mbiu.scope', true), '');
BEGIN
    PERFORM set_config('mbiu.scope', '*', true);
    UPDATE report SET restricted = NEW.restricted OR duress WHERE incident_id = NEW.id;
    PERFORM set_config('mbiu.scope', before, true);
    RETURN NULL;
END $$
"""

RESTRICT_BY_REPORT = """
CREATE FUNCTION mbiu_restrict_by_report() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := coalesce(current_setting('mbiu.scope', true), '');
    left_id uuid := CASE WHEN TG_OP = 'UPDATE' THEN OLD.incident_id END;
BEGIN
    PERFORM set_config('mbiu.scope', '*', true);
    UPDATE incident SET other_types = other_types
        WHERE id IN (NEW.incident_id, left_id) AND (id = left_id OR NOT restricted);
    PERFORM set_config('mbiu.scope', before, true);
    RETURN NULL;
END $$
"""

RUMOURED = """
CREATE FUNCTION mbiu_keep_rumour() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := coalesce(current_setting('mbiu.scope', true), '');
BEGIN
    PERFORM set_config('mbiu.scope', '*', true);
    INSERT INTO rumour (incident_id, claimed_type, heard_at, created_at)
        VALUES (NEW.id, NEW.other_types[1], NEW.created_at, now()) ON CONFLICT DO NOTHING;
    PERFORM set_config('mbiu.scope', before, true);
    RETURN NULL;
END $$
"""

_APPROVED = """
CREATE OR REPLACE FUNCTION mbiu_alert_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    grave boolean;
    current_version integer;
    approvals integer;
    undecided boolean;
BEGIN
    SELECT severity IN ('severe', 'extreme'), version, state IN ('open', 'claimed')
        INTO grave, current_version, undecided
        FROM incident WHERE id = NEW.incident_id FOR SHARE;
    grave := grave OR mbiu_is_coerced(NEW.incident_id);
    {warned}
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
# A warning before the second approval: with a written reason, of what nobody has decided yet, to mediators.
WARNED = """
    IF NEW.unverified THEN
        IF NOT undecided OR NEW.incident_version IS DISTINCT FROM current_version
           OR jsonb_array_length(NEW.chain) = 0
           OR NOT EXISTS (SELECT 1 FROM decision WHERE incident_id = NEW.incident_id
                          AND verdict = 'warned' AND version = current_version AND user_id = NEW.created_by)
           OR EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.chain) AS rung (told),
                          jsonb_array_elements(told -> 'recipients') AS one
                      WHERE NOT EXISTS (SELECT 1 FROM route_recipient WHERE mediator
                                        AND contact_id = (one ->> 'contact')::uuid)) THEN
            RAISE EXCEPTION 'warning_not_allowed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
"""
TO_MEDIATORS = """
CREATE FUNCTION mbiu_warns_mediators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM alert WHERE alert.id = NEW.alert_id AND unverified AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(alert.chain) AS rung (told),
                jsonb_array_elements(told -> 'recipients') AS one
            WHERE (one ->> 'address')::uuid = NEW.address_id)) THEN
        RAISE EXCEPTION 'warning_not_allowed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

TRIGGERS = {
    "restricted_incident": "BEFORE INSERT OR UPDATE OF event_type, other_types ON incident"
    " FOR EACH ROW EXECUTE FUNCTION mbiu_restrict_incident()",
    "restricted_reports": "AFTER UPDATE ON incident FOR EACH ROW"
    " WHEN (OLD.restricted IS DISTINCT FROM NEW.restricted) EXECUTE FUNCTION mbiu_restrict_reports()",
    "restricted_report": "BEFORE INSERT OR UPDATE OF incident_id, duress, event_type ON report"
    " FOR EACH ROW EXECUTE FUNCTION mbiu_restrict_report()",
    "restricted_by_report": "AFTER INSERT OR UPDATE OF incident_id, duress ON report FOR EACH ROW"
    " WHEN (NEW.duress) EXECUTE FUNCTION mbiu_restrict_by_report()",
    "rumoured_incident": "AFTER INSERT OR UPDATE OF event_type ON incident FOR EACH ROW"
    " WHEN (NEW.event_type = 'rumour') EXECUTE FUNCTION mbiu_keep_rumour()",
    "unverified_alert": "BEFORE UPDATE ON alert FOR EACH ROW"
    " WHEN (OLD.unverified IS DISTINCT FROM NEW.unverified"
    " OR (OLD.unverified AND OLD.chain IS DISTINCT FROM NEW.chain)) EXECUTE FUNCTION mbiu_frozen()",
    "unverified_delivery": "BEFORE INSERT ON delivery FOR EACH ROW"
    " WHEN (NEW.alert_id IS NOT NULL) EXECUTE FUNCTION mbiu_warns_mediators()",
}
FUNCTIONS = (
    "mbiu_restrict_incident",
    "mbiu_restrict_reports",
    "mbiu_restrict_report",
    "mbiu_restrict_by_report",
    "mbiu_keep_rumour",
    "mbiu_warns_mediators",
)


def upgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    _columns()
    _rumours()
    _counter_messages()
    for table, condition in AFTER.items():
        op.execute(f"ALTER POLICY scope ON {table} USING ({EVERYTHING} OR {condition})")
    for table in ("rumour", "counter_message"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY scope ON {table} USING ({EVERYTHING} OR {OF_INCIDENT.format(table=table)})"
            " WITH CHECK (true)"
        )
    bodies = (RESTRICT_INCIDENT, RESTRICT_REPORTS, RESTRICT_REPORT, RESTRICT_BY_REPORT, RUMOURED)
    for body in (*bodies, TO_MEDIATORS, _APPROVED.format(warned=WARNED)):
        op.execute(body)
    for name, rest in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {rest}")
    # Each row says by itself whether it is one of them.
    op.execute("UPDATE incident SET event_type = event_type")
    op.execute("UPDATE report SET event_type = event_type")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default="false", nullable=False)


def _columns() -> None:
    op.add_column("incident", _flag("restricted"))
    op.add_column("incident", sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_incident_warn", "incident", ["warn_at"], postgresql_where=sa.text("warn_at IS NOT NULL")
    )
    op.add_column("report", _flag("restricted"))
    op.add_column("user_account", _flag("cleared"))
    op.add_column("route_recipient", _flag("mediator"))
    op.add_column("alert", _flag("unverified"))
    op.add_column("alert", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))


def _rumours() -> None:
    op.create_table(
        "rumour",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_type", sa.String(length=24), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_rumour_incident_id_incident", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", name="pk_rumour"),
    )


def _counter_messages() -> None:
    op.create_table(
        "counter_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("audience", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("approved_by <> written_by", name="ck_counter_message_two_people"),
        sa.CheckConstraint("(sent_at IS NULL) = (approved_by IS NULL)", name="ck_counter_message_approved"),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name="fk_counter_message_incident_id_incident",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["user_account.id"], name="fk_counter_message_written_by_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["user_account.id"], name="fk_counter_message_approved_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_counter_message"),
    )
    op.create_index("ix_counter_message_incident_id", "counter_message", ["incident_id"])
    op.add_column("delivery", sa.Column("counter_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_delivery_counter_id_counter_message",
        "delivery",
        "counter_message",
        ["counter_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(
        "uq_delivery_counter_address",
        "delivery",
        ["counter_id", "address_id"],
        unique=True,
        postgresql_where=sa.text("counter_id IS NOT NULL"),
    )


def downgrade() -> None:
    for name, rest in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {rest.split(' ON ')[1].split()[0]}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
    op.execute(_APPROVED.format(warned=""))
    for table, condition in BEFORE.items():
        op.execute(f"ALTER POLICY scope ON {table} USING ({EVERYTHING} OR {condition})")
    op.drop_index("uq_delivery_counter_address", table_name="delivery")
    op.drop_constraint("fk_delivery_counter_id_counter_message", "delivery", type_="foreignkey")
    op.drop_column("delivery", "counter_id")
    op.drop_table("counter_message")
    op.drop_table("rumour")
    op.drop_column("alert", "settled_at")
    op.drop_column("alert", "unverified")
    op.drop_column("route_recipient", "mediator")
    op.drop_column("user_account", "cleared")
    op.drop_column("report", "restricted")
    op.drop_index("ix_incident_warn", table_name="incident")
    op.drop_column("incident", "warn_at")
    op.drop_column("incident", "restricted")
