"""Files lie in the media store; the row says what came and what is shown."""

import sqlalchemy as sa
from alembic import op

revision = "0010_media_store"
down_revision = "0009_trust"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("sha256", sa.LargeBinary(), nullable=True))
    op.add_column("media", sa.Column("size", sa.Integer(), nullable=True))
    op.add_column("media", sa.Column("original", sa.Text(), nullable=True))
    op.add_column("media", sa.Column("original_type", sa.Text(), server_default="", nullable=False))
    op.add_column("media", sa.Column("clean", sa.Text(), nullable=True))
    # Pictures of earlier drafts were kept without their original; row-level security holds the owner too.
    op.execute("SELECT set_config('mbiu.scope', '*', true)")
    op.execute("UPDATE media SET state = 'refused', reason = 'not kept' WHERE content IS NOT NULL")
    op.drop_column("media", "content")


def downgrade() -> None:
    op.add_column("media", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.drop_column("media", "clean")
    op.drop_column("media", "original_type")
    op.drop_column("media", "original")
    op.drop_column("media", "size")
    op.drop_column("media", "sha256")
