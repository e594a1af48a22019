"""Who belongs to whom, exceptions agreed by two, and words for the threatened."""

revision = "0028_parties"
down_revision = "0027_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
