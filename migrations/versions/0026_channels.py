"""Mail and hooks as ways to people, with what is attached."""

import sqlalchemy as sa
from alembic import op

revision = "0026_channels"
down_revision = "0025_rotas"
branch_labels = None
depends_on = None

VISIBLE = "EXISTS (SELECT 1 FROM message WHERE message.id = attachment.message_id)"


def upgrade() -> None:
    op.add_column("message", sa.Column("subject", sa.LargeBinary(), nullable=True))
    op.add_column("delivery", sa.Column("carrier_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_delivery_carrier_id_delivery",
        "delivery",
        "delivery",
        ["carrier_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_delivery_carrier_id",
        "delivery",
        ["carrier_id"],
        postgresql_where=sa.text("carrier_id IS NOT NULL"),
    )
    _attachment()


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_attachment_message_id_message", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_message_id", "attachment", ["message_id"])
    op.create_index("ix_attachment_created_at", "attachment", ["created_at"])
    op.execute("ALTER TABLE attachment ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE attachment FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON attachment USING ("
        f"(SELECT current_setting('mbiu.scope', true)) = '*' OR {VISIBLE}) WITH CHECK (true)"
    )


def downgrade() -> None:
    op.drop_table("attachment")
    op.drop_index("ix_delivery_carrier_id", table_name="delivery")
    op.drop_constraint("fk_delivery_carrier_id_delivery", "delivery", type_="foreignkey")
    op.drop_column("delivery", "carrier_id")
    op.drop_column("message", "subject")
