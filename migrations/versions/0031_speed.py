"""What grew with the history: which alerts may be seen, who told from another's phone, what is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0031_speed"
down_revision = "0030_outcomes"
branch_labels = None
depends_on = None

_SYSTEM = "(SELECT current_setting('mbiu.scope', true)) = '*'"
# To show fifty alerts PostgreSQL may turn EXISTS into a table of all incidents; a value is asked for each.
_LOOKED_UP = "(SELECT true FROM incident WHERE incident.id = alert.incident_id)"
_EXISTS = "EXISTS (SELECT 1 FROM incident WHERE incident.id = alert.incident_id)"


def upgrade() -> None:
    op.execute(f"ALTER POLICY scope ON alert USING ({_SYSTEM} OR {_LOOKED_UP})")
    op.create_index(
        "ix_report_borrowed", "report", ["contact_id", "created_at"], postgresql_where=sa.text("borrowed")
    )
    op.create_index("ix_incident_held", "incident", ["id"], postgresql_where=sa.text("held"))


def downgrade() -> None:
    op.drop_index("ix_incident_held", table_name="incident")
    op.drop_index("ix_report_borrowed", table_name="report")
    op.execute(f"ALTER POLICY scope ON alert USING ({_SYSTEM} OR {_EXISTS})")
