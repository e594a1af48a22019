"""Links that answer once; word to everybody an alert had reached."""

revision = "0027_answers"
down_revision = "0026_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
