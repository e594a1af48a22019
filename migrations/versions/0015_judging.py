"""Judging: restricted incidents, rumours, warnings sent before they are verified."""

revision = "0015_judging"
down_revision = "0014_queue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
