"""An index of the texts of results, for searches in them"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# SQLite's index has no texts of its own; these keep it in step with the table, whoever deletes.
_SQLITE = (
    "CREATE VIRTUAL TABLE page_words USING fts5(owner, text, content='page_texts',"
    " content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER page_texts_added AFTER INSERT ON page_texts BEGIN"
    " INSERT INTO page_words (rowid, owner, text) VALUES (new.id, new.owner, new.text); END",
    "CREATE TRIGGER page_texts_removed AFTER DELETE ON page_texts BEGIN"
    " INSERT INTO page_words (page_words, rowid, owner, text)"
    " VALUES ('delete', old.id, old.owner, old.text); END",
)


def upgrade() -> None:
    op.create_table(
        "page_texts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["jobs.id"],
            name=op.f("fk_page_texts_job_id"),
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_texts")),
    )
    op.create_index("uq_page_texts_job_id", "page_texts", ["job_id", "number"], unique=True)
    op.create_index(
        "ix_page_texts_words",
        "page_texts",
        ["words"],
        postgresql_using="gin",
        sqlite_where=sa.text("words IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SQLITE:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE page_words")
    op.drop_table("page_texts")
