"""How a user wants the console: language and theme."""

import sqlalchemy as sa
from alembic import op

revision = "0020_look"
down_revision = "0019_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("language", sa.String(8)))
    op.add_column("user_account", sa.Column("theme", sa.String(8), server_default="auto", nullable=False))
    op.add_column("user_account", sa.Column("shortcuts", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.drop_column("user_account", "shortcuts")
    op.drop_column("user_account", "theme")
    op.drop_column("user_account", "language")
