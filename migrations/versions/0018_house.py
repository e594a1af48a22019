"""Running the house: its own settings, word lists with history, the calendar, retention."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_house"
down_revision = "0017_people"
branch_labels = None
depends_on = None

TABLES = (
    "deletion",
    "place_import",
    "area_population",
    "occasion",
    "house_word_version",
    "house_word",
    "house_setting",
)


def upgrade() -> None:
    op.create_table(
        "house_setting",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["user_account.id"], name="fk_house_setting_updated_by_user_account"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_house_setting"),
    )
    _words()
    op.create_table(
        "occasion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("yearly", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("area_path", sa.Text(), server_default="/", nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name="fk_occasion_made_by_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_occasion"),
    )
    op.create_index("ix_occasion_ends_on", "occasion", ["ends_on"])
    op.create_table(
        "area_population",
        sa.Column("area_path", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("area_path", "year", name="pk_area_population"),
    )
    _imports()
    _deletions()


def _words() -> None:
    op.create_table(
        "house_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("table", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("removes", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_house_word"),
    )
    op.create_index(
        "uq_house_word_table_language_words", "house_word", ["table", "language", "words"], unique=True
    )
    op.create_table(
        "house_word_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("word_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("removes", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["word_id"],
            ["house_word.id"],
            name="fk_house_word_version_word_id_house_word",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name="fk_house_word_version_made_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_house_word_version"),
    )
    op.create_index(
        "uq_house_word_version_word_id_version", "house_word_version", ["word_id", "version"], unique=True
    )


def _imports() -> None:
    op.create_table(
        "place_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("format", sa.String(length=12), nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name="fk_place_import_made_by_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_place_import"),
    )
    op.create_index(
        "ix_place_import_due",
        "place_import",
        ["due_at"],
        postgresql_where=sa.text("state IN ('new', 'wanted')"),
    )


def _deletions() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deletion"),
    )
    op.create_index("ix_deletion_unnoted", "deletion", ["id"], postgresql_where=sa.text("noted_at IS NULL"))
    op.create_index("ix_deletion_object_id", "deletion", ["object_id"])
    op.add_column("incident", sa.Column("held", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("incident", "held")
    for table in TABLES:
        op.drop_table(table)
