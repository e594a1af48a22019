"""Indexes that keep the pages quick when the history is long."""

import sqlalchemy as sa
from alembic import op

revision = "0021_scale"
down_revision = "0020_look"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_incident_merged_into",
        "incident",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("ix_incident_priority_state", "incident", ["priority", "state"])
    op.create_index(
        "ix_report_area_path", "report", ["area_path"], postgresql_ops={"area_path": "text_pattern_ops"}
    )
    op.create_index("ix_alert_open", "alert", ["created_at"], postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    op.drop_index("ix_alert_open", "alert")
    op.drop_index("ix_report_area_path", "report")
    op.drop_index("ix_incident_priority_state", "incident")
    op.drop_index("ix_incident_merged_into", "incident")
