"""Here lives what holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.contracts.checked import Checked
from tests.contracts.descriptions import missing
from tests.place import Place, Town

SHARES = 4  # the processes of `make test`, each of which takes a share of the tests in their order


def spread(items):
    """Each share begins with its part of the slow tests, or one process would be at them when all
    else is done.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    rest = [item for item in items if not item.get_closest_marker("slow")]
    size = -(-len(rest) // SHARES)
    return [
        item for n in range(SHARES) for item in (*slow[n::SHARES], *rest[n * size : (n + 1) * size])
    ]


def pytest_collection_modifyitems(items):
    """A test that replaces parts of what it tests would show nothing: pass the part in."""
    items[:] = spread(items)
    for item in items:
        if "monkeypatch" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid} asks for monkeypatch; pass the part in instead")


def pytest_sessionfinish(session):
    """In CI everything that the tests need is there, so a test that skips has lost something."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
        reporter.write_line(f"{len(skipped)} tests skipped in CI, where none may", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def described():
    """GitHub's own descriptions of itself, installed by npm; in CI without excuse."""
    if missing():
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(missing())
        pytest.skip(missing())


@pytest.fixture
def checked():
    """Put around a forge: what the bot asks and what the forge answers is held against GitHub's own
    descriptions.

    Where npm did not bring them the test still runs, but not in CI.
    """
    if missing():
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(missing())
        yield lambda app: app
        return
    around = Checked()
    yield around
    assert [] == around.violations


FILES = {
    "greeting.py": 'def greet(name):\n    return "Hello " + name\n',
    "README.md": "# Greeter\n",
}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A served forge; what passes is held against GitHub's own descriptions, where npm brought
    them.
    """
    around = Checked()
    with Town(
        tmp_path_factory.mktemp("town"), (lambda app: app) if missing() else around
    ).open() as opened:
        yield opened
    assert [] == around.violations


@pytest.fixture
def build(town: Town, request: pytest.FixtureRequest) -> Callable[..., Place]:
    """Builds a place with these files: a repository that no other test knows."""

    def place(files: Mapping[str, str] = FILES) -> Place:
        return town.place(f"acme/r{len(town.forge.state.repositories)}", files)

    return place


@pytest.fixture
def place(build: Callable[..., Place]) -> Place:
    """A repository with a greeter and without CI."""
    return build()
