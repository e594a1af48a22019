"""What the centre changed of texts and feedback, and what people must see."""

import sqlalchemy as sa
from alembic import op

revision = "0011_wordings"
down_revision = "0010_media_store"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback_rule",
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.String(length=24), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name="fk_feedback_rule_changed_by_user_account"
        ),
        sa.PrimaryKeyConstraint("event", "audience", name="pk_feedback_rule"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["seen_by"], ["user_account.id"], name="fk_notice_seen_by_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_open", "notice", ["role"], postgresql_where=sa.text("seen_at IS NULL"))
    op.create_table(
        "wording",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("audience", sa.String(length=24), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name="fk_wording_changed_by_user_account"
        ),
        sa.PrimaryKeyConstraint("key", "language", "audience", name="pk_wording"),
    )


def downgrade() -> None:
    op.drop_table("wording")
    op.drop_index("ix_notice_open", table_name="notice", postgresql_where=sa.text("seen_at IS NULL"))
    op.drop_table("notice")
    op.drop_table("feedback_rule")
