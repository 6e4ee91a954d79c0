"""Here lives what the contract tests share: GitHub's descriptions must be there, in CI without excuse."""

from __future__ import annotations

import os

import pytest

from tests.contracts.descriptions import missing


@pytest.fixture
def described() -> None:
    """GitHub's own descriptions of itself, installed by npm."""
    if missing():
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(missing())
        pytest.skip(missing())
