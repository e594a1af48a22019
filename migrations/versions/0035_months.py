"""A year of figures is twelve sums of months that are over; indexes for answers and the queue's counts."""

import sqlalchemy as sa
from alembic import op

revision = "0035_months"
down_revision = "0034_few_pages_read"
branch_labels = None
depends_on = None

GUARDED = ("month_figure", "month_times")
KEY = ["area", "what", "day", "label", "exercise"]
COUNTED, LEVEL = "ix_incident_priority_state", ["priority", "state"]
ANSWER, NAMED = "ix_response_message_id", sa.text("message_id IS NOT NULL")


def upgrade() -> None:
    _tables()
    for table in GUARDED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY scope ON {table} USING ("
            "(SELECT current_setting('mbiu.scope', true)) = '*' OR mbiu_sees(area)) WITH CHECK (true)"
        )
    op.drop_constraint("pk_day_figure", "day_figure")
    key = ", ".join(KEY)
    op.execute(f"ALTER TABLE day_figure ADD CONSTRAINT pk_day_figure PRIMARY KEY ({key}) INCLUDE (count)")
    op.create_index(ANSWER, "response", ["message_id"], postgresql_where=NAMED)
    op.drop_index(COUNTED, "incident")
    op.create_index(COUNTED, "incident", LEVEL, postgresql_include=["area_path", "restricted"])


def _tables() -> None:
    op.create_table(
        "month_counted",
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_month_counted"),
    )
    op.create_table(
        "month_figure",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("area", "what", "month", "label", "exercise", name="pk_month_figure"),
    )
    whole = sa.text("label = ''")
    op.create_index(
        "ix_month_figure_parent", "month_figure", ["parent", "what", "month"], postgresql_where=whole
    )
    op.create_table(
        "month_times",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("half", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("area", "step", "role", "month", "exercise", name="pk_month_times"),
    )


def downgrade() -> None:
    op.drop_index(COUNTED, "incident")
    op.create_index(COUNTED, "incident", LEVEL)
    op.drop_index(ANSWER, "response")
    op.drop_constraint("pk_day_figure", "day_figure")
    op.create_primary_key("pk_day_figure", "day_figure", KEY)
    for table in (*GUARDED, "month_counted"):
        op.drop_table(table)
