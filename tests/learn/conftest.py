"""Fixtures of the tests of completion learnt from repositories."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgres_server import PostgresServer, find_postgres, run_postgres

if TYPE_CHECKING:
    from tests.learn.corpus_commander import Commander
    from tests.learn.listed_github import ListedGitHub


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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/corpus/corpus.sqlite"
    return request.getfixturevalue("postgres").create_database()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ListedGitHub]:
    """A GitHub of one test, where 600 repositories are found in six pages."""
    from tests.learn.listed_github import serve_listed

    with serve_listed(tmp_path / "forge") as listed:
        listed.list_many("famous", 600, None)
        yield listed


@pytest.fixture
def owner(tmp_path: Path, own: ListedGitHub) -> Commander:
    """Somebody at the GitHub of one test."""
    from tests.learn.corpus_commander import Commander

    return Commander(tmp_path, own)
