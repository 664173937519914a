"""Both databases, for whatever the office keeps in rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sql

from firmware.office.store import Store, metadata
from tests.postgres import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/rows.sqlite"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store."""
    with Store(store_url) as opened:
        with opened.begin() as connection:
            for table in metadata.sorted_tables:
                if table.name != "version":
                    connection.execute(sql.delete(table))
        yield opened
