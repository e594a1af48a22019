"""Places in their hundreds of thousands: what the file of the gazetteer says, and which edition is loaded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_gazetteer"
down_revision = "0002_guards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("source_id", "valid_to", "replaced_by"):
        op.add_column("place", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("place", sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("CREATE INDEX ix_place_name_lower ON place (lower(name) text_pattern_ops)")
    op.create_table(
        "place_edition",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("sources", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place_edition"),
    )


def downgrade() -> None:
    op.drop_table("place_edition")
    op.drop_index("ix_place_name_lower", table_name="place")
    for name in ("retired", "replaced_by", "valid_to", "source_id"):
        op.drop_column("place", name)
