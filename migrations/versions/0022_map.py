"""The land of areas, screens on walls; incidents by when they came, places by their level."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022_map"
down_revision = "0021_scale"
branch_labels = None
depends_on = None

# PostgreSQL puts the body of the first in place of its call, which it cannot do with a subquery, and so calls
# nothing for each row. No path begins with an area that does not begin with a slash.
SEES = """
CREATE OR REPLACE FUNCTION mbiu_sees(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT path ^@ ANY (array_remove(string_to_array(current_setting('mbiu.scope', true), ','), ''))
$$
"""
SAW = """
CREATE OR REPLACE FUNCTION mbiu_sees(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT 1 FROM unnest(string_to_array(current_setting('mbiu.scope', true), ',')) AS area
        WHERE area LIKE '/%' AND starts_with(path, area))
$$
"""


def upgrade() -> None:
    op.create_table(
        "area_shape",
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("geometry", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name="fk_area_shape_place_id_place", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place_id", name="pk_area_shape"),
    )
    op.create_table(
        "wall_screen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_wall_screen_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_wall_screen"),
        sa.UniqueConstraint("token_hash", name="uq_wall_screen_token_hash"),
    )
    op.create_index("ix_wall_screen_user_id", "wall_screen", ["user_id"])
    op.create_index("ix_incident_created_at", "incident", ["created_at"])
    newest = [sa.text("created_at DESC"), sa.text("id DESC")]
    op.create_index("ix_incident_gravest", "incident", ["priority", *newest])
    op.create_index("ix_place_level", "place", ["level"])
    op.execute(SEES)


def downgrade() -> None:
    op.execute(SAW)
    op.drop_index("ix_place_level", table_name="place")
    op.drop_index("ix_incident_gravest", table_name="incident")
    op.drop_index("ix_incident_created_at", table_name="incident")
    for table in ("wall_screen", "area_shape"):
        op.drop_table(table)
