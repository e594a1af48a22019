"""Indexes of just what is asked for: an area's parts, an incident's first report, words not yet gone."""

import sqlalchemy as sa
from alembic import op

revision = "0034_few_pages_read"
down_revision = "0033_told_at_once"
branch_labels = None
depends_on = None

PARTS, DAYS, KEY = "ix_day_figure_parent", "day_figure", ["parent", "what", "day"]
WHOLE = sa.text("label = ''")
WORDS = {"outcome": ("ix_outcome_noted", "note"), "response": ("ix_response_written", "text")}
FIRST, PLAIN = "ix_report_incident_id_created_at", "ix_report_incident_id"


def upgrade() -> None:
    op.drop_index(PARTS, DAYS)
    included = ["area", "exercise", "count"]
    op.create_index(PARTS, DAYS, KEY, postgresql_where=WHOLE, postgresql_include=included)
    # Without the time in it the first report of an incident may be looked for among all by age.
    op.create_index(FIRST, "report", ["incident_id", "created_at"])
    op.drop_index(PLAIN, "report")
    for table, (name, column) in WORDS.items():
        op.create_index(name, table, ["created_at"], postgresql_where=sa.text(f"{column} IS NOT NULL"))


def downgrade() -> None:
    for table, (name, _) in WORDS.items():
        op.drop_index(name, table)
    op.create_index(PLAIN, "report", ["incident_id"])
    op.drop_index(FIRST, "report")
    op.drop_index(PARTS, DAYS)
    op.create_index(PARTS, DAYS, KEY, postgresql_where=WHOLE)
