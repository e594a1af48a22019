"""The queue: saved filters, what was done to many at once, words to search by, what is put aside."""

revision = "0014_queue"
down_revision = "0013_training"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
