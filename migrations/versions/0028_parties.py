"""Who belongs to whom, exceptions agreed by two, and words for the threatened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028_parties"
down_revision = "0027_answers"
branch_labels = None
depends_on = None

EVERYTHING = "(SELECT current_setting('mbiu.scope', true)) = '*'"
OF_INCIDENT = "EXISTS (SELECT 1 FROM incident WHERE incident.id = {table}.incident_id)"
OPEN_WARNING = f"mbiu_sees(area_path) AND (incident_id IS NULL OR {OF_INCIDENT.format(table='area_warning')})"
OF_WARNING = "EXISTS (SELECT 1 FROM area_warning WHERE area_warning.id = warning_id)"
# Table -> the condition under which a user's scope shows a row.
VISIBLE = {
    "suspect": OF_INCIDENT.format(table="suspect"),
    "party_override": OF_INCIDENT.format(table="party_override"),
    "area_warning": OPEN_WARNING,
    "warning_recipient": OF_WARNING,
}
# A warning's own deliveries are seen with it.
DELIVERY_BEFORE = (
    "EXISTS (SELECT 1 FROM alert WHERE alert.id = delivery.alert_id)"
    " OR EXISTS (SELECT 1 FROM message WHERE message.id = delivery.message_id)"
    " OR EXISTS (SELECT 1 FROM counter_message WHERE counter_message.id = delivery.counter_id)"
    " OR EXISTS (SELECT 1 FROM sequel WHERE sequel.id = delivery.sequel_id)"
)
DELIVERY_AFTER = f"{DELIVERY_BEFORE} OR {OF_WARNING.replace('warning_id', 'delivery.warning_id')}"

# How names are compared where no Python runs: small Latin letters without accents, words by one space.
FOLD = r"""
CREATE FUNCTION mbiu_fold_name(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(translate(lower(name), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ''’',
        'aaaaaaceeeeiiiinooooouuuuyy'), '[^[:alnum:]]+', ' ', 'g'))
$$
"""

# Once named as a suspected party, a group stays one: no single person takes it back by changing the facts.
SUSPECTS = """
CREATE FUNCTION mbiu_keep_suspects() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := coalesce(current_setting('mbiu.scope', true), '');
BEGIN
    PERFORM set_config('mbiu.scope', '*', true);
    INSERT INTO suspect (incident_id, key, name, created_at)
        SELECT DISTINCT ON (mbiu_fold_name(key)) NEW.id, mbiu_fold_name(key), key, clock_timestamp()
        FROM jsonb_each_text(NEW.actors) WHERE value = 'attacker' ON CONFLICT DO NOTHING;
    PERFORM set_config('mbiu.scope', before, true);
    RETURN NULL;
END $$
"""

# What a contact was ever written down with; who is gone for good leaves nothing here.
AFFILIATE = """
CREATE FUNCTION mbiu_affiliate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.silent_at IS NOT NULL THEN
        DELETE FROM affiliation WHERE contact_id = NEW.id;
        RETURN NULL;
    END IF;
    INSERT INTO affiliation (id, contact_id, kind, name, keys, created_at)
        SELECT gen_random_uuid(), NEW.id, kind, name, '{}', clock_timestamp()
        FROM (VALUES ('institution', btrim(NEW.organisation)), ('community', btrim(NEW.community)),
                     ('institution', CASE NEW.responder_class WHEN 'police_liaison' THEN 'police'
                                          WHEN 'security' THEN 'security forces' END)) AS told (kind, name)
        WHERE name <> '' ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""

