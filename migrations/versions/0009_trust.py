"""People: who vouches, what they wish, their own words, how strangers join."""

import sqlalchemy as sa
from alembic import op

revision = "0009_trust"
down_revision = "0008_conversation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "join_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("place_id", sa.Text(), nullable=True),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("exercise", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("uses_left", sa.Integer(), server_default="1", nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name="fk_join_word_made_by_user_account"),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name="fk_join_word_place_id_place", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["contact.id"], name="fk_join_word_supervisor_id_contact", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_join_word_contact_id_contact", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_join_word"),
        sa.UniqueConstraint("digest", name="uq_join_word_digest"),
    )
    op.execute("ALTER TABLE join_word ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE join_word FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY scope ON join_word USING ("
        "(SELECT current_setting('mbiu.scope', true)) = '*' OR mbiu_sees(area_path)) WITH CHECK (true)"
    )
    op.add_column("contact", sa.Column("supervisor_id", sa.Uuid(), nullable=True))
    op.add_column("contact", sa.Column("vouched_by", sa.Uuid(), nullable=True))
    op.add_column("contact", sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("community", sa.Text(), server_default="", nullable=False))
    op.add_column("contact", sa.Column("denomination", sa.Text(), server_default="", nullable=False))
    op.add_column("contact", sa.Column("wish", sa.String(length=24), server_default="push", nullable=False))
    op.add_column("contact", sa.Column("quiet_from", sa.SmallInteger(), nullable=True))
    op.add_column("contact", sa.Column("quiet_to", sa.SmallInteger(), nullable=True))
    op.add_column("contact", sa.Column("pin", sa.Text(), nullable=True))
    op.add_column("contact", sa.Column("pin_tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contact", sa.Column("pin_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("panic_word", sa.LargeBinary(), nullable=True))
    op.add_column("contact", sa.Column("duress_word", sa.LargeBinary(), nullable=True))
    op.add_column("contact", sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("twin_of", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_contact_supervisor_id",
        "contact",
        ["supervisor_id"],
        postgresql_where=sa.text("supervisor_id IS NOT NULL"),
    )
    op.create_foreign_key(
        "fk_contact_twin_of_contact", "contact", "contact", ["twin_of"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        "fk_contact_vouched_by_contact", "contact", "contact", ["vouched_by"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        "fk_contact_supervisor_id_contact",
        "contact",
        "contact",
        ["supervisor_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_constraint("fk_contact_supervisor_id_contact", "contact", type_="foreignkey")
    op.drop_constraint("fk_contact_twin_of_contact", "contact", type_="foreignkey")
    op.drop_constraint("fk_contact_vouched_by_contact", "contact", type_="foreignkey")
    op.drop_index(
        "ix_contact_supervisor_id",
        table_name="contact",
        postgresql_where=sa.text("supervisor_id IS NOT NULL"),
    )
    op.drop_column("contact", "twin_of")
    op.drop_column("contact", "archived_at")
    op.drop_column("contact", "silent_at")
    op.drop_column("contact", "duress_word")
    op.drop_column("contact", "panic_word")
    op.drop_column("contact", "pin_from")
    op.drop_column("contact", "pin_tries")
    op.drop_column("contact", "pin")
    op.drop_column("contact", "quiet_to")
    op.drop_column("contact", "quiet_from")
    op.drop_column("contact", "wish")
    op.drop_column("contact", "denomination")
    op.drop_column("contact", "community")
    op.drop_column("contact", "invited_at")
    op.drop_column("contact", "vouched_at")
    op.drop_column("contact", "vouched_by")
    op.drop_column("contact", "supervisor_id")
    op.drop_table("join_word")
