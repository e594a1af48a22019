"""Alerts that climb their chain: repeats, promises, the final step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024_engine"
down_revision = "0023_routes"
branch_labels = None
depends_on = None

_OPEN = "state IN ('open', 'acknowledged')"
_ALERT = ("next_at", "repeat_at", "taken_until")
_RESPONSE = ("reminded_at", "lapsed_at")


def upgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    _columns()
    _tables()
    op.drop_index("uq_delivery_alert_address", table_name="delivery")
    op.create_index(
        "uq_delivery_alert_address", "delivery", ["alert_id", "address_id", "kind", "round"],
        unique=True, postgresql_where=sa.text("alert_id IS NOT NULL"),
    )  # fmt: skip
    op.drop_index("ix_alert_due", table_name="alert")
    op.create_index(
        "ix_alert_due", "alert", ["due_at"], postgresql_where=sa.text(f"{_OPEN} AND due_at IS NOT NULL")
    )
    op.create_index("ix_alert_live", "alert", ["id"], postgresql_where=sa.text(_OPEN))
    _old_alerts()


def _columns() -> None:
    for name in _ALERT:
        op.add_column("alert", sa.Column(name, sa.DateTime(timezone=True)))
    for name in ("round", "repeated"):
        op.add_column("alert", sa.Column(name, sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("alert", sa.Column("taken_by", sa.Uuid()))
    op.create_foreign_key("fk_alert_taken_by_user_account", "alert", "user_account", ["taken_by"], ["id"])
    for name in _RESPONSE:
        op.add_column("response", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("delivery", sa.Column("round", sa.SmallInteger(), server_default="0", nullable=False))


def _tables() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "step_taken",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("left_out", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("taken_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_step_taken_alert_id_alert", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_step_taken_user_id_user_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_step_taken"),
        sa.UniqueConstraint("alert_id", "round", name="uq_step_taken_alert_id_round"),
    )
    op.create_table(
        "escalation_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_escalation_check"),
    )
    op.create_index("ix_escalation_check_at", "escalation_check", ["at"])
    op.execute("ALTER TABLE step_taken ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE step_taken FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON step_taken USING ((SELECT current_setting('mbiu.scope', true)) = '*'"
        " OR EXISTS (SELECT 1 FROM alert WHERE alert.id = step_taken.alert_id)) WITH CHECK (true)"
    )


def _old_alerts() -> None:
    """What runs goes on from where it is. Of what has run out, nobody is woken years later."""
    op.execute("UPDATE alert SET next_at = due_at WHERE state = 'open' AND due_at IS NOT NULL")
    op.execute(
        "UPDATE alert SET state = 'cancelled', ended_at = now()"
        " WHERE state = 'open' AND due_at IS NULL AND settled_at IS NULL"
    )
    op.execute(
        "UPDATE alert SET state = 'done', ended_at = coalesce(acknowledged_at, now())"
        " WHERE state = 'acknowledged' AND settled_at IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM response WHERE alert_id = alert.id AND answer IN ('ack', 'go') AND due_at > now())"
    )
    op.execute(
        "UPDATE alert SET due_at = (SELECT min(due_at) FROM response WHERE alert_id = alert.id"
        " AND answer IN ('ack', 'go') AND due_at > now()) WHERE state = 'acknowledged' AND settled_at IS NULL"
    )


def downgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    op.execute("DELETE FROM delivery WHERE alert_id IS NOT NULL AND (kind <> 'alert' OR round > 0)")
    op.execute("UPDATE alert SET due_at = CASE WHEN state = 'open' THEN next_at END")
    for name in ("ix_alert_live", "ix_alert_due"):
        op.drop_index(name, table_name="alert")
    op.create_index(
        "ix_alert_due", "alert", ["due_at"],
        postgresql_where=sa.text("state = 'open' AND due_at IS NOT NULL"),
    )  # fmt: skip
    op.drop_index("uq_delivery_alert_address", table_name="delivery")
    op.create_index(
        "uq_delivery_alert_address", "delivery", ["alert_id", "address_id"],
        unique=True, postgresql_where=sa.text("alert_id IS NOT NULL"),
    )  # fmt: skip
    for table in ("escalation_check", "step_taken"):
        op.drop_table(table)
    op.drop_column("delivery", "round")
    for name in _RESPONSE:
        op.drop_column("response", name)
    op.drop_constraint("fk_alert_taken_by_user_account", "alert")
    for name in (*_ALERT, "round", "repeated", "taken_by"):
        op.drop_column("alert", name)
