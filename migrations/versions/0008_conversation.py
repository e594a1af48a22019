"""Conversations: drafts, parts, versions, lanes, what reporters say by code."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_conversation"
down_revision = "0007_gateways"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_code",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("event_type", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("numbers", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_report_code"),
    )
    op.add_column("address", sa.Column("choices", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("address", sa.Column("is_group", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("address", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("address", sa.Column("last_text", sa.LargeBinary(), nullable=True))
    op.add_column("address", sa.Column("repeats", sa.Integer(), server_default="0", nullable=False))
    op.add_column("address", sa.Column("mute_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("address", sa.Column("full_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("address", sa.Column("taken_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("address", sa.Column("taken", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("address", "vault_id", existing_type=sa.UUID(), nullable=True)
    op.drop_constraint("fk_address_vault_id_vault", "address", type_="foreignkey")
    op.create_foreign_key(
        "fk_address_vault_id_vault", "address", "vault", ["vault_id"], ["id"], ondelete="SET NULL"
    )
    op.add_column("message", sa.Column("thread", sa.String(length=64), nullable=True))
    op.add_column("message", sa.Column("part", sa.SmallInteger(), nullable=True))
    op.add_column("message", sa.Column("parts", sa.SmallInteger(), nullable=True))
    op.add_column("message", sa.Column("chat_message", sa.String(length=40), nullable=True))
    op.add_column("message", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.add_column("message", sa.Column("author", sa.String(length=16), nullable=True))
    op.add_column("message", sa.Column("folded", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_message_chat_message",
        "message",
        ["address_id", "chat_message"],
        postgresql_where=sa.text("chat_message IS NOT NULL"),
    )
    op.create_index(
        "ix_message_thread",
        "message",
        ["address_id", "thread"],
        postgresql_where=sa.text("thread IS NOT NULL"),
    )
    op.add_column("report", sa.Column("verdict_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("action_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("lane", sa.SmallInteger(), server_default="1", nullable=False))
    op.add_column(
        "report",
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("report", sa.Column("borrowed", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("report", sa.Column("unconfirmed", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("report", sa.Column("duress", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("report", sa.Column("folded", sa.Integer(), server_default="0", nullable=False))
    op.add_column("report", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_report_due", table_name="report", postgresql_where=sa.text("state = 'received'"))
    op.create_index(
        "ix_report_due", "report", ["lane", "due_at"], postgresql_where=sa.text("state = 'received'")
    )


def downgrade() -> None:
    op.drop_index("ix_report_due", table_name="report", postgresql_where=sa.text("state = 'received'"))
    op.create_index("ix_report_due", "report", ["due_at"], postgresql_where=sa.text("state = 'received'"))
    op.drop_column("report", "withdrawn_at")
    op.drop_column("report", "folded")
    op.drop_column("report", "duress")
    op.drop_column("report", "unconfirmed")
    op.drop_column("report", "borrowed")
    op.drop_column("report", "told")
    op.drop_column("report", "lane")
    op.drop_column("report", "action_told_at")
    op.drop_column("report", "verdict_told_at")
    op.drop_index("ix_message_thread", table_name="message", postgresql_where=sa.text("thread IS NOT NULL"))
    op.drop_index(
        "ix_message_chat_message", table_name="message", postgresql_where=sa.text("chat_message IS NOT NULL")
    )
    op.drop_column("message", "folded")
    op.drop_column("message", "author")
    op.drop_column("message", "replaces")
    op.drop_column("message", "chat_message")
    op.drop_column("message", "parts")
    op.drop_column("message", "part")
    op.drop_column("message", "thread")
    op.drop_constraint("fk_address_vault_id_vault", "address", type_="foreignkey")
    op.create_foreign_key(
        "fk_address_vault_id_vault", "address", "vault", ["vault_id"], ["id"], ondelete="CASCADE"
    )
    op.alter_column("address", "vault_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("address", "taken")
    op.drop_column("address", "taken_from")
    op.drop_column("address", "full_at")
    op.drop_column("address", "mute_until")
    op.drop_column("address", "repeats")
    op.drop_column("address", "last_text")
    op.drop_column("address", "sent_at")
    op.drop_column("address", "is_group")
    op.drop_column("address", "choices")
    op.drop_table("report_code")
