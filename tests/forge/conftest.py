"""Fixtures of the forge's tests: a served forge for one test, and one for a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.served_forge import ServedForge, serve_with_app


@pytest.fixture
def box(tmp_path: Path) -> Iterator[ServedForge]:
    """A served forge for one test."""
    with serve_with_app(tmp_path) as box:
        yield box


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedForge]:
    """One for all tests of a module that do not mind what the others did."""
    with serve_with_app(tmp_path_factory.mktemp("forge")) as box:
        yield box
