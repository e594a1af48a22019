"""Rules and chains as data, with their versions; what kind of responder somebody is."""

import sqlalchemy as sa
from alembic import op

revision = "0023_routes"
down_revision = "0022_map"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("responder_class", sa.String(24)))


def downgrade() -> None:
    op.drop_column("contact", "responder_class")
