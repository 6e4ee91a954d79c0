"""Here lives what holds for all tests."""

import pytest


def pytest_collection_modifyitems(items):
    """A test that replaces parts of what it tests would show nothing: pass the part in."""
    for item in items:
        if "monkeypatch" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid} asks for monkeypatch; pass the part in instead")
