"""The incident page: who is named in a note."""

import sqlalchemy as sa
from alembic import op

revision = "0016_dossier"
down_revision = "0015_judging"
branch_labels = None
depends_on = None

VISIBLE = "EXISTS (SELECT 1 FROM note WHERE note.id = note_mention.note_id)"


def upgrade() -> None:
    op.create_table(
        "note_mention",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["note_id"], ["note.id"], name="fk_note_mention_note_id_note", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_note_mention_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("note_id", "user_id", name="pk_note_mention"),
    )
    op.create_index(
        "ix_note_mention_unseen", "note_mention", ["user_id"], postgresql_where=sa.text("seen_at IS NULL")
    )
    op.execute("ALTER TABLE note_mention ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE note_mention FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON note_mention USING ("
        f"(SELECT current_setting('mbiu.scope', true)) = '*' OR {VISIBLE}) WITH CHECK (true)"
    )


def downgrade() -> None:
    op.drop_table("note_mention")
