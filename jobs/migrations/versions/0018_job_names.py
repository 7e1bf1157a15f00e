"""An index of file names, URLs and custom ids, for searches of any part of them"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ANY = "coalesce({0}.filename, {0}.source_url, {0}.custom_id) IS NOT NULL"
_JOINED = " || char(10) || ".join(
    f"coalesce({{0}}.{name}, '')" for name in ("filename", "source_url", "custom_id")
)

# Processes of the release before this one write jobs too, so triggers fill the index. Rebuilding
# the table `jobs` would drop those on it. `owner` narrows a search to few tenants: three characters
# are one entry of the index.
_ADD = (
    "INSERT INTO job_names (job_id, owner, name)"
    f" SELECT {{0}}.id, substr('___' || {{0}}.tenant, -3), {_JOINED}"
)
_SQLITE = (
    "CREATE TABLE job_names (id INTEGER PRIMARY KEY, job_id VARCHAR(64) NOT NULL UNIQUE"
    " REFERENCES jobs (id) ON DELETE CASCADE, owner TEXT NOT NULL, name TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE job_names_index USING fts5(owner, name, content='job_names',"
    " content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER job_names_added AFTER INSERT ON job_names BEGIN"
    " INSERT INTO job_names_index (rowid, owner, name) VALUES (new.id, new.owner, new.name); END",
    "CREATE TRIGGER job_names_removed AFTER DELETE ON job_names BEGIN"
    " INSERT INTO job_names_index (job_names_index, rowid, owner, name)"
    " VALUES ('delete', old.id, old.owner, old.name); END",
    f"CREATE TRIGGER jobs_named AFTER INSERT ON jobs WHEN {_ANY.format('new')}"
    f" BEGIN {_ADD.format('new')}; END",
    # Whoever fetches a URL learns its file's name later.
    "CREATE TRIGGER jobs_renamed AFTER UPDATE OF filename ON jobs"
    " WHEN new.filename IS NOT old.filename BEGIN DELETE FROM job_names WHERE job_id = new.id;"
    f" {_ADD.format('new')}; END",
    f"{_ADD.format('jobs')} FROM jobs WHERE {_ANY.format('jobs')}",
)
_POSTGRESQL = """
CREATE FUNCTION pagesight_grams(VARIADIC names text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(name), place, 3)), '{}')
    FROM unnest(names) AS name, generate_series(1, length(lower(name)) - 2) AS place
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SQLITE:
            op.execute(statement)
    else:
        op.execute(_POSTGRESQL)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER jobs_renamed")
        op.execute("DROP TRIGGER jobs_named")
        op.execute("DROP TABLE job_names_index")
        op.execute("DROP TABLE job_names")
    else:
        op.execute("DROP FUNCTION pagesight_grams")
