"""The risk factors that an incident's reports suggest, for people to correct and to count."""

import sqlalchemy as sa
from alembic import op

revision = "0006_risk_factors"
down_revision = "0005_joins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    factors: sa.Column[list[int]] = sa.Column(
        "risk_factors", sa.ARRAY(sa.SmallInteger()), server_default="{}", nullable=False
    )
    op.add_column("incident", factors)


def downgrade() -> None:
    op.drop_column("incident", "risk_factors")
