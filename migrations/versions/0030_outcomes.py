"""What was done, by whom, and when it is looked at again."""

revision = "0030_outcomes"
down_revision = "0029_cap"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
