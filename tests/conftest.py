"""Here lives what holds for all tests."""

import os

import pytest

from tests.contracts.checked import Checked
from tests.contracts.descriptions import missing


def pytest_collection_modifyitems(items):
    """A test that replaces parts of what it tests would show nothing: pass the part in."""
    for item in items:
        if "monkeypatch" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid} asks for monkeypatch; pass the part in instead")


@pytest.fixture
def checked():
    """Put around a forge: what the bot asks and what the forge answers is held against GitHub's own descriptions.

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
