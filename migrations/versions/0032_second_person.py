"""Changes of who hears wait for a second person; updates keep from parties; who looks again is reminded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032_second_person"
down_revision = "0031_speed"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)

# What a route does to real incidents: nothing while it is off or for exercises only. Its name does nothing.
REACH = """
CREATE FUNCTION mbiu_reach(facts jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN (facts ->> 'active')::boolean AND (facts ->> 'exercise') IS DISTINCT FROM 'true'
        THEN facts - 'name' END
$$
"""
SECONDED = """
CREATE FUNCTION mbiu_is_seconded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.proposal_id IS NOT NULL THEN
        IF NOT EXISTS (
            SELECT 1 FROM proposal WHERE id = NEW.proposal_id AND kind = NEW.kind
                AND subject_id = NEW.subject_id AND proposal.after = NEW.after
                AND asked_by = NEW.saved_by AND agreed_at IS NOT NULL) THEN
            RAISE EXCEPTION 'needs_second_person' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.saved_by IS NOT NULL AND (
        (NEW.kind = 'route' AND mbiu_reach(NEW.before) IS DISTINCT FROM mbiu_reach(NEW.after))
        OR (NEW.kind = 'chain' AND NEW.before -> 'steps' IS DISTINCT FROM NEW.after -> 'steps' AND EXISTS (
            SELECT 1 FROM route WHERE chain_id = NEW.subject_id AND active AND exercise IS NOT TRUE))) THEN
        RAISE EXCEPTION 'needs_second_person' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
# What was agreed to is what was proposed, and what was answered stays answered.
KEPT = ("kind", "subject_id", "name", "version", "chain_version", "before", "after", "asked_by", "asked_at")
_CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in KEPT)
_ANSWERED = "(OLD.agreed_by, OLD.agreed_at, OLD.alone, OLD.dropped_by, OLD.dropped_at)"

# An update tells the facts; a recall and an all-clear name a reference alone, and go to everybody.
NO_PARTY = """
CREATE FUNCTION mbiu_updates_no_party() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about uuid := (SELECT incident_id FROM sequel JOIN alert ON alert.id = sequel.alert_id
                   WHERE sequel.id = NEW.sequel_id AND sequel.kind = 'update');
BEGIN
    IF about IS NOT NULL AND (EXISTS (SELECT 1 FROM suspect WHERE incident_id = about)
                              OR (SELECT survivor FROM incident WHERE id = about))
    THEN
        PERFORM 1 FROM address, LATERAL mbiu_bars(about, address.contact_id)
            WHERE address.id = NEW.address_id;
        IF FOUND THEN
            RAISE EXCEPTION 'never_to_a_party' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = {
    "seconded": "BEFORE INSERT ON rule_version FOR EACH ROW EXECUTE FUNCTION mbiu_is_seconded()",
    "frozen_proposal": f"BEFORE UPDATE ON proposal FOR EACH ROW WHEN ({_CHANGED}"
    " OR ((OLD.agreed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL)"
    f" AND {_ANSWERED} IS DISTINCT FROM {_ANSWERED.replace('OLD', 'NEW')}))"
    " EXECUTE FUNCTION mbiu_frozen()",
    "updates_no_party": "BEFORE INSERT ON delivery FOR EACH ROW WHEN (NEW.sequel_id IS NOT NULL)"
    " EXECUTE FUNCTION mbiu_updates_no_party()",
}
FUNCTIONS = ("mbiu_updates_no_party()", "mbiu_is_seconded()", "mbiu_reach(jsonb)")


def upgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    _proposals()
    op.add_column("rule_version", sa.Column("proposal_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_rule_version_proposal_id_proposal", "rule_version", "proposal", ["proposal_id"], ["id"]
    )
    op.add_column("response", sa.Column("lapsed_why", sa.String(8), server_default="", nullable=False))
    op.add_column("follow_up", sa.Column("contact_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_follow_up_contact_id_contact", "follow_up", "contact", ["contact_id"], ["id"], ondelete="SET NULL"
    )
    for body in (REACH, SECONDED, NO_PARTY):
        op.execute(body)
    for name, rest in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {rest}")


def _proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chain_version", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("vault_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", _MOMENT, nullable=True),
        sa.Column("alone", sa.LargeBinary(), nullable=True),
        sa.Column("dropped_by", sa.Uuid(), nullable=True),
        sa.Column("dropped_at", _MOMENT, nullable=True),
        sa.CheckConstraint("agreed_by <> asked_by OR alone IS NOT NULL", name="ck_proposal_two_people"),
        sa.CheckConstraint("alone IS NULL OR agreed_by = asked_by", name="ck_proposal_alone"),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL) AND (dropped_at IS NULL) = (dropped_by IS NULL)"
            " AND (agreed_at IS NULL OR dropped_at IS NULL)",
            name="ck_proposal_answered",
        ),
        sa.ForeignKeyConstraint(
            ["vault_id"], ["vault.id"], name="fk_proposal_vault_id_vault", ondelete="SET NULL"
        ),
        *(
            sa.ForeignKeyConstraint([one], ["user_account.id"], name=f"fk_proposal_{one}_user_account")
            for one in ("asked_by", "agreed_by", "dropped_by")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    waiting = sa.text("agreed_at IS NULL AND dropped_at IS NULL")
    op.create_index(
        "uq_proposal_waiting", "proposal", ["kind", "subject_id"], unique=True, postgresql_where=waiting
    )
    alone = sa.text("alone IS NOT NULL")
    op.create_index("ix_proposal_alone", "proposal", ["agreed_at"], postgresql_where=alone)


def downgrade() -> None:
    for name, rest in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {rest.split(' ON ')[1].split()[0]}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_constraint("fk_follow_up_contact_id_contact", "follow_up", type_="foreignkey")
    op.drop_column("follow_up", "contact_id")
    op.drop_column("response", "lapsed_why")
    op.drop_constraint("fk_rule_version_proposal_id_proposal", "rule_version", type_="foreignkey")
    op.drop_column("rule_version", "proposal_id")
    op.drop_table("proposal")
