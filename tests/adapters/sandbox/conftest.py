"""The fixture of the sandbox's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.sandbox.sandboxed import SandboxScene


@pytest.fixture
def scene(tmp_path: Path) -> SandboxScene:
    """A repository, its mirror, and a sandbox over it."""
    return SandboxScene(tmp_path, becomes_owner=True)
