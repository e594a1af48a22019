"""The incident page: who is named in a note."""

revision = "0016_dossier"
down_revision = "0015_judging"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
