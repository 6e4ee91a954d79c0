"""Fixtures of the tests of completion learnt from repositories."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.postgres_server import PostgresServer, find_postgres, run_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL; in CI without excuse."""
    programs = find_postgres()
    if programs is None:
        text = "PostgreSQL is not installed: deploy/install-postgresql.sh"
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(text)
        pytest.skip(text)
    with run_postgres(programs) as server:
        yield server
