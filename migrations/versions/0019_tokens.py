"""Tokens by which programs read the API."""

revision = "0019_tokens"
down_revision = "0018_house"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
