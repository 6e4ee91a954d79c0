"""What holds for all tests, and the fixtures that many of them ask for.

Imports of the forge stand inside the fixtures: a file of tests that asks for none starts at once.
"""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.place import Place, Town
    from tests.postgres_server import PostgresServer

HERE = Path(__file__).parent
SERVED_FOLDERS = (
    "adapters/dbos",
    "adapters/git",
    "adapters/github",
    "contracts",
    "crash",
    "forge",
    "stories",
)
LONG_FOLDERS = ("cli",)  # commands, many of them as processes
SERVED_FIXTURES = frozenset(["build", "checked", "described", "place", "town"])
ASKS_FOR_SERVERS = re.compile(
    rf"[(,]\s*(?:{'|'.join(sorted(SERVED_FIXTURES))})\s*[,):]|\bmark\.(?:served|slow)\b"
)
FILES = {
    "greeting.py": 'def greet(name):\n    return "Hello " + name\n',
    "README.md": "# Greeter\n",
}


def pytest_sessionstart() -> None:
    """Look for no garbage while what stays is loaded and collected, which makes none."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage again, but never among what stays to the end."""
    gc.freeze()
    gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out of `-m "served or slow"` the files that have no such test: each of its processes
    would import all of them.
    """
    if config.option.markexpr == "served or slow" and collection_path.name.startswith("test_"):
        return not needs_servers(collection_path) or None
    return None


def needs_servers(path: Path) -> bool:
    """Tell whether a file of tests may have one that is served or slow."""
    if path.parent.relative_to(HERE).as_posix() in SERVED_FOLDERS:
        return True
    shared = path.parent / "conftest.py"
    texts = [source.read_text("utf-8") for source in (path, shared) if source.exists()]
    return any(ASKS_FOR_SERVERS.search(text) for text in texts)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs servers, put the slow first, and refuse what patches what it tests."""
    for item in items:
        fixtures = frozenset(getattr(item, "fixturenames", ()))
        if "monkeypatch" in fixtures:
            raise pytest.UsageError(f"{item.nodeid} asks for monkeypatch; pass the part in instead")
        folder = item.path.parent.relative_to(HERE).as_posix()
        if folder in SERVED_FOLDERS or fixtures & SERVED_FIXTURES:
            item.add_marker("served")
        if folder in LONG_FOLDERS:
            item.add_marker("long")
    refuse_unseen_needs(items)
    # First what takes long, or one process would be at it when all the others are done.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def refuse_unseen_needs(items: list[pytest.Item]) -> None:
    """Refuse tests that only the run of the served and slow could run, but would not find."""
    marked = {item.path: item for item in items if needs_marks(item)}
    for path, item in marked.items():
        if not needs_servers(path):
            raise pytest.UsageError(f"{item.nodeid}: its file does not show that it needs servers")


def needs_marks(item: pytest.Item) -> bool:
    return any(mark.name in ("served", "slow") for mark in item.iter_markers())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a test skips in CI: everything is there, so it has lost something."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if reporter and skipped and os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
        reporter.write_line(f"{len(skipped)} tests skipped in CI, where none may", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def described() -> None:
    """GitHub's own descriptions of itself, installed by npm; in CI without excuse."""
    from tests.contracts.descriptions import explain_missing

    if explain_missing():
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(explain_missing())
        pytest.skip(explain_missing())


@pytest.fixture(scope="session")
def faultless() -> set[object]:
    """The exchanges that some test had checked already, by their shape."""
    return set()


@pytest.fixture
def checked(faultless: set[object]) -> Iterator[Callable[..., object]]:
    """Put around a forge: holds requests and answers against GitHub's own descriptions.

    Where npm did not bring them the test still runs, but not in CI.
    """
    from tests.contracts.descriptions import explain_missing
    from tests.contracts.exchange_checker import ExchangeChecker

    if explain_missing():
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(explain_missing())
        yield lambda app: app
        return
    around = ExchangeChecker(faultless=faultless)
    yield around
    assert [] == around.violations


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, faultless: set[object]) -> Iterator[Town]:
    """A served forge, held against GitHub's own descriptions where npm brought them."""
    from tests.contracts.descriptions import explain_missing
    from tests.contracts.exchange_checker import ExchangeChecker
    from tests.place import Town

    around = ExchangeChecker(faultless=faultless)
    check = (lambda app: app) if explain_missing() else around
    with Town(tmp_path_factory.mktemp("town"), check).open() as opened:
        yield opened
    assert [] == around.violations


@pytest.fixture
def build(town: Town) -> Callable[..., Place]:
    """Builds a place with these files: a repository that no other test knows."""

    def place(files: Mapping[str, str] = FILES) -> Place:
        return town.place(f"acme/r{len(town.forge.state.repositories)}", files)

    return place


@pytest.fixture
def place(build: Callable[..., Place]) -> Place:
    """A repository with a greeter and without CI."""
    return build()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this process of tests."""
    from tests.postgres_server import find_postgres, run_postgres

    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: deploy/install-postgresql.sh says how")
    with run_postgres(programs) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """The name of a database with the record's tables, to copy: to make them takes a second."""
    from bot.adapters.dbos.postgres import PostgresRecord

    url = postgres.create_database()
    PostgresRecord(url).migrate()
    return url.rpartition("/")[2]


@pytest.fixture
def database_url(postgres: PostgresServer, migrated: str) -> str:
    """A database with the tables of an empty record."""
    return postgres.create_database(migrated)
