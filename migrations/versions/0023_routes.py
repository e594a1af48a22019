"""Rules and chains as data, with their versions; what kind of responder somebody is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023_routes"
down_revision = "0022_map"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)

# Of each route its people, as steps of a chain of the same name.
CHAINS = """
INSERT INTO escalation_chain (id, name, active, steps, version, saved_at, created_at)
SELECT gen_random_uuid(), route.name, true, coalesce(
    (SELECT jsonb_agg(jsonb_build_object(
         'who', who, 'wait_minutes', least(greatest(route.wait_minutes, 1), 1440), 'quorum', '[]'::jsonb,
         'repeats', 0, 'repeat_minutes', 10, 'hours', NULL) ORDER BY step)
     FROM (SELECT step, jsonb_agg(jsonb_build_object('kind', 'person', 'contact', contact_id)
                                  ORDER BY contact_id) AS who
           FROM route_recipient WHERE route_id = route.id GROUP BY step) AS rungs), '[]'),
    1, now(), route.created_at
FROM route
"""
MEDIATORS = """
UPDATE contact SET responder_class = 'mediator'
WHERE responder_class IS NULL
  AND EXISTS (SELECT 1 FROM route_recipient WHERE contact_id = contact.id AND mediator)
"""
FIRST_VERSIONS = """
INSERT INTO rule_version (id, kind, subject_id, version, before, after, saved_by, saved_at)
SELECT gen_random_uuid(), 'chain', id, 1, NULL::jsonb,
       jsonb_build_object('name', name, 'active', active, 'steps', steps), NULL::uuid, saved_at
FROM escalation_chain
UNION ALL
SELECT gen_random_uuid(), 'route', id, 1, NULL::jsonb,
       jsonb_build_object(
           'name', name, 'active', active, 'area_path', area_path, 'event_types', to_jsonb(event_types),
           'drivers', to_jsonb(drivers), 'min_severity', min_severity, 'min_certainty', min_certainty,
           'hour_from', hour_from, 'hour_to', hour_to, 'exercise', exercise, 'chain', chain_id::text),
       NULL::uuid, saved_at
FROM route
"""
RECIPIENTS = """
INSERT INTO route_recipient (id, route_id, contact_id, step, mediator)
SELECT gen_random_uuid(), route.id, contact.id, min(rung.number),
       coalesce(contact.responder_class = 'mediator', false)
FROM route JOIN escalation_chain ON escalation_chain.id = route.chain_id,
     jsonb_array_elements(escalation_chain.steps) WITH ORDINALITY AS rung (step, number),
     jsonb_array_elements(rung.step -> 'who') AS one
     JOIN contact ON contact.id::text = one ->> 'contact'