# Which of an incident's parties keep it from a contact; 'survivor' is the rule for survivors.
BARS = """
CREATE FUNCTION mbiu_bars(about uuid, person uuid) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH bars AS (
        SELECT suspect.key FROM suspect
            JOIN affiliation ON suspect.key = ANY (affiliation.keys || mbiu_fold_name(affiliation.name))
            WHERE suspect.incident_id = about AND affiliation.contact_id = person
              AND affiliation.ended_at IS NULL
        UNION
        SELECT 'survivor' FROM incident, contact
            WHERE incident.id = about AND incident.survivor AND contact.id = person
              AND coalesce(contact.responder_class, '') NOT IN ('referral_service', 'health', 'coordinator')
    )
    SELECT bars.key FROM bars WHERE NOT EXISTS (
        SELECT 1 FROM party_override JOIN incident ON incident.id = party_override.incident_id
        WHERE party_override.incident_id = about AND party_override.contact_id = person
          AND agreed_by IS NOT NULL AND dropped_at IS NULL
          AND party_override.version = incident.version AND bars.key = ANY (party_override.keys))
$$
"""

NO_PARTY = """
CREATE FUNCTION mbiu_tells_no_party() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about uuid := (SELECT incident_id FROM alert WHERE id = NEW.alert_id);
BEGIN
    -- Most incidents name no party: what they cost must be little, for thousands may be told at once.
    IF EXISTS (SELECT 1 FROM suspect WHERE incident_id = about)
       OR (SELECT survivor FROM incident WHERE id = about)
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

WARNED = """
CREATE FUNCTION mbiu_warning_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM area_warning JOIN warning_recipient ON warning_id = area_warning.id
        WHERE area_warning.id = NEW.warning_id AND address_id = NEW.address_id
          AND approved_by IS NOT NULL AND stopped_at IS NULL)
    THEN
        RAISE EXCEPTION 'warning_not_approved' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

# What was approved is what is sent.
KEPT = ("texts", "text_id", "area_path", "audience", "incident_id", "follows", "prepared_by", "variant")

_RESTRICT = """
CREATE OR REPLACE FUNCTION mbiu_restrict_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {survivor}
    RETURN NEW;
END $$
"""
_BY_TYPE = "NEW.event_type = 'sexual_violence' OR 'sexual_violence' = ANY (NEW.other_types)"
_COERCED = "EXISTS (SELECT 1 FROM report WHERE incident_id = NEW.id AND duress)"
SURVIVOR = f"NEW.survivor := NEW.child OR {_BY_TYPE};\n    NEW.restricted := NEW.survivor OR {_COERCED};"
NO_SURVIVOR = f"NEW.restricted := {_BY_TYPE} OR {_COERCED};"
_RESTRICTS = (
    "CREATE TRIGGER restricted_incident BEFORE INSERT OR UPDATE OF {columns} ON incident"
    " FOR EACH ROW EXECUTE FUNCTION mbiu_restrict_incident()"
)

TRIGGERS = {
    "suspects_told": "AFTER INSERT ON incident FOR EACH ROW"
    " WHEN (NEW.actors::text LIKE '%attacker%') EXECUTE FUNCTION mbiu_keep_suspects()",
    "suspects_changed": "AFTER UPDATE OF actors ON incident FOR EACH ROW"
    " WHEN (NEW.actors::text LIKE '%attacker%') EXECUTE FUNCTION mbiu_keep_suspects()",
    "affiliated": "AFTER INSERT ON contact FOR EACH ROW"
    " WHEN (NEW.organisation <> '' OR NEW.community <> '' OR NEW.responder_class IS NOT NULL)"
    " EXECUTE FUNCTION mbiu_affiliate()",
    "affiliation_changed": "AFTER UPDATE OF organisation, community, responder_class, silent_at ON contact"
    " FOR EACH ROW EXECUTE FUNCTION mbiu_affiliate()",
    "never_to_a_party": "BEFORE INSERT ON delivery FOR EACH ROW"
    " WHEN (NEW.alert_id IS NOT NULL AND NEW.kind IN ('alert', 'reminder', 'final'))"
    " EXECUTE FUNCTION mbiu_tells_no_party()",
    "approved_warning": "BEFORE INSERT ON delivery FOR EACH ROW"
    " WHEN (NEW.warning_id IS NOT NULL) EXECUTE FUNCTION mbiu_warning_is_approved()",
    "frozen_warning": "BEFORE UPDATE ON area_warning FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL AND ("
    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in KEPT)
    + ")) EXECUTE FUNCTION mbiu_frozen()",
}
FUNCTIONS = (
    "mbiu_keep_suspects()",
    "mbiu_affiliate()",
    "mbiu_tells_no_party()",
    "mbiu_warning_is_approved()",
    "mbiu_bars(uuid, uuid)",
    "mbiu_fold_name(text)",
)


def upgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    _survivors()
    _parties()
    _overrides()
    _texts()
    _warnings()
    _recipients()
    for table, condition in VISIBLE.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY scope ON {table} USING ({EVERYTHING} OR {condition}) WITH CHECK (true)")
    op.execute(f"ALTER POLICY scope ON delivery USING ({EVERYTHING} OR {DELIVERY_AFTER})")
    for body in (FOLD, SUSPECTS, AFFILIATE, BARS, NO_PARTY, WARNED, _RESTRICT.format(survivor=SURVIVOR)):
        op.execute(body)
    op.execute("DROP TRIGGER restricted_incident ON incident")
    op.execute(_RESTRICTS.format(columns="event_type, other_types, child"))
    for name, rest in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {rest}")
    # What is there already says by itself which of them it is.
    op.execute("UPDATE incident SET event_type = event_type WHERE restricted")
    op.execute("UPDATE incident SET actors = actors WHERE actors::text LIKE '%attacker%'")
    op.execute("UPDATE contact SET organisation = organisation WHERE silent_at IS NULL")


def _survivors() -> None:
    for name in ("child", "survivor"):
        op.add_column("incident", sa.Column(name, sa.Boolean(), server_default="false", nullable=False))


def _user(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], ["user_account.id"], name=f"fk_{table}_{name}_user_account")
        for name in columns
    ]


def _of(table: str, parent: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{parent}"
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)


def _parties() -> None:
    op.create_table(
        "affiliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _words("keys"),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        _at("created_at", nullable=False),
        sa.Column("end_asked_by", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        _at("ended_at"),
        sa.CheckConstraint("kind IN ('institution', 'unit', 'community')", name="ck_affiliation_kind"),
        sa.CheckConstraint("ended_by <> end_asked_by", name="ck_affiliation_two_people"),
        sa.CheckConstraint(
            "ended_at IS NULL OR (ended_by IS NOT NULL AND end_asked_by IS NOT NULL)",
            name="ck_affiliation_ended",
        ),
        _of("affiliation", "contact", "contact_id"),
        *_user("affiliation", "made_by", "end_asked_by", "ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_affiliation"),
    )
    op.create_index(
        "uq_affiliation_contact_id_kind_name",
        "affiliation",
        ["contact_id", "kind", "name"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "suspect",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _at("created_at", nullable=False),
        _of("suspect", "incident", "incident_id"),
        sa.PrimaryKeyConstraint("incident_id", "key", name="pk_suspect"),
    )


def _overrides() -> None:
    op.create_table(
        "party_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _words("keys"),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        _at("asked_at", nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        _at("agreed_at"),
        _at("dropped_at"),
        sa.CheckConstraint("agreed_by <> asked_by", name="ck_party_override_two_people"),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL) AND (agreed_at IS NULL) = (answer IS NULL)",
            name="ck_party_override_agreed",
        ),
        _of("party_override", "incident", "incident_id"),
        _of("party_override", "contact", "contact_id"),
        *_user("party_override", "asked_by", "agreed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_party_override"),
    )
    op.create_index(
        "ix_party_override_incident_id_contact_id", "party_override", ["incident_id", "contact_id"]
    )


def _texts() -> None:
    op.create_table(
        "protective_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("variant", sa.String(length=16), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        _at("created_at", nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        _at("agreed_at"),
        _at("retired_at"),
        sa.CheckConstraint(
            "variant IN ('protect', 'counter_rumour', 'all_clear')", name="ck_protective_text_variant"
        ),
        sa.CheckConstraint("agreed_by <> written_by", name="ck_protective_text_two_people"),
        sa.CheckConstraint("(agreed_at IS NULL) = (agreed_by IS NULL)", name="ck_protective_text_agreed"),
        *_user("protective_text", "written_by", "agreed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_protective_text"),
    )


