"""Tokens by which programs read the API, and the figures of days that are over."""

import sqlalchemy as sa
from alembic import op

revision = "0019_tokens"
down_revision = "0018_house"
branch_labels = None
depends_on = None

# An area's figures are seen by those who see the area.
GUARDED = ("day_figure", "day_times")


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("area", sa.Text(), server_default="/", nullable=False),
        sa.Column("per_minute", sa.Integer(), server_default="60", nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("taken_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("area LIKE '/%%'", name="ck_api_token_area"),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name="fk_api_token_made_by_user_account"),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["user_account.id"], name="fk_api_token_revoked_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
    )
    _figures()
    for table in GUARDED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY scope ON {table} USING ("
            "(SELECT current_setting('mbiu.scope', true)) = '*' OR mbiu_sees(area)) WITH CHECK (true)"
        )


def _figures() -> None:
    op.create_table(
        "day_counted",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_day_counted"),
    )
    op.create_table(
        "day_figure",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("area", "what", "day", "label", "exercise", name="pk_day_figure"),
    )
    op.create_index(
        "ix_day_figure_parent",
        "day_figure",
        ["parent", "what", "day"],
        postgresql_where=sa.text("label = ''"),
    )
    op.create_table(
        "day_times",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("area", "step", "day", "exercise", name="pk_day_times"),
    )


def downgrade() -> None:
    for table in GUARDED:
        op.execute(f"DROP POLICY scope ON {table}")
    op.drop_table("day_times")
    op.drop_index("ix_day_figure_parent", table_name="day_figure", postgresql_where=sa.text("label = ''"))
    op.drop_table("day_figure")
    op.drop_table("day_counted")
    op.drop_table("api_token")