WHERE one ->> 'kind' = 'person'
GROUP BY route.id, contact.id, contact.responder_class
"""
WAITS = """
UPDATE route SET wait_minutes = coalesce((steps -> 0 ->> 'wait_minutes')::integer, 30)
FROM escalation_chain WHERE escalation_chain.id = route.chain_id
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
    IF NEW.unverified THEN
        IF NOT undecided OR NEW.incident_version IS DISTINCT FROM current_version
           OR jsonb_array_length(NEW.chain) = 0
           OR NOT EXISTS (SELECT 1 FROM decision WHERE incident_id = NEW.incident_id
                          AND verdict = 'warned' AND version = current_version AND user_id = NEW.created_by)
           OR EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.chain) AS rung (told),
                          jsonb_array_elements(told -> 'recipients') AS one
                      WHERE NOT EXISTS ({may_be_warned})) THEN
            RAISE EXCEPTION 'warning_not_allowed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
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
MAY_BE_WARNED = {
    "before": "SELECT 1 FROM route_recipient WHERE mediator AND contact_id = (one ->> 'contact')::uuid",
    # At its end an alert reaches somebody of the house, whoever else it is for.
    "after": "SELECT 1 FROM contact WHERE id = (one ->> 'contact')::uuid AND (responder_class = 'mediator'"
    " OR (responder_class = 'coordinator' AND (told ->> 'final')::boolean))",
}
_TO_MEDIATORS = """
CREATE OR REPLACE FUNCTION mbiu_warns_mediators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM alert WHERE alert.id = NEW.alert_id AND unverified AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(alert.chain) AS rung (told),
                jsonb_array_elements(told -> 'recipients') AS one
            WHERE (one ->> 'address')::uuid = NEW.address_id){or_else}) THEN
        RAISE EXCEPTION 'warning_not_allowed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
# Who is on duty is asked when a step is taken, and so is in no chain.
ON_DUTY = """
        AND NOT EXISTS (SELECT 1 FROM address JOIN contact ON contact.id = address.contact_id
            WHERE address.id = NEW.address_id AND responder_class IN ('mediator', 'coordinator'))"""


def upgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    op.add_column("contact", sa.Column("responder_class", sa.String(24)))
    op.create_index(
        "ix_contact_responder_class", "contact", ["responder_class", "area_path"],
        postgresql_ops={"area_path": "text_pattern_ops"},
        postgresql_where=sa.text("responder_class IS NOT NULL"),
    )  # fmt: skip
    op.execute(MEDIATORS)
    _tables()
    op.execute(CHAINS)
    _columns()
    op.execute(FIRST_VERSIONS)
    op.execute(_APPROVED.format(may_be_warned=MAY_BE_WARNED["after"]))
    op.execute(_TO_MEDIATORS.format(or_else=ON_DUTY))
    op.drop_table("route_recipient")


def _tables() -> None:
    op.create_table(
        "escalation_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("steps", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("saved_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_escalation_chain"),
        sa.UniqueConstraint("name", name="uq_escalation_chain_name"),
    )
    op.create_table(
        "rule_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("saved_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["user_account.id"], name="fk_rule_version_saved_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rule_version"),
        sa.UniqueConstraint("subject_id", "version", name="uq_rule_version_subject_id_version"),
    )
    op.execute(
        "CREATE TRIGGER rule_version_kept BEFORE UPDATE OR DELETE ON rule_version"
        " FOR EACH ROW EXECUTE FUNCTION mbiu_frozen()"
    )


def _columns() -> None:
    op.add_column("route", sa.Column("drivers", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column(
        "route", sa.Column("min_certainty", sa.String(24), server_default="unknown", nullable=False)
    )
    op.add_column("route", sa.Column("hour_from", sa.SmallInteger()))
    op.add_column("route", sa.Column("hour_to", sa.SmallInteger()))
    op.add_column("route", sa.Column("exercise", sa.Boolean()))
    op.add_column("route", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("route", sa.Column("saved_at", _MOMENT))
    op.add_column("route", sa.Column("chain_id", sa.Uuid()))
    op.execute(
        "UPDATE route SET saved_at = created_at, chain_id = (SELECT id FROM escalation_chain"
        " WHERE escalation_chain.name = route.name)"
    )
    op.alter_column("route", "saved_at", nullable=False)
    op.alter_column("route", "chain_id", nullable=False)
    op.create_foreign_key(
        "fk_route_chain_id_escalation_chain", "route", "escalation_chain", ["chain_id"], ["id"]
    )
    op.create_index("ix_route_chain_id", "route", ["chain_id"])
    op.create_check_constraint(
        op.f("ck_route_hours"), "route",
        "(hour_from IS NULL) = (hour_to IS NULL)"
        " AND coalesce(hour_from, 0) BETWEEN 0 AND 23 AND coalesce(hour_to, 0) BETWEEN 0 AND 23",
    )  # fmt: skip
    op.drop_column("route", "wait_minutes")


def downgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    _recipients()
    op.execute(_APPROVED.format(may_be_warned=MAY_BE_WARNED["before"]))
    op.execute(_TO_MEDIATORS.format(or_else=""))
    op.add_column("route", sa.Column("wait_minutes", sa.Integer(), server_default="30", nullable=False))
    op.execute(WAITS)
    op.drop_constraint(op.f("ck_route_hours"), "route")
    for name in (
        "chain_id",
        "saved_at",
        "version",
        "exercise",
        "hour_to",
        "hour_from",
        "min_certainty",
        "drivers",
    ):
        op.drop_column("route", name)
    op.drop_table("rule_version")
    op.drop_table("escalation_chain")
    op.drop_index("ix_contact_responder_class", "contact")
    op.drop_column("contact", "responder_class")


def _recipients() -> None:
    op.create_table(
        "route_recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), server_default="1", nullable=False),
        sa.Column("mediator", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_route_recipient_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["route_id"], ["route.id"], name="fk_route_recipient_route_id_route", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_route_recipient"),
        sa.UniqueConstraint("route_id", "contact_id", name="uq_route_recipient_route_id_contact_id"),
    )
    op.execute(RECIPIENTS)
