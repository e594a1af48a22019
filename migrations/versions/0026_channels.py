"""Mail and hooks as ways to people, with what is attached."""

revision = "0026_channels"
down_revision = "0025_rotas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
