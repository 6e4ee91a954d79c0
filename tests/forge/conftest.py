"""Here lives the served forge that its tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.boxed import Boxed, boxed


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Boxed]:
    with boxed(tmp_path) as box:
        yield box


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxed]:
    """One for all tests of a module that do not mind what the others did."""
    with boxed(tmp_path_factory.mktemp("forge")) as box:
        yield box
