"""How a user wants the console: language and theme."""

revision = "0020_look"
down_revision = "0019_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
