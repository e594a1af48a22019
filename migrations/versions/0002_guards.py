"""Guards that hold whoever writes: area scope, append-only records, two people for grave alerts."""

from alembic import op

revision = "0002_guards"
down_revision = "0001_the_line"
branch_labels = None
depends_on = None

# Table -> the condition under which a user's scope shows a row. The system's own scope is '*'.
VISIBLE = {
    "incident": "mbiu_sees(area_path)",
    "report": "mbiu_sees(area_path)"
    " OR EXISTS (SELECT 1 FROM incident WHERE incident.id = report.incident_id)",
    "message": "EXISTS (SELECT 1 FROM report WHERE report.id = message.report_id)",
    "media": "EXISTS (SELECT 1 FROM message WHERE message.id = media.message_id)",
    "correction": "EXISTS (SELECT 1 FROM report WHERE report.id = correction.report_id)",
    "decision": "EXISTS (SELECT 1 FROM incident WHERE incident.id = decision.incident_id)",
    "authorship": "EXISTS (SELECT 1 FROM incident WHERE incident.id = authorship.incident_id)",
    "note": "EXISTS (SELECT 1 FROM incident WHERE incident.id = note.incident_id)",
    "outcome": "EXISTS (SELECT 1 FROM incident WHERE incident.id = outcome.incident_id)",
    "alert": "EXISTS (SELECT 1 FROM incident WHERE incident.id = alert.incident_id)",
    "response": "EXISTS (SELECT 1 FROM alert WHERE alert.id = response.alert_id)",
    "delivery": "EXISTS (SELECT 1 FROM alert WHERE alert.id = delivery.alert_id)"
    " OR EXISTS (SELECT 1 FROM message WHERE message.id = delivery.message_id)",
    "vault": "false",
}

SEES = """
CREATE FUNCTION mbiu_sees(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT 1 FROM unnest(string_to_array(current_setting('mbiu.scope', true), ',')) AS area
        WHERE area LIKE '/%' AND starts_with(path, area))
$$
"""

FROZEN = """
CREATE FUNCTION mbiu_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""

# Text, place, severity, type or numbers changed: what was approved is no longer what would be sent.
VERSIONED = """
CREATE FUNCTION mbiu_version_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.event_type, NEW.severity, NEW.place_id, NEW.lat, NEW.lon, NEW.numbers)
       IS DISTINCT FROM (OLD.event_type, OLD.severity, OLD.place_id, OLD.lat, OLD.lon, OLD.numbers)
    THEN
        NEW.version := GREATEST(NEW.version, OLD.version + 1);
    END IF;
    IF NEW.version < OLD.version THEN
        RAISE EXCEPTION 'incident versions only grow' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

APPROVED = """
CREATE FUNCTION mbiu_alert_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    grave boolean;
    current_version integer;
    approvals integer;
BEGIN
    SELECT severity IN ('severe', 'extreme'), version INTO grave, current_version
        FROM incident WHERE id = NEW.incident_id FOR SHARE;
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

FUNCTIONS = {
    "mbiu_sees(text)": SEES,
    "mbiu_frozen()": FROZEN,
    "mbiu_version_incident()": VERSIONED,
    "mbiu_alert_is_approved()": APPROVED,
}

TRIGGERS = {
    "frozen_audit": "BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION mbiu_frozen()",
    "frozen_audit_whole": "BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION mbiu_frozen()",
    "frozen_decision": "BEFORE UPDATE OR DELETE ON decision FOR EACH ROW EXECUTE FUNCTION mbiu_frozen()",
    "frozen_decision_whole": "BEFORE TRUNCATE ON decision FOR EACH STATEMENT EXECUTE FUNCTION mbiu_frozen()",
    "versioned_incident": "BEFORE UPDATE ON incident FOR EACH ROW EXECUTE FUNCTION mbiu_version_incident()",
    "approved_alert": "BEFORE INSERT ON alert FOR EACH ROW EXECUTE FUNCTION mbiu_alert_is_approved()",
}


def upgrade() -> None:
    for body in FUNCTIONS.values():
        op.execute(body)
    for name, rest in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {rest}")
    for table, condition in VISIBLE.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY scope ON {table} USING ("
            f"(SELECT current_setting('mbiu.scope', true)) = '*' OR {condition}) WITH CHECK (true)"
        )
    op.execute(
        "INSERT INTO audit_head (id, seq, mac, seal) VALUES (1, 0, decode(repeat('00', 32), 'hex'), '')"
    )


def downgrade() -> None:
    for table in VISIBLE:
        op.execute(f"DROP POLICY scope ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name, rest in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {rest.split(' ON ')[1].split()[0]}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DELETE FROM audit_head")
