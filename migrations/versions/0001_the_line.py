"""The line: people, places, messages, reports, incidents, alerts, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_the_line"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_actor_id", "audit", ["actor_id"], unique=False)
    op.create_index("ix_audit_object", "audit", ["object"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.create_table(
        "early_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_early_report"),
        sa.UniqueConstraint("channel", "provider_id", name="uq_early_report_channel_provider_id"),
    )
    op.create_index("ix_early_report_created_at", "early_report", ["created_at"], unique=False)
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempt"),
    )
    op.create_index("ix_login_attempt_account_at", "login_attempt", ["account", "at"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("type_local", sa.Text(), server_default="", nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("pcode", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("coord_precision", sa.Text(), server_default="none", nullable=False),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("match_policy", sa.String(length=8), server_default="auto", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
    )
    op.create_index("ix_place_parent_id", "place", ["parent_id"], unique=False)
    op.create_index(
        "ix_place_path", "place", ["path"], unique=False, postgresql_ops={"path": "text_pattern_ops"}
    )
    op.create_index("uq_place_pcode", "place", ["pcode"], unique=True, postgresql_where="pcode IS NOT NULL")
    op.create_table(
        "route",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("event_types", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("min_severity", sa.String(length=24), nullable=False),
        sa.Column("wait_minutes", sa.Integer(), server_default="30", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_route"),
        sa.UniqueConstraint("name", name="uq_route_name"),
    )
    op.create_table(
        "tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("metric", sa.String(length=24), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "metric", "label", "value", name="pk_tally"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("scope", sa.Text(), server_default="/", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("scope LIKE '/%%'", name="ck_user_account_scope"),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("name", name="uq_user_account_name"),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("home_place_id", sa.Text(), nullable=True),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("grade", sa.String(length=1), server_default="F", nullable=False),
        sa.Column("exercise", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_place_id"], ["place.id"], name="fk_contact_home_place_id_place", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint("code", name="uq_contact_code"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("event_type", sa.String(length=24), nullable=False),
        sa.Column("other_types", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("drivers", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("severity", sa.String(length=24), nullable=False),
        sa.Column("urgency", sa.String(length=24), nullable=False),
        sa.Column("certainty", sa.String(length=24), nullable=False),
        sa.Column("priority", sa.String(length=24), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("missing", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("place_id", sa.Text(), nullable=True),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("block", sa.Text(), server_default="", nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("precision", sa.String(length=24), nullable=False),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("occurred_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occurred_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reports", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sources", sa.Integer(), server_default="0", nullable=False),
        sa.Column("grade_source", sa.String(length=1), server_default="F", nullable=False),
        sa.Column("grade_information", sa.Integer(), server_default="6", nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claim_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("exercise", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("grade_source IN ('A', 'B', 'C', 'D', 'E', 'F')", name="ck_incident_grade_source"),
        sa.CheckConstraint("grade_information BETWEEN 1 AND 6", name="ck_incident_grade_information"),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["user_account.id"], name="fk_incident_claimed_by_user_account"
        ),
        sa.ForeignKeyConstraint(["merged_into"], ["incident.id"], name="fk_incident_merged_into_incident"),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name="fk_incident_place_id_place", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("ref", name="uq_incident_ref"),
    )
    op.create_index(
        "ix_incident_area_path",
        "incident",
        ["area_path"],
        unique=False,
        postgresql_ops={"area_path": "text_pattern_ops"},
    )
    op.create_index("ix_incident_block_created_at", "incident", ["block", "created_at"], unique=False)
    op.create_index(
        "ix_incident_queue",
        "incident",
        ["priority", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'claimed')"),
    )
    op.create_index("ix_incident_state_created_at", "incident", ["state", "created_at"], unique=False)
    op.create_index("ix_incident_updated_at", "incident", ["updated_at"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_user_session_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_user_session"),
        sa.UniqueConstraint("token_hash", name="uq_user_session_token_hash"),
    )
    op.create_index("ix_user_session_created_at", "user_session", ["created_at"], unique=False)
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"], unique=False)
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("incident_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("chain", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exercise", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name="fk_alert_created_by_user_account"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_alert_incident_id_incident", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("ref", name="uq_alert_ref"),
    )
    op.create_index("ix_alert_created_at", "alert", ["created_at"], unique=False)
    op.create_index(
        "ix_alert_due",
        "alert",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND due_at IS NOT NULL"),
    )
    op.create_index("ix_alert_incident_id", "alert", ["incident_id"], unique=False)
    op.create_table(
        "authorship",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_authorship_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_authorship_user_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_authorship"),
    )
    op.create_index("uq_authorship_incident_user", "authorship", ["incident_id", "user_id"], unique=True)
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("grade_source", sa.String(length=1), nullable=True),
        sa.Column("grade_information", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_decision_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_decision_user_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index(
        "ix_decision_incident_id_created_at", "decision", ["incident_id", "created_at"], unique=False
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_note_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_note_user_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_incident_id", "note", ["incident_id"], unique=False)
    op.create_table(
        "outcome",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("done", sa.String(length=24), nullable=False),
        sa.Column("effect", sa.String(length=24), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_outcome_contact_id_contact", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_outcome_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_outcome_user_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
    )
    op.create_index("ix_outcome_incident_id", "outcome", ["incident_id"], unique=False)
    op.create_table(
        "route_recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_route_recipient_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["route_id"], ["route.id"], name="fk_route_recipient_route_id_route", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_route_recipient"),
        sa.UniqueConstraint("route_id", "contact_id", name="uq_route_recipient_route_id_contact_id"),
    )
    op.create_table(
        "vault",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_vault_contact_id_contact", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_vault"),
    )
    op.create_index("ix_vault_contact_id", "vault", ["contact_id"], unique=False)
    op.create_table(
        "address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("blind_index", sa.LargeBinary(), nullable=False),
        sa.Column("vault_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question", sa.String(length=16), nullable=True),
        sa.Column("question_report_id", sa.Uuid(), nullable=True),
        sa.Column("question_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replies_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replies", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_address_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["vault_id"], ["vault.id"], name="fk_address_vault_id_vault", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
        sa.UniqueConstraint("kind", "blind_index", name="uq_address_kind_blind_index"),
    )
    op.create_index("ix_address_contact_id", "address", ["contact_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("place_id", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("precision", sa.String(length=24), nullable=False),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("event_type", sa.String(length=24), nullable=False),
        sa.Column("severity", sa.String(length=24), nullable=False),
        sa.Column("urgency", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("missing", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("reading", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("copied", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("corrected", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("exercise", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name="fk_report_address_id_address", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_report_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_report_incident_id_incident", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name="fk_report_place_id_place", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("ref", name="uq_report_ref"),
    )
    op.create_index("ix_report_address_id_created_at", "report", ["address_id", "created_at"], unique=False)
    op.create_index("ix_report_contact_id_created_at", "report", ["contact_id", "created_at"], unique=False)
    op.create_index("ix_report_created_at", "report", ["created_at"], unique=False)
    op.create_index(
        "ix_report_due", "report", ["due_at"], unique=False, postgresql_where=sa.text("state = 'received'")
    )
    op.create_index("ix_report_fingerprint_created_at", "report", ["fingerprint", "created_at"], unique=False)
    op.create_index("ix_report_incident_id", "report", ["incident_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk_correction_report_id_report", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_correction_user_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_report_id", "correction", ["report_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("reply_to", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("location", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("forwarded", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("edited", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name="fk_message_address_id_address", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_message_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name="fk_message_report_id_report",
            ondelete="SET NULL",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_address_id_created_at", "message", ["address_id", "created_at"], unique=False)
    op.create_index("ix_message_created_at", "message", ["created_at"], unique=False)
    op.create_index(
        "ix_message_reply_to",
        "message",
        ["reply_to"],
        unique=False,
        postgresql_where=sa.text("reply_to IS NOT NULL"),
    )
    op.create_index("ix_message_report_id", "message", ["report_id"], unique=False)
    op.create_index(
        "uq_message_channel_provider_id",
        "message",
        ["channel", "provider_id"],
        unique=True,
        postgresql_where=sa.text("direction = 'in'"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name="fk_delivery_address_id_address", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_delivery_alert_id_alert", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_delivery_message_id_message", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index(
        "ix_delivery_alerts_of_address",
        "delivery",
        ["address_id"],
        unique=False,
        postgresql_where=sa.text("alert_id IS NOT NULL"),
    )
    op.create_index("ix_delivery_created_at", "delivery", ["created_at"], unique=False)
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"], unique=True)
    op.create_index(
        "uq_delivery_alert_address",
        "delivery",
        ["alert_id", "address_id"],
        unique=True,
        postgresql_where=sa.text("alert_id IS NOT NULL"),
    )
    op.create_index(
        "uq_delivery_provider",
        "delivery",
        ["channel", "provider_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_media_message_id_message", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
    )
    op.create_index(
        "ix_media_due", "media", ["due_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index("ix_media_message_id", "media", ["message_id"], unique=False)
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(length=24), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_response_alert_id_alert", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_response_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_response_message_id_message", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_response"),
    )
    op.create_index("ix_response_alert_id_created_at", "response", ["alert_id", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_response_alert_id_created_at", table_name="response")
    op.drop_table("response")
    op.drop_index("ix_media_message_id", table_name="media")
    op.drop_index("ix_media_due", table_name="media", postgresql_where=sa.text("state = 'pending'"))
    op.drop_table("media")
    op.drop_index(
        "uq_delivery_provider", table_name="delivery", postgresql_where=sa.text("provider_id IS NOT NULL")
    )
    op.drop_index(
        "uq_delivery_alert_address", table_name="delivery", postgresql_where=sa.text("alert_id IS NOT NULL")
    )
    op.drop_index("ix_delivery_message_id", table_name="delivery")
    op.drop_index(
        "ix_delivery_due", table_name="delivery", postgresql_where=sa.text("state IN ('queued', 'sending')")
    )
    op.drop_index("ix_delivery_created_at", table_name="delivery")
    op.drop_index(
        "ix_delivery_alerts_of_address",
        table_name="delivery",
        postgresql_where=sa.text("alert_id IS NOT NULL"),
    )
    op.drop_table("delivery")
    op.drop_index(
        "uq_message_channel_provider_id", table_name="message", postgresql_where=sa.text("direction = 'in'")
    )
    op.drop_index("ix_message_report_id", table_name="message")
    op.drop_index(
        "ix_message_reply_to", table_name="message", postgresql_where=sa.text("reply_to IS NOT NULL")
    )
    op.drop_index("ix_message_created_at", table_name="message")
    op.drop_index("ix_message_address_id_created_at", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_correction_report_id", table_name="correction")
    op.drop_table("correction")
    op.drop_index("ix_report_incident_id", table_name="report")
    op.drop_index("ix_report_fingerprint_created_at", table_name="report")
    op.drop_index("ix_report_due", table_name="report", postgresql_where=sa.text("state = 'received'"))
    op.drop_index("ix_report_created_at", table_name="report")
    op.drop_index("ix_report_contact_id_created_at", table_name="report")
    op.drop_index("ix_report_address_id_created_at", table_name="report")
    op.drop_table("report")
    op.drop_index("ix_address_contact_id", table_name="address")
    op.drop_table("address")
    op.drop_index("ix_vault_contact_id", table_name="vault")
    op.drop_table("vault")
    op.drop_table("route_recipient")
    op.drop_index("ix_outcome_incident_id", table_name="outcome")
    op.drop_table("outcome")
    op.drop_index("ix_note_incident_id", table_name="note")
    op.drop_table("note")
    op.drop_index("ix_decision_incident_id_created_at", table_name="decision")
    op.drop_table("decision")
    op.drop_index("uq_authorship_incident_user", table_name="authorship")
    op.drop_table("authorship")
    op.drop_index("ix_alert_incident_id", table_name="alert")
    op.drop_index(
        "ix_alert_due", table_name="alert", postgresql_where=sa.text("state = 'open' AND due_at IS NOT NULL")
    )
    op.drop_index("ix_alert_created_at", table_name="alert")
    op.drop_table("alert")
    op.drop_index("ix_user_session_user_id", table_name="user_session")
    op.drop_index("ix_user_session_created_at", table_name="user_session")
    op.drop_table("user_session")
    op.drop_index("ix_incident_updated_at", table_name="incident")
    op.drop_index("ix_incident_state_created_at", table_name="incident")
    op.drop_index(
        "ix_incident_queue", table_name="incident", postgresql_where=sa.text("state IN ('open', 'claimed')")
    )
    op.drop_index("ix_incident_block_created_at", table_name="incident")
    op.drop_index(
        "ix_incident_area_path", table_name="incident", postgresql_ops={"area_path": "text_pattern_ops"}
    )
    op.drop_table("incident")
    op.drop_table("contact")
    op.drop_table("user_account")
    op.drop_table("tally")
    op.drop_table("route")
    op.drop_index("uq_place_pcode", table_name="place", postgresql_where="pcode IS NOT NULL")
    op.drop_index("ix_place_path", table_name="place", postgresql_ops={"path": "text_pattern_ops"})
    op.drop_index("ix_place_parent_id", table_name="place")
    op.drop_table("place")
    op.drop_index("ix_login_attempt_account_at", table_name="login_attempt")
    op.drop_table("login_attempt")
    op.drop_index("ix_early_report_created_at", table_name="early_report")
    op.drop_table("early_report")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_object", table_name="audit")
    op.drop_index("ix_audit_actor_id", table_name="audit")
    op.drop_table("audit")
