"""Who is on duty, and who gets a brief."""

revision = "0025_rotas"
down_revision = "0024_engine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
