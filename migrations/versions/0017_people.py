"""Revealing an identity: who asked, why, and who agreed."""

revision = "0017_people"
down_revision = "0016_dossier"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
