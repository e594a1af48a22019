"""The training room: phones that were added, drills that were played."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_training"
down_revision = "0012_leaving"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulator_phone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("is_group", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("home", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_simulator_phone"),
        sa.UniqueConstraint("key", name="uq_simulator_phone_key"),
        sa.UniqueConstraint("number", name="uq_simulator_phone_number"),
    )
    op.create_table(
        "drill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("script", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("said", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["started_by"], ["user_account.id"], name="fk_drill_started_by_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_drill"),
    )
    op.create_index("ix_drill_started_at", "drill", ["started_at"])


def downgrade() -> None:
    op.drop_index("ix_drill_started_at", table_name="drill")
    op.drop_table("drill")
    op.drop_table("simulator_phone")