def _warnings() -> None:
    op.create_table(
        "area_warning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("variant", sa.String(length=16), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("incident_version", sa.Integer(), nullable=True),
        sa.Column("follows", sa.Uuid(), nullable=True),
        sa.Column("area_path", sa.Text(), nullable=False),
        _words("audience"),
        sa.Column("exercise", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("wave_size", sa.Integer(), nullable=False),
        sa.Column("wave_minutes", sa.Integer(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        _at("created_at", nullable=False),
        sa.Column("preview", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        _at("approved_at"),
        _at("due_at"),
        sa.Column("stopped_by", sa.Uuid(), nullable=True),
        _at("stopped_at"),
        _at("dropped_at"),
        _at("ended_at"),
        sa.CheckConstraint(
            "variant IN ('protect', 'counter_rumour', 'all_clear')", name="ck_area_warning_variant"
        ),
        sa.CheckConstraint("approved_by <> prepared_by", name="ck_area_warning_two_people"),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="ck_area_warning_approved"),
        sa.CheckConstraint(
            "due_at IS NULL OR (approved_at IS NOT NULL AND stopped_at IS NULL)", name="ck_area_warning_due"
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["protective_text.id"], name="fk_area_warning_text_id_protective_text"
        ),
        _of("area_warning", "incident", "incident_id"),
        _of("area_warning", "area_warning", "follows"),
        *_user("area_warning", "prepared_by", "approved_by", "stopped_by"),
        sa.PrimaryKeyConstraint("id", name="pk_area_warning"),
        sa.UniqueConstraint("ref", name="uq_area_warning_ref"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_area_warning_due", "area_warning", ["due_at"], postgresql_where=due)
    op.create_index("ix_area_warning_created_at", "area_warning", ["created_at"])
    op.create_index("ix_area_warning_incident_id", "area_warning", ["incident_id"])


def _recipients() -> None:
    op.create_table(
        "warning_recipient",
        sa.Column("warning_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        _at("told_at"),
        sa.Column("skipped", sa.String(length=24), server_default="", nullable=False),
        _of("warning_recipient", "area_warning", "warning_id"),
        _of("warning_recipient", "contact", "contact_id"),
        _of("warning_recipient", "address", "address_id"),
        sa.PrimaryKeyConstraint("warning_id", "contact_id", name="pk_warning_recipient"),
    )
    op.create_index(
        "ix_warning_recipient_waiting",
        "warning_recipient",
        ["warning_id", "wave"],
        postgresql_where=sa.text("told_at IS NULL AND skipped = ''"),
    )
    op.add_column("delivery", sa.Column("warning_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_delivery_warning_id_area_warning",
        "delivery",
        "area_warning",
        ["warning_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(
        "uq_delivery_warning_address",
        "delivery",
        ["warning_id", "address_id"],
        unique=True,
        postgresql_where=sa.text("warning_id IS NOT NULL"),
    )


def downgrade() -> None:
    for name, rest in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {rest.split(' ON ')[1].split()[0]}")
    op.execute("DROP TRIGGER restricted_incident ON incident")
    op.execute(_RESTRICT.format(survivor=NO_SURVIVOR))
    op.execute(_RESTRICTS.format(columns="event_type, other_types"))
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute(f"ALTER POLICY scope ON delivery USING ({EVERYTHING} OR {DELIVERY_BEFORE})")
    op.drop_index("uq_delivery_warning_address", table_name="delivery")
    op.drop_constraint("fk_delivery_warning_id_area_warning", "delivery", type_="foreignkey")
    op.drop_column("delivery", "warning_id")
    for table in (
        "warning_recipient", "area_warning", "protective_text", "party_override", "suspect", "affiliation",
    ):  # fmt: skip
        op.drop_table(table)
    for name in ("survivor", "child"):
        op.drop_column("incident", name)
