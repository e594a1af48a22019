"""What was done, by whom, and when it is looked at again; how long each class of responders took."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030_outcomes"
down_revision = "0029_cap"
branch_labels = None
depends_on = None

EVERYTHING = "(SELECT current_setting('mbiu.scope', true)) = '*'"
# Table -> the condition under which a user's scope shows a row.
GUARDED = {
    "outcome_by": "EXISTS (SELECT 1 FROM outcome WHERE outcome.id = outcome_by.outcome_id)",
    "follow_up": "EXISTS (SELECT 1 FROM incident WHERE incident.id = follow_up.incident_id)",
}


def upgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    _columns()
    _by()
    _follow_ups()
    for table, condition in GUARDED.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY scope ON {table} USING ({EVERYTHING} OR {condition}) WITH CHECK (true)")
    _move_contacts()
    _times(("area", "step", "role", "day", "exercise"))


def _words(name: str) -> "sa.Column[list[str]]":
    return sa.Column(name, postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)


def _columns() -> None:
    op.execute("ALTER TABLE outcome ALTER COLUMN done TYPE text[] USING ARRAY[done::text]")
    op.alter_column("outcome", "done", server_default="{}")
    op.add_column("outcome", sa.Column("resolution", sa.String(16), server_default="", nullable=False))
    op.add_column("outcome", _words("kinds"))
    op.add_column("outcome", sa.Column("acted_on", sa.Date(), nullable=True))
    op.add_column("outcome", sa.Column("corrects", sa.Uuid(), nullable=True))
    op.add_column("outcome", sa.Column("response_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_outcome_corrects_outcome", "outcome", "outcome", ["corrects"], ["id"], ondelete="CASCADE"
    )
    op.create_foreign_key(
        "fk_outcome_response_id_response", "outcome", "response", ["response_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index("ix_outcome_created_at", "outcome", ["created_at"])
    op.create_index(
        "uq_outcome_corrects",
        "outcome",
        ["corrects"],
        unique=True,
        postgresql_where=sa.text("corrects IS NOT NULL"),
    )


def _by() -> None:
    op.create_table(
        "outcome_by",
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name="fk_outcome_by_outcome_id_outcome", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_outcome_by_contact_id_contact", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outcome_id", "contact_id", name="pk_outcome_by"),
    )
    op.create_index("ix_outcome_by_contact_id", "outcome_by", ["contact_id"])


def _follow_ups() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(16), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_follow_up_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name="fk_follow_up_made_by_user_account"),
        sa.ForeignKeyConstraint(["done_by"], ["user_account.id"], name="fk_follow_up_done_by_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
    )
    op.create_index("ix_follow_up_incident_id", "follow_up", ["incident_id"])
    op.create_index("ix_follow_up_due", "follow_up", ["due_on"], postgresql_where=sa.text("done_at IS NULL"))


def _move_contacts() -> None:
    op.execute(
        "INSERT INTO outcome_by (outcome_id, contact_id)"
        " SELECT id, contact_id FROM outcome WHERE contact_id IS NOT NULL"
    )
    op.drop_column("outcome", "contact_id")


def _times(key: tuple[str, ...]) -> None:
    op.add_column("day_times", sa.Column("role", sa.String(24), server_default="", nullable=False))
    op.drop_constraint("pk_day_times", "day_times")
    op.create_primary_key("pk_day_times", "day_times", list(key))


def downgrade() -> None:
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    op.execute("DELETE FROM day_times WHERE role <> ''")
    op.drop_constraint("pk_day_times", "day_times")
    op.drop_column("day_times", "role")
    op.create_primary_key("pk_day_times", "day_times", ["area", "step", "day", "exercise"])
    op.add_column("outcome", sa.Column("contact_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_outcome_contact_id_contact", "outcome", "contact", ["contact_id"], ["id"], ondelete="SET NULL"
    )
    op.execute(
        "UPDATE outcome SET contact_id = outcome_by.contact_id FROM outcome_by WHERE outcome_id = outcome.id"
    )
    op.drop_table("follow_up")
    op.drop_table("outcome_by")
    op.drop_constraint("fk_outcome_corrects_outcome", "outcome")
    op.execute("DELETE FROM outcome WHERE id IN (SELECT corrects FROM outcome WHERE corrects IS NOT NULL)")
    for index in ("uq_outcome_corrects", "ix_outcome_created_at"):
        op.drop_index(index, "outcome")
    for column in ("response_id", "corrects", "acted_on", "kinds", "resolution"):
        op.drop_column("outcome", column)
    op.alter_column("outcome", "done", server_default=None)
    op.execute("ALTER TABLE outcome ALTER COLUMN done TYPE varchar(24) USING coalesce(done[1], 'nothing')")
