"""What an exercise is scored by, and documents for partners."""

revision = "0029_cap"
down_revision = "0028_parties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
