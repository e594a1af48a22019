"""What is learned from decisions: models with their scores, seen by the system only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_models"
down_revision = "0003_gazetteer"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "learned_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("data_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("promoted", sa.Boolean(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("used_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learned_model"),
        sa.UniqueConstraint("number", name="uq_learned_model_number"),
    )
    op.create_index("ix_learned_model_used_from", "learned_model", ["used_from"], unique=False)
    op.execute("ALTER TABLE learned_model ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE learned_model FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON learned_model"
        " USING ((SELECT current_setting('mbiu.scope', true)) = '*') WITH CHECK (true)"
    )


def downgrade() -> None:
    op.drop_table("learned_model")
