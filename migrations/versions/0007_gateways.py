"""Gateways: which serves whom, how they are, what they cost."""

import sqlalchemy as sa
from alembic import op

revision = "0007_gateways"
down_revision = "0006_risk_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=24), server_default="up", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_gateway"),
    )
    op.create_table(
        "gateway_cost",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("slot", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("messages", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("segments", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("micros", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "gateway", "direction", "country", "currency", "slot", name="pk_gateway_cost"
        ),
    )
    op.create_table(
        "pause",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_pause"),
    )
    op.create_table(
        "gateway_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=3), server_default="out", nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("prefix", sa.String(length=12), server_default="", nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_price"),
        sa.UniqueConstraint(
            "gateway",
            "direction",
            "country",
            "prefix",
            name="uq_gateway_price_gateway_direction_country_prefix",
        ),
    )
    op.create_table(
        "gateway_route",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("prefix", sa.String(length=12), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_route"),
        sa.UniqueConstraint("country", "prefix", "gateway", name="uq_gateway_route_country_prefix_gateway"),
        sa.UniqueConstraint("country", "prefix", "position", name="uq_gateway_route_country_prefix_position"),
    )
    op.create_table(
        "gateway_try",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_try"),
    )
    op.create_index("ix_gateway_try_gateway_at", "gateway_try", ["gateway", "at"])
    op.create_table(
        "gateway_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.String(length=24), nullable=False),
        sa.Column("after", sa.String(length=24), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name="fk_gateway_change_made_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_change"),
    )
    op.create_index("ix_gateway_change_at", "gateway_change", ["at"])
    op.add_column("delivery", sa.Column("segments", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_delivery_speed",
        "delivery",
        ["channel", "sent_at"],
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.add_column("early_report", sa.Column("delivery_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_early_report_delivery_id",
        "early_report",
        ["delivery_id"],
        postgresql_where=sa.text("delivery_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_early_report_delivery_id",
        table_name="early_report",
        postgresql_where=sa.text("delivery_id IS NOT NULL"),
    )
    op.drop_column("early_report", "delivery_id")
    op.drop_index("ix_delivery_speed", table_name="delivery", postgresql_where=sa.text("sent_at IS NOT NULL"))
    op.drop_column("delivery", "segments")
    op.drop_index("ix_gateway_change_at", table_name="gateway_change")
    op.drop_table("gateway_change")
    op.drop_index("ix_gateway_try_gateway_at", table_name="gateway_try")
    op.drop_table("gateway_try")
    op.drop_table("gateway_route")
    op.drop_table("gateway_price")
    op.drop_table("pause")
    op.drop_table("gateway_cost")
    op.drop_table("gateway")
