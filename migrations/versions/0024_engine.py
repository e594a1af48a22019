"""Alerts that climb their chain: repeats, promises, the final step."""

revision = "0024_engine"
down_revision = "0023_routes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
