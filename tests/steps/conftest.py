"""Here live the parts that the tests of the steps share: one served forge, and a place for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.contracts.checked import Checked
from tests.contracts.descriptions import missing
from tests.steps.place import Place, Town

FILES = {"greeting.py": 'def greet(name):\n    return "Hello " + name\n', "README.md": "# Greeter\n"}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A served forge; what passes is held against GitHub's own descriptions, where npm brought them."""
    around = Checked()
    with Town(tmp_path_factory.mktemp("town"), (lambda app: app) if missing() else around).open() as opened:
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
