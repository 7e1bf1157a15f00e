from collections.abc import Iterator

import pytest

from jobs.db.engine import Database
from tests.support.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'old.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.new_database()
    made = Database(url)
    yield made
    made.close()
