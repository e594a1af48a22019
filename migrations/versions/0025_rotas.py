"""Who is on duty, and who gets a brief."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025_rotas"
down_revision = "0024_engine"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _rotas()
    _overrides()
    _digests()


def _rotas() -> None:
    op.create_table(
        "rota",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("seats", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("on_holidays", sa.String(length=8), server_default="same", nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("feasts", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("notice_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("told_until", _MOMENT, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.CheckConstraint("seats BETWEEN 1 AND 9", name="ck_rota_seats"),
        sa.PrimaryKeyConstraint("id", name="pk_rota"),
        sa.UniqueConstraint("name", name="uq_rota_name"),
    )
    op.create_index("ix_rota_due_at", "rota", ["due_at"])
    op.create_table(
        "rota_member",
        sa.Column("rota_id", sa.Uuid(), nullable=False),
        sa.Column("holidays", sa.Boolean(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rota_id"], ["rota.id"], name="fk_rota_member_rota_id_rota", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_rota_member_contact_id_contact", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rota_id", "holidays", "position", name="pk_rota_member"),
    )


def _overrides() -> None:
    op.create_table(
        "rota_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rota_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("instead_of", sa.Uuid(), nullable=True),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_rota_override_order"),
        sa.ForeignKeyConstraint(
            ["rota_id"], ["rota.id"], name="fk_rota_override_rota_id_rota", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_rota_override_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instead_of"], ["contact.id"], name="fk_rota_override_instead_of_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name="fk_rota_override_made_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rota_override"),
    )
    op.create_index("ix_rota_override_rota_id_ends_at", "rota_override", ["rota_id", "ends_at"])


def _digests() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("weekly", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("weekday", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("hour", sa.SmallInteger(), server_default="7", nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("always", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_digest_contact_id_contact", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name="fk_digest_address_id_address", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_digest_message_id_message", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name="fk_digest_made_by_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
    )
    op.create_index("uq_digest_address_area", "digest", ["address_id", "area_path"], unique=True)
    op.create_index("ix_digest_due", "digest", ["due_at"], postgresql_where=sa.text("active"))
    op.create_index("ix_digest_contact_id", "digest", ["contact_id"])


def downgrade() -> None:
    for table in ("digest", "rota_override", "rota_member", "rota"):
        op.drop_table(table)
