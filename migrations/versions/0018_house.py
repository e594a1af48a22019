"""Running the house: its own settings, word lists with history, the calendar, retention."""

revision = "0018_house"
down_revision = "0017_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
